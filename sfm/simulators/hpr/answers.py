"""What HPR answers about a person, made of a short description (register.py).

The codes of 7701 beyond «1 Full rekvisisjonsrett» and of 7704 beyond «1 Autorisasjon» are not public: ours.
"""

from __future__ import annotations

from typing import Any

from sfm.core import clock

Json = dict[str, Any]
BEGAN = "2010-06-15"
CATEGORIES: dict[str, str] = {
    "LE": "Lege", "TL": "Tannlege", "JO": "Jordmor", "SP": "Sykepleier", "VP": "Vernepleier",
    "FA1": "Provisorfarmasøyt", "FA2": "Reseptarfarmasøyt", "HF": "Helsefagarbeider", "HE": "Helsesekretær",
}  # fmt: skip
RIGHTS = {
    "1": "Full rekvisisjonsrett",
    "2": "Begrenset rekvisisjonsrett",
    "3": "Rekvisisjonsrett uten reseptgruppe A",
    "4": "Rekvisisjonsrett uten reseptgruppe A og B",
}


def body(one: Json) -> Json:
    given, _, middle = one["given"].partition(" ")
    return {
        "hprNummer": int(one["hpr"]),
        "person": {
            "fornavn": given,
            "mellomnavn": middle or None,
            "etternavn": one["family"],
            "dødsdato": one.get("died"),
            "manglerNin": False,
            "nin": one["pid"],
        },
        "godkjenninger": [_approval(one)],
        "administrativeReaksjoner": [],
        "sistOppdatert": clock.now().isoformat(timespec="seconds"),
    }


def _approval(one: Json) -> Json:
    category = str(one["category"])
    rights = one.get("rights", {})
    licence = bool(rights.get("licence"))
    return {
        "helsepersonellkategori": _code(
            category, CATEGORIES.get(category, category), 9060, "Helsepersonellkategori"
        ),
        "autorisasjon": _code(
            "3" if licence else "1", "Lisens" if licence else "Autorisasjon", 7704, "Autorisasjon"
        ),
        "periode": {"fra": BEGAN, "til": one.get("until")},
        "rekvisisjonsretter": _rights(rights),
        "spesialistgodkjenninger": [
            {"type": _code(code, "", 7426, "Spesialitet"), "periode": {"fra": BEGAN, "til": None}}
            for code in one.get("specialities", ())
        ],
        "tilleggskompetanser": [],
        "vilkår": [],
        "avsluttetStatus": None,
        "administrativeReaksjoner": [_suspension()] if one.get("suspended") else [],
    }


def _rights(rights: Json) -> list[Json]:
    granted = rights.get("prescribing", "none")
    if granted == "none":
        return []
    code = "1" if granted == "full" else "2"
    code = "4" if rights.get("not_ab") else "3" if rights.get("not_a") else code
    kind = _code(code, RIGHTS[code], 7701, "Rekvisisjonsrett")
    return [{"type": kind, "periode": {"fra": BEGAN, "til": None}, "administrativeReaksjoner": []}]


def _suspension() -> Json:
    return {
        "type": _code("S", "Suspensjon", 8624, "Administrativ reaksjon"),
        "periode": {"fra": BEGAN, "til": None},
    }


def _code(value: str, name: str, number: int, list_name: str) -> Json:
    return {"navn": name, "verdi": value, "kodeverk": {"id": number, "navn": list_name}}
