"""An incremental M30 made of a full one: 1 % changed, 0.5 % new, 0.5 % ended (fest.md 7). For benchmarks and tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from sfm.fest.build.xml import HEAD, TAIL, identity, leaf
from sfm.fest.importer.elements import local
from sfm.fest.importer.vocabulary import CATALOGUE_OF, CATALOGUES, ENTRY_TAGS

if TYPE_CHECKING:
    from pathlib import Path

CHANGED_EVERY, NEW_EVERY, ENDED_EVERY = 100, 200, 200
LOOSE = ("Interaksjon", "Legemiddeldose")  # what nothing points at: they may come and go alone


def write_increment(full: Path, out: Path, *, extracted_at: str) -> tuple[int, int]:
    """Returns how many entries are new or changed, and how many end. The same file gives the same increment."""
    parts: dict[str, list[str]] = {name: [] for name in CATALOGUES}
    changed = ended = loose = 0
    entries_read = etree.iterparse(str(full), events=("end",), tag=ENTRY_TAGS, huge_tree=True)
    for number, (_, element) in enumerate(entries_read, start=1):
        name = CATALOGUE_OF[element.tag]
        if number % CHANGED_EVERY == 0:
            parts[name].append(_renewed(element))
            changed += 1
        elif name in LOOSE:
            loose += 1
            # nearly all loose entries are asked, so that the shares are of the whole file
            if loose % (NEW_EVERY // 4) == 1:
                parts[name].append(_renewed(element, new=True))
                changed += 1
            elif loose % (ENDED_EVERY // 4) == 2:
                parts[name].append(_ended(element, extracted_at))
                ended += 1
        element.clear()
    with out.open("w", encoding="utf-8") as file:
        file.write(HEAD + leaf("HentetDato", extracted_at) + "\n")
        for name, entries in parts.items():
            if entries:
                file.write(f"<Kat{name}>\n{''.join(entries)}</Kat{name}>\n")
        file.write(TAIL)
    return changed, ended


def _renewed(element: etree._Element, *, new: bool = False) -> str:
    """The same content under another entry id; as a new one also under another inner id."""
    element[0].text = identity("increment", element[0].text or "", str(new))
    if new:
        payload = next(child for child in element if local(child.tag) not in ("Id", "Tidspunkt", "Status"))
        for inner in payload:
            if local(inner.tag) == "Id":
                inner.text = identity("increment", inner.text or "")
    return etree.tostring(element, encoding="unicode", with_tail=False) + "\n"


def _ended(element: etree._Element, at: str) -> str:
    name = local(element.tag)
    head = f"<Id>{element[0].text}</Id><Tidspunkt>{at}</Tidspunkt>"
    return f'<{name}>{head}<Status V="U" DN="Utgått oppføring"/></{name}>\n'
