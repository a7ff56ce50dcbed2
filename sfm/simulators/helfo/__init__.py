"""The simulator of Helfo's «Blåreseptsøknad». The real service's API is undocumented; this one is ours:

POST /v1/decisions {"patient": pid}
    200 {"decisions": [DECISION], "pending": [{"id", "reference", "product", "sent": instant}]}
POST /v1/forms {"patient", "product": {"name", "atc", "group", "hospital": bool},
                "diagnosis": {"code", "system", "name"}}
    200 {"title", "guidance": [text], "fields": [FIELD]}      made for this medicine and this diagnosis
PUT  /v1/applications/ID {"patient", "product", "diagnosis", "answers": {field: text}, "applicant": {"hpr", "name"}}
    200 {"id", "reference", "status": "granted"|"refused"|"dismissed"|"manual", "text", "decision": DECISION or null}
    ID is the applicant's own: the same again gives the same answer.
POST /v1/applications/ID/status {"patient"}         as the answer to the application itself
    DECISION is {"reference", "outcome" (7482), "basis" (7427), "product", "atc", "code", "system", "codeName",
        "from": date, "until": date or null, "dailyMaximum", "dailyUnit", "grounds": [7481]}
    FIELD is {"name", "label", "kind": "text"|"long"|"yesno"|"choice"|"number", "required": bool, "help",
        "options": [{"value", "label"}]}
    headers: Authorization «DPoP …» or «Bearer …». 401 no or bad token · 409 {"error": text}: it cannot be applied for

For tests and the demo: POST /api/reset · POST /api/seed {"decisions": [{"patient", …DECISION}]} ·
POST /api/faults {"status": 503 or 0} · POST /api/answer {"id", "outcome"} · GET /api/state · page: /
"""
