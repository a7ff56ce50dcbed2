"""The Kjernejournal simulator.

It hears of prescriptions, dispensings and lists from the RF simulator (`POST /api/rf-events`) and from seeds, and has
critical information of its own. KJ's medication API is undocumented, so this one is ours:

GET /api/medication/v1/summary?since=2026-08-22      (default three months back, at most three years)
    headers: Authorization «Bearer …» or «DPoP …», nhn-patient-nin, nhn-user-role, nhn-source-system,
             nhn-access-basis (empty, HPAKUTT, HPMOTTATTSAMTYKKE or HPUNNTAK)
    200 {
      "fetchedAt": instant,
      "prescriptions": [{"reseptId", "status" (7408; F only here), "statusText", "drug", "atc", "varenr",
          "group", "amount", "refills", "prescribed", "expires", "dosageText", "indication", "use" (9101),
          "prescriber": {"hpr", "name"}, "organisation": {"her", "name"}, "received": instant, "recalled": bool,
          "m1": base64 of the signed message, or ""}],
      "dispensings": [{"id", "reseptId" ("" for paper), "at": instant, "drug", "atc", "varenr", "packages": "1.00",
          "pharmacy": {"her", "name"}, "finished", "paper", "m6": base64 or ""}],      annulled ones are left out
      "messages": [{"kind": "ERM251"|"ERM252"|"ERM253", "msgId", "received": instant, "hpr", "her", "xml": base64}],
          the last of each kind, never the formal multidose parties
      "flags": {"hasMedications", "hasLocked", "medicationsBlocked"}     booleans
    }
    A blocked part is left out and flagged, unless an access basis is given. Locked prescriptions likewise.

GET /api/critical-information/v1/AllergyIntolerance?criticalInfoType=DrugReaction|OtherAllergen
    same headers; 200 is a FHIR Bundle (searchset) of KjAllergyIntolerance
POST /api/critical-information/v1/AllergyIntolerance        a KjAllergyIntolerance; 201 with the stored resource
PUT  /api/critical-information/v1/AllergyIntolerance/ID     replaces it; 200
    The type follows from `category`: medication is DrugReaction, everything else OtherAllergen.

Errors: {"error": {"code": "KJF-nnnnnn", "text": "…"}} with 401 (no or bad token), 400 (header or body), 403 (no role,
reserved, blocked), 404 (no kjernejournal). Our codes, except 000206 which has been seen:
    KJF-000101 token · 000102 header or body · 000103 role · 000204 reserved · 000205 blocked · 000206 no record

For tests and the demo:
GET  /api/state?patient=PID   POST /api/reset   POST /api/seed (seed.py)   POST /api/faults (faults.py)
POST /api/rf-events {"events": [{"event": "prescription"|"dispensing"|"list", …}]}   page: /
"""
