"""The simulator of Helsepersonellregisteret (HPR), in the form of its REST API:

GET  /v1/personerutvidet/NUMBER                                     by HPR number
POST /v1/personerutvidet {"nin": national id, "atDate": date}       by national id, which stands in no address
    headers: Authorization «DPoP …» or «Bearer …» with the scopes nhn:hpr/basic nhn:hpr/extended
    200 {"hprNummer", "person": {"fornavn", "mellomnavn", "etternavn", "nin", "dødsdato", …}, "godkjenninger": [
          {"helsepersonellkategori": CODE (9060), "autorisasjon": CODE (7704), "periode": {"fra", "til"},
           "rekvisisjonsretter": [{"type": CODE (7701), "periode", "administrativeReaksjoner"}],
           "spesialistgodkjenninger": [{"type": CODE (7426), "periode"}], "tilleggskompetanser": [], "vilkår": [],
           "avsluttetStatus": null or CODE, "administrativeReaksjoner": [{"type": CODE, "periode"}]}],
         "administrativeReaksjoner": [], "sistOppdatert"}
        CODE is {"navn", "verdi", "kodeverk": {"id", "navn"}}
    404 nobody with that number · 401 no or bad token · 400 not a number

For tests and the demo: POST /api/reset · POST /api/seed (register.py) · POST /api/faults {"status": 503 or 0}
GET /api/state · page: /
"""
