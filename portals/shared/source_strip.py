"""The line of sources above the list: RF, PLL, KJ, KI. A few words each, and the whole sentence of portals.md 7 behind
them. What a source says of its refusal is written for its own screens, and is never shown as it came."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from portals.shared import error_texts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sfm.medication.queries.rows import SourceLine

PLACES = {"RF": "Reseptformidleren", "PLL": "Reseptformidleren", "KJ": "Kjernejournal", "KI": "Kjernejournal"}
SHORT = {  # by error code: RF's (7419), KJ's (KJF), and our own when no code came
    "358": "sperret av pasienten",
    "364": "sperret av pasienten",
    "363": "nytt fødselsnummer",
    "KJF-000103": "ingen tilgang",
    "KJF-000204": "pasienten er reservert",
    "KJF-000205": "sperret av pasienten",
    "E03": "ingen kjernejournal",
    "NO-NUMBER": "kan ikke slås opp",
}
WHOLE = {
    "358": error_texts.TEXTS["E04"] + " Resepter du selv har skrevet, vises.",
    "364": error_texts.TEXTS["E04"],
    "363": error_texts.TEXTS["E07"],
    "KJF-000103": "Rollen din gir ikke tilgang til kjernejournal.",
    "KJF-000204": error_texts.TEXTS["E03"],
    "KJF-000205": "Pasienten har sperret kjernejournalen sin.",
    "E03": "Pasienten er reservert i kjernejournal, eller har ingen.",
    "NO-NUMBER": "Pasienten har verken fødselsnummer eller D-nummer, og kan ikke slås opp.",
}


@dataclass(frozen=True, kw_only=True)
class Told:
    """One or more sources that say the same."""

    names: str  # «RF · PLL»
    state: str
    text: str
    whole: str  # the sentence behind the words; "" when they say it all
    code: str


def told(lines: Iterable[SourceLine]) -> list[Told]:
    """In the order they came; neighbours that say the same say it together."""
    each = [(line.source, line.state, short(line), whole(line), line.error_code) for line in lines]
    return [
        Told(
            names=" · ".join(source for source, *_ in same), state=state, text=text, whole=sentence, code=code
        )
        for (state, text, sentence, code), same in groupby(each, key=lambda one: one[1:])
    ]


def short(line: SourceLine) -> str:
    if line.state not in ("refused", "failed"):
        return line.text
    if _silent(line):
        return "svarer ikke" + (f" (sist {line.last})" if line.last else "")
    return SHORT.get(_code(line), "ingen tilgang" if line.state == "refused" else "avviste spørsmålet")


def whole(line: SourceLine) -> str:
    if line.state not in ("refused", "failed"):
        return f"{line.said} og vises ikke. Kontakt driften." if line.said else ""
    last = line.last or "ukjent tid"
    if _silent(line):
        return error_texts.text("E01" if PLACES[line.source] == "Reseptformidleren" else "E02", tid=last)
    known = WHOLE.get(_code(line))
    if known:
        return known
    place = PLACES[line.source]
    if line.state == "refused":
        return f"{place} ga ikke tilgang{f' ({line.error_code})' if line.error_code else ''}."
    return f"{place} avviste spørsmålet: {line.said.rstrip('.') or line.error_code}."


def _silent(line: SourceLine) -> bool:
    return line.state == "failed" and line.error_code in ("E01", "E02")


def _code(line: SourceLine) -> str:
    """Refused without a code: nobody was asked, since the patient has no number."""
    return line.error_code or ("NO-NUMBER" if line.state == "refused" else "")
