"""How the personnel portal says what is kept as codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfm.identity import matrix
from sfm.identity.permissions import LABELS, SCOPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sfm.identity.matrix import Row
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
ROWS = {  # rows of the matrix that are no single category
    "LE_not_a": "Lege uten rett til gruppe A",
    "LE_not_ab": "Lege uten rett til gruppe A og B",
    "LE_licence": "Lege med lisens",
    "SP_public_health": "Helsesykepleier",
    "FA1_FA2": "Farmasøyt",
    "HF_HP_OA": "Helsefagarbeider, hjelpepleier og omsorgsarbeider",
    "FT_MT_KI_PS_FO_KE": "Fysio- og manuellterapeut, kiropraktor, psykolog, fotterapeut, ernæringsfysiolog",
    "READ_ONLY": "Bare lesetilgang",
}
PRESCRIBING = {"full": "Full rekvireringsrett", "limited": "Begrenset rekvireringsrett", "none": "Ingen"}
ANSWERS = {"yes": "gitt", "no": "fjernet", "profile": "følger oppsettet igjen"}
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


def row(name: str) -> str:
    """A row of the permission matrix."""
    return ROWS.get(name) or category(name)


def anchors(of: Row) -> list[str]:
    texts = [matrix.anchor_text(anchor) for anchor in of.anchors]
    return [text[:1].upper() + text[1:] for text in texts]


def change(action: str, detail: Mapping[str, Any]) -> str:
    """A line of «Endringer», from the codes of the access log."""
    if action == "admin.right.set":
        return f"{LABELS.get(detail.get('permission', ''), '')}: {ANSWERS.get(detail.get('answer', ''), '')}"
    if action == "admin.profile.set":
        parts = [
            f"{verb} {', '.join(LABELS[code].lower() for code in detail.get(name, ()))}"
            for name, verb in (("given", "gitt"), ("taken", "fjernet"))
            if detail.get(name)
        ]
        return f"{row(detail.get('category', ''))}: {'; '.join(parts)}"
    return {"admin.user.block": "Sperret", "admin.user.unblock": "Åpnet igjen"}.get(action, action)


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
