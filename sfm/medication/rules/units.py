"""Dose units (doseringsenhet, Volven 7480) as words: singular, plural, and whether halves are said as «½»."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unit:
    singular: str
    plural: str
    divisible: bool = False  # a half is said «½ tablett», not «0,5 tablett»


def _invariant(word: str) -> Unit:
    return Unit(word, word)


# Source: Volven 7480 (codes) and Norwegian grammar (plurals); 17 and 79 by rulings.md 49
UNITS: dict[str, Unit] = {
    "1": Unit("ampulle", "ampuller"),
    "3": Unit("dråpe", "dråper"),
    "4": Unit("dusj", "dusjer"),
    "6": Unit("kapsel", "kapsler"),
    "7": Unit("klyster", "klyster"),
    "8": _invariant("ml"),
    "9": Unit("pose", "poser", divisible=True),
    "11": Unit("sprøyte", "sprøyter"),
    "12": Unit("stikkpille", "stikkpiller", divisible=True),
    "13": Unit("tablett", "tabletter", divisible=True),
    "14": Unit("tampong", "tamponger"),
    "15": Unit("kule", "kuler"),
    "16": Unit("plaster", "plastre", divisible=True),
    "17": Unit("enhet", "enheter"),
    "18": Unit("tyggetablett", "tyggetabletter", divisible=True),
    "19": Unit("dose", "doser"),
    "20": Unit("vagitorie", "vagitorier"),
    "21": Unit("vaginaltablett", "vaginaltabletter"),
    "60": Unit("vaginalring", "vaginalringer"),
    "62": Unit("sugetablett", "sugetabletter", divisible=True),
    "64": _invariant("g"),
    "65": Unit("tyggegummi", "tyggegummier"),
    "66": Unit("pipette", "pipetter"),
    "67": _invariant("pumpetrykk"),
    "68": _invariant("spray"),
    "69": Unit("instillasjon", "instillasjoner"),
    "70": _invariant("mg"),
    "71": Unit("bukkalfilm", "bukkalfilmer"),
    "72": Unit("øyelamell", "øyelameller"),
    "74": _invariant("mikrogram"),
    "75": _invariant("innlegg"),
    "76": Unit("implantat", "implantater"),
    "77": Unit("kompress", "kompresser"),
    "78": Unit("tråd", "tråder"),
    "79": Unit("enhet", "enheter"),
    "80": Unit("penn", "penner"),
    "81": Unit("hetteglass", "hetteglass"),
    "82": _invariant("KIU"),
    "84": Unit("bukkaltablett", "bukkaltabletter", divisible=True),
    "85": Unit("pute", "puter"),
    "86": Unit("oral morfinekvivalent", "orale morfinekvivalenter"),
    "87": _invariant("dosetrinn"),
    "88": Unit("enhet", "enheter"),
    "89": Unit("uteritorie", "uteritorier"),
    "90": Unit("tyggekapsel", "tyggekapsler"),
    "91": Unit("film", "filmer"),
    "92": Unit("pastill", "pastiller", divisible=True),
}
WIRE_TERMS: dict[str, str] = {"17": "IE", "74": "mikrog", "79": "E", "81": "hgl", "88": "IU", "0": "(Ingen)"}
UNKNOWN = Unit("", "")

# Counted units: a package of «stk» holds this many doses
COUNTED = frozenset(code for code, unit in UNITS.items() if unit.singular != unit.plural)


def unit(code: str) -> Unit:
    return UNITS.get(code, UNKNOWN)


def wire_term(code: str) -> str:
    """The term of 7480 as messages carry it («IE», «tablett»)."""
    return WIRE_TERMS.get(code) or unit(code).singular


def code_of(term: str) -> str:
    """The 7480 code of a unit written as a term or code; "" where unknown."""
    if term in UNITS:
        return term
    return _BY_TERM.get(term.strip().lower(), "")


_BY_TERM = {
    **{u.plural: code for code, u in reversed(UNITS.items())},
    **{u.singular: code for code, u in reversed(UNITS.items())},
    **{term.lower(): code for code, term in WIRE_TERMS.items()},
}
