"""How the personnel portal says what is kept as codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfm.identity.permissions import SCOPES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sfm.identity.models import Practitioner
    from sfm.identity.rights import RightExplanation

CATEGORIES = {  # Volven 9060, the values of the permission matrix
    "LE": "Lege",
    "TL": "Tannlege",
    "JO": "Jordmor",
    "SP": "Sykepleier",
    "VP": "Vernepleier",
    "FA1": "Provisorfarmasøyt",
    "FA2": "Reseptarfarmasøyt",
    "HF": "Helsefagarbeider",
    "HP": "Hjelpepleier",
    "OA": "Omsorgsarbeider",
    "HE": "Helsesekretær",
    "OP": "Optiker",
    "TP": "Tannpleier",
    "FT": "Fysioterapeut",
    "MT": "Manuellterapeut",
    "KI": "Kiropraktor",
    "PS": "Psykolog",
    "FO": "Fotterapeut",
    "KE": "Klinisk ernæringsfysiolog",
    "TH": "Tannhelsesekretær",
    "AA": "Ambulansearbeider",
    "": "Ikke helsepersonell",
}
PRESCRIBING = {"full": "Full rekvireringsrett", "limited": "Begrenset rekvireringsrett", "none": "Ingen"}
GROUPS = {
    "lib": "Legemidler i bruk",
    "rx": "Forskrivning",
    "pll": "Pasientens legemiddelliste",
    "draft": "Utkast",
    "reaction": "Kritiske reaksjoner",
    "multidose": "Multidose",
    "reimbursement": "Stønad og refusjon",
    "lar": "LAR",
    "history": "Historikk",
    "printout": "Utskrift",
    "review": "Legemiddelgjennomgang",
    "admin": "Administrasjon",
    "support": "Support",
}


def category(code: str) -> str:
    return CATEGORIES.get(code, code)


def prescribing(practitioner: Practitioner) -> str:
    """What HPR says about prescribing, with its limits."""
    rights = practitioner.hpr_rights
    limits = [text for name, text in (("not_ab", "ikke A og B"), ("not_a", "ikke A")) if rights.get(name)]
    return ", ".join([PRESCRIBING.get(rights.get("prescribing", "none"), "Ukjent"), *limits[:1]])


def grouped(rights: Iterable[RightExplanation]) -> list[tuple[str, list[RightExplanation]]]:
    """Under headings. A narrowing that does not apply to the person is no right, and is left out."""
    found: dict[str, list[RightExplanation]] = {}
    for right in rights:
        if right.granted or right.permission not in SCOPES:
            found.setdefault(GROUPS[right.permission.partition(".")[0]], []).append(right)
    return list(found.items())


def basis(rights: Iterable[RightExplanation]) -> list[str]:
    """What the person's category rests on: the same for every right, so it is said once."""
    texts = (right.because.partition("Grunnlag: ")[2].removesuffix(".") for right in rights)
    found = next((text for text in texts if text), "")
    return [part[:1].upper() + part[1:] for part in found.split("; ") if part]
