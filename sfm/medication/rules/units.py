"""Dose units (doseringsenhet, Volven 7480) as words: singular, plural, and whether halves are said as «½»."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unit:
    singular: str
    plural: str
    divisible: bool = False  # a half is said «½ tablett», not «0,5 tablett»
    nynorsk: tuple[str, str] = ("", "")  # singular and plural, where they differ from bokmål


def _invariant(word: str) -> Unit:
    return Unit(word, word)


# Source: Volven 7480 (codes) and Norwegian grammar (plurals); 17 and 79 by rulings.md 49
UNITS: dict[str, Unit] = {
    "1": Unit("ampulle", "ampuller"),
    "3": Unit("dråpe", "dråper", nynorsk=("dråpe", "dråpar")),
    "4": Unit("dusj", "dusjer", nynorsk=("dusj", "dusjar")),
    "6": Unit("kapsel", "kapsler", nynorsk=("kapsel", "kapslar")),
    "7": Unit("klyster", "klyster"),
    "8": _invariant("ml"),
    "9": Unit("pose", "poser", divisible=True, nynorsk=("pose", "posar")),
    "11": Unit("sprøyte", "sprøyter"),
    "12": Unit("stikkpille", "stikkpiller", divisible=True),
    "13": Unit("tablett", "tabletter", divisible=True, nynorsk=("tablett", "tablettar")),
    "14": Unit("tampong", "tamponger", nynorsk=("tampong", "tampongar")),
    "15": Unit("kule", "kuler"),
    "16": Unit("plaster", "plastre", divisible=True, nynorsk=("plaster", "plaster")),
    "17": Unit("enhet", "enheter", nynorsk=("eining", "einingar")),
    "18": Unit("tyggetablett", "tyggetabletter", divisible=True, nynorsk=("tyggetablett", "tyggetablettar")),
    "19": Unit("dose", "doser", nynorsk=("dose", "dosar")),
    "20": Unit("vagitorie", "vagitorier", nynorsk=("vagitorie", "vagitoriar")),
    "21": Unit("vaginaltablett", "vaginaltabletter", nynorsk=("vaginaltablett", "vaginaltablettar")),
    "60": Unit("vaginalring", "vaginalringer", nynorsk=("vaginalring", "vaginalringar")),
    "62": Unit("sugetablett", "sugetabletter", divisible=True, nynorsk=("sugetablett", "sugetablettar")),
    "64": _invariant("g"),
    "65": Unit("tyggegummi", "tyggegummier", nynorsk=("tyggegummi", "tyggegummiar")),
    "66": Unit("pipette", "pipetter", nynorsk=("pipette", "pipettar")),
    "67": _invariant("pumpetrykk"),
    "68": _invariant("spray"),
    "69": Unit("instillasjon", "instillasjoner", nynorsk=("instillasjon", "instillasjonar")),
    "70": _invariant("mg"),
    "71": Unit("bukkalfilm", "bukkalfilmer", nynorsk=("bukkalfilm", "bukkalfilmar")),
    "72": Unit("øyelamell", "øyelameller", nynorsk=("augelamell", "augelamellar")),
    "74": _invariant("mikrogram"),
    "75": _invariant("innlegg"),
    "76": Unit("implantat", "implantater", nynorsk=("implantat", "implantat")),
    "77": Unit("kompress", "kompresser", nynorsk=("kompress", "kompressar")),
    "78": Unit("tråd", "tråder", nynorsk=("tråd", "trådar")),
    "79": Unit("enhet", "enheter", nynorsk=("eining", "einingar")),
    "80": Unit("penn", "penner", nynorsk=("penn", "pennar")),
    "81": Unit("hetteglass", "hetteglass", nynorsk=("hetteglas", "hetteglas")),
    "82": _invariant("KIU"),
    "84": Unit(
        "bukkaltablett", "bukkaltabletter", divisible=True, nynorsk=("bukkaltablett", "bukkaltablettar")
    ),
    "85": Unit("pute", "puter"),
    "86": Unit(
        "oral morfinekvivalent",
        "orale morfinekvivalenter",
        nynorsk=("oral morfinekvivalent", "orale morfinekvivalentar"),
    ),
    "87": _invariant("dosetrinn"),
    "88": Unit("enhet", "enheter", nynorsk=("eining", "einingar")),
    "89": Unit("uteritorie", "uteritorier", nynorsk=("uteritorie", "uteritoriar")),
    "90": Unit("tyggekapsel", "tyggekapsler", nynorsk=("tyggekapsel", "tyggekapslar")),
    "91": Unit("film", "filmer", nynorsk=("film", "filmar")),
    "92": Unit("pastill", "pastiller", divisible=True, nynorsk=("pastill", "pastillar")),
}
WIRE_TERMS: dict[str, str] = {"17": "IE", "74": "mikrog", "79": "E", "81": "hgl", "88": "IU", "0": "(Ingen)"}
UNKNOWN = Unit("", "")

# Counted units: a package of «stk» holds this many doses
COUNTED = frozenset(code for code, unit in UNITS.items() if unit.singular != unit.plural)


ENGLISH: dict[str, tuple[str, str]] = {
    "1": ("ampoule", "ampoules"), "3": ("drop", "drops"), "4": ("puff", "puffs"), "6": ("capsule", "capsules"),
    "7": ("enema", "enemas"), "9": ("sachet", "sachets"), "11": ("syringe", "syringes"),
    "12": ("suppository", "suppositories"), "13": ("tablet", "tablets"), "14": ("tampon", "tampons"),
    "15": ("globule", "globules"), "16": ("patch", "patches"), "17": ("unit", "units"),
    "18": ("chewable tablet", "chewable tablets"), "19": ("dose", "doses"), "20": ("pessary", "pessaries"),
    "21": ("vaginal tablet", "vaginal tablets"), "60": ("vaginal ring", "vaginal rings"),
    "62": ("lozenge", "lozenges"), "65": ("chewing gum", "pieces of chewing gum"), "66": ("pipette", "pipettes"),
    "67": ("pump stroke", "pump strokes"), "68": ("spray", "sprays"), "69": ("instillation", "instillations"),
    "71": ("buccal film", "buccal films"), "72": ("eye lamella", "eye lamellae"), "74": ("microgram", "micrograms"),
    "75": ("insert", "inserts"), "76": ("implant", "implants"), "77": ("compress", "compresses"),
    "78": ("thread", "threads"), "79": ("unit", "units"), "80": ("pen", "pens"), "81": ("vial", "vials"),
    "84": ("buccal tablet", "buccal tablets"), "85": ("pillow", "pillows"),
    "86": ("oral morphine equivalent", "oral morphine equivalents"), "87": ("dose step", "dose steps"),
    "88": ("unit", "units"), "89": ("intrauterine pessary", "intrauterine pessaries"),
    "90": ("chewable capsule", "chewable capsules"), "91": ("film", "films"), "92": ("pastille", "pastilles"),
}  # fmt: skip


def unit(code: str, locale: str = "nb") -> Unit:
    """`locale`: nb | nn | en."""
    found = UNITS.get(code, UNKNOWN)
    if locale == "en" and code in ENGLISH:
        return Unit(*ENGLISH[code], divisible=found.divisible)
    if locale == "nb" or not found.nynorsk[0]:
        return found
    return Unit(*found.nynorsk, divisible=found.divisible)


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
