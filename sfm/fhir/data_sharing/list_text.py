"""The list as a summary people read: the same rows as the screen, as XHTML (fhir.md 3.5)."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from sfm.medication.queries import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfm.medication.queries.rows import InUse, InUseRow

NAMES = {
    "RF": "Reseptformidleren",
    "PLL": "Pasientens legemiddelliste",
    "KJ": "Kjernejournal",
    "KI": "Kritisk informasjon",
}
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def div(shown: InUse) -> str:
    """Reactions first, then the list, then how old each source is. Everything from a person is escaped."""
    parts = [*_reactions(shown), *_signing(shown), *_list(shown), *_sources(shown)]
    return f'<div xmlns="http://www.w3.org/1999/xhtml">{"".join(parts)}</div>'


def _reactions(shown: InUse) -> Iterator[str]:
    yield "<h3>Kritiske legemiddelreaksjoner</h3>"
    if not shown.reactions.lines:
        yield f"<p>{_safe(shown.reactions.none_known or 'Ikke kartlagt')}</p>"
        return
    lines = (
        " – ".join(part for part in (r.agent, r.reaction, r.certainty) if part) for r in shown.reactions.lines
    )
    yield "<ul>" + "".join(f"<li><b>{_safe(line)}</b></li>" for line in lines) + "</ul>"


def _signing(shown: InUse) -> Iterator[str]:
    yield f"<p>{_safe(shown.pll_text)}</p>"
    if shown.unsent_count:
        yield f"<p><b>Ikke signert</b>: {shown.unsent_count} usendte endringer.</p>"


def _list(shown: InUse) -> Iterator[str]:
    yield "<h3>Legemidler i bruk</h3>"
    groups = [(g.title, [r for r in g.rows if r.kind == "treatment"]) for g in shown.groups]
    if not any(rows for _, rows in groups):
        yield "<p>Ingen legemidler registrert.</p>"
    head = "".join(
        f"<th>{name}</th>" for name in ("Legemiddel", "Dosering", "Bruksområde", "Status", "Datoer")
    )
    for title, rows in groups:
        if rows:
            yield f"<h4>{_safe(title)}</h4><table><thead><tr>{head}</tr></thead><tbody>"
            yield from (_row(row) for row in rows)
            yield "</tbody></table>"


def _row(row: InUseRow) -> str:
    name = " ".join(part for part in (row.substance, row.form, row.strength) if part)
    if row.brand:
        name += f" ({row.brand})"
    dates = "; ".join(
        f"<b>{_safe(f'{line.label} {line.value}')} *</b>"
        if line.future
        else _safe(f"{line.label} {line.value}")
        for line in row.dates
    )
    texts = (name, row.dose.text, row.indication, row.status.text)
    return "<tr>" + "".join(f"<td>{_safe(text)}</td>" for text in texts) + f"<td>{dates}</td></tr>"


def _sources(shown: InUse) -> Iterator[str]:
    yield "<h4>Siste oppslag</h4><ul>"
    for line in shown.sources:
        at = line.succeeded_at
        said = f"{words.day(words.local_day(at))} {words.clock_time(at)[-5:]}" if at else "aldri"
        yield f"<li>{NAMES.get(line.source, line.source)}: {_safe(said)}</li>"
    if not shown.sources:
        yield "<li>Ingen oppslag er gjort.</li>"
    yield "</ul>"


def _safe(text: str) -> str:
    return escape(_NOT_XML.sub("", text))
