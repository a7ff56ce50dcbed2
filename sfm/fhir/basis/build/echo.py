"""What another system wrote goes back as it wrote it, for as long as nothing about it has changed here (fhir.md 10.1).

At every sending our own form of each statement is remembered as a digest. When it is still the same at the next
`$getMedication`, the sender's resource goes out in its place: same url, same id, same digits, extensions we do not know
and all. What SFM has to add to (a prescription it signed, a recall it sent) is SFM's from then on.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sfm.fhir.basis import names
from sfm.fhir.basis.read import parts
from sfm.fhir.basis.read.statement import Statement, is_statement
from sfm.fhir.data_sharing.r4 import json_form

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sfm.fhir.basis.build.document import Document

Resource = dict[str, Any]
Entries = dict[str, Resource]
OF_A_STATEMENT = ("Medication", "Substance", "Practitioner", "PractitionerRole", "Organization")
PRODUCTS = ("Medication", "Substance")
MOVES = "festUpdate"  # with every catalogue, whatever the statement says


@dataclass(frozen=True, kw_only=True)
class Kept:
    """The newest document sent to us, and our own form of its statements at that moment: url → digest."""

    entries: Entries
    ours: Mapping[str, str]


def digests(document: Document) -> dict[str, str]:
    return {url: _digest(document.entries, url) for url, one in document.entries.items() if is_statement(one)}


def unchanged(document: Document, kept: Kept | None) -> Document:
    """The document with everything in it that can go back as it came."""
    back = _going_back(document, kept) if kept else {}
    if kept is None or not back:
        return document
    entries: Entries = {}
    for url, resource in document.entries.items():
        if url not in back:
            entries[url] = resource
            continue
        entries |= {one: kept.entries[one] for one in _whole(kept.entries, back[url], document.entries)}
    theirs = set(entries) - set(document.entries) | set(back.values())
    moved = {ours: url for ours, url in back.items() if ours != url}
    if moved:
        entries = {url: one if url in theirs else _redirected(one, moved) for url, one in entries.items()}
    sections = {code: [_redirected(one, moved) for one in found] for code, found in document.sections.items()}
    return replace(document, entries=_without_leftovers(entries), sections=sections)


def _going_back(document: Document, kept: Kept) -> dict[str, str]:
    """Our url → the url of the same statement as it was sent."""
    known = {ident: url for url, one in kept.entries.items() if is_statement(one) for ident in _idents(one)}
    found = {}
    for url, ours in document.entries.items():
        if not is_statement(ours) or kept.ours.get(url) != _digest(document.entries, url):
            continue
        theirs = next((known[ident] for ident in _idents(ours) if ident in known), None)
        if theirs and kept.entries[theirs] != ours and _says_the_same(kept.entries[theirs], ours):
            found[url] = theirs
    there = set(document.entries) | set(found.values())
    return {
        url: theirs
        for url, theirs in found.items()
        if all(one in there for one in _loose(kept.entries, theirs, document.entries))
    }


def _says_the_same(theirs: Resource, ours: Resource) -> bool:
    """Asks for nothing, and hides nothing of what SFM itself writes."""
    one = Statement(url="", path="", resource=theirs, product=None)
    return not one.creates and _facts(theirs) == _facts(ours)


def _facts(resource: Resource) -> tuple[Any, ...]:
    amendment = parts.extension(resource, names.AMENDMENT)
    status = parts.child(amendment, "rfstatus")
    return (
        resource.get("status"),
        parts.code(parts.child(status, "status") or status),
        bool(parts.child(amendment, "recallinfo")),
        bool(parts.extension(resource, names.DISCONTINUATION)),
        parts.extension(resource, names.DELIVERY),
        bool(resource.get("partOf")),
    )


def _idents(resource: Resource) -> set[str]:
    found = (str(one.get("value", "")).lower() for one in resource.get("identifier", ()))
    return {ident for ident in found if ident}


def _digest(entries: Entries, url: str) -> str:
    said = _timeless({one: entries[one] for one in sorted(_whole(entries, url, {}, PRODUCTS))})
    return hashlib.sha256(json_form.write(said)).hexdigest()


def _timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _timeless(part) for name, part in value.items()}
    if isinstance(value, list):
        return [
            _timeless(part) for part in value if not (isinstance(part, dict) and part.get("url") == MOVES)
        ]
    return value


def _whole(
    entries: Entries, url: str, known: Entries, kinds: tuple[str, ...] = OF_A_STATEMENT
) -> Iterator[str]:
    """The statement and what it cannot be read without, as far as the other document does not have it."""
    waiting, seen = [url], {url}
    while waiting:
        here = waiting.pop()
        yield here
        for target in _targets(entries[here]):
            if target in entries and target not in seen and target not in known:
                if entries[target]["resourceType"] in kinds:
                    waiting.append(target)
                seen.add(target)


def _loose(entries: Entries, url: str, known: Entries) -> Iterator[str]:
    """References of the whole that would have to be found elsewhere."""
    whole = set(_whole(entries, url, known))
    for one in whole:
        yield from (target for target in _targets(entries[one]) if target not in whole)


def _targets(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if str(value.get("reference", "")).startswith("urn:uuid:"):
            yield value["reference"]
        for part in value.values():
            yield from _targets(part)
    elif isinstance(value, list):
        for part in value:
            yield from _targets(part)


def _redirected(value: Any, moved: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {
            name: moved.get(part, part)
            if name == "reference" and isinstance(part, str)
            else _redirected(part, moved)
            for name, part in value.items()
        }
    return [_redirected(part, moved) for part in value] if isinstance(value, list) else value


def _without_leftovers(entries: Entries) -> Entries:
    """Our own product of a statement that went back with another is pointed at by nobody."""
    wanted = {target for one in entries.values() for target in _targets(one)}
    return {url: one for url, one in entries.items() if url in wanted or one["resourceType"] not in PRODUCTS}
