"""Who has a part in the shared list beside the signer: `relatedparties` as Rolle of M25.1 (fhir.md 6.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfm.core.errors import Invalid
from sfm.core.ids import Hpr
from sfm.fhir.basis import names
from sfm.fhir.basis.read import parts
from sfm.fhir.data_sharing import naming
from sfm.fhir.data_sharing.r4.faults import BadContent, Fault
from sfm.wire import m1, m251
from sfm.wire.values import cs, ident

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sfm.fhir.basis.read.bundle import Sent

Resource = dict[str, Any]
ROLES = {  # 7490: those of a list; L is whoever signs it
    "F": "Fastlege",
    "M": "Multidoseansvarlig lege",
    "P": "PLO-kontakt",
    "A": "Ansvarlig farmasøyt",
}
SIGNER = "L"
LONGEST_HER = 10  # digits


def read(sent: Sent, info: Resource, before: Mapping[str, Resource]) -> tuple[m251.Role, ...]:
    """Raises BadContent for a party that is new and cannot be named: RF knows people by HPR number and units by HER-id.
    One that came from us as a name alone, and stands unchanged, is nobody's news and stays out."""
    found, faults = [], []
    for url in _urls(info):
        resource = sent.entries.get(url, {})
        code = parts.code(next(iter(resource.get("code", ())), {}))
        if code == SIGNER:
            continue
        made = _role(resource, code, sent.entries)
        if made is not None:
            found.append(made)
        elif before.get(url) != resource:
            faults.append(_fault(sent.places.get(url, sent.path)))
    if faults:
        raise BadContent(*faults)
    return tuple(found)


def _urls(info: Resource) -> Iterator[str]:
    told = parts.children(parts.extension(info, names.PLL_INFORMATION), "relatedparties")
    return (str((parts.value(one) or {}).get("reference", "")) for one in told)


def _role(resource: Resource, code: str, entries: Mapping[str, Resource]) -> m251.Role | None:
    person, unit = (_named(resource.get(name), entries) for name in ("practitioner", "organization"))
    professional, organisation = _professional(person), _organisation(unit)
    if code not in ROLES or (professional is None and organisation is None):
        return None
    return m251.Role(role=cs(code, ROLES[code]), professional=professional, organisation=organisation)


def _named(reference: Resource | None, entries: Mapping[str, Resource]) -> Resource:
    """The resource of a reference, with the identifier the reference itself carries."""
    said = reference or {}
    there = entries.get(str(said.get("reference", "")), {})
    own = [said["identifier"]] if isinstance(said.get("identifier"), dict) else []
    return {"display": said.get("display", "")} | there | {"identifier": [*there.get("identifier", ()), *own]}


def _professional(person: Resource) -> m1.Professional | None:
    try:
        number = Hpr.parse(naming.identifiers(person).get(naming.HPR, "")).value
    except Invalid:
        return None
    given, family = naming.read_name(person)
    return m1.Professional(hpr=ident("HPR", number), given_name=given or None, family_name=family or None)


def _organisation(unit: Resource) -> m1.Organisation | None:
    number = naming.identifiers(unit).get(naming.HER_ID, "")
    if not number.isdigit() or len(number) > LONGEST_HER:
        return None
    name = str(unit.get("name") or unit.get("display") or "")
    return m1.Organisation(her_id=ident("HER", number), institution=name or None)


def _fault(place: str) -> Fault:
    return Fault(
        path=place,
        code="value",
        text="En part i legemiddellisten må ha en rolle (7490) og HPR-nummer eller HER-id.",
        diagnostics="relatedparties: role F, M, P or A with an HPR number or a HER-id is needed",
    )
