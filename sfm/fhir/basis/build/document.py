"""The medication document: a Composition, and everything it points at (fhir.md 5)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.db.models import Q

from sfm.core import clock
from sfm.core.ids import PatientKey
from sfm.fest import catalogue
from sfm.fhir.basis import names
from sfm.fhir.basis.build import dispenses, echo, lists, originals, people, statements
from sfm.fhir.basis.build.parts import Entries, moment
from sfm.fhir.data_sharing import naming
from sfm.medication.models import (
    CriticalReaction,
    Lifecycle,
    MedicationList,
    Prescription,
    Treatment,
)
from sfm.medication.rules import pll
from sfm.patients import vault

if TYPE_CHECKING:
    from sfm.fhir.basis.build.parts import Part, Resource
    from sfm.identity.admission import Admission

URI = "urn:ietf:rfc:3986"
NARRATIVE = '<div xmlns="http://www.w3.org/1999/xhtml">{}</div>'
UNSENT_AND_UNKNOWN = "created"  # a treatment only the portals know of


@dataclass(frozen=True, kw_only=True)
class Document:
    """`ident` is the Composition's identifier; `entries` url → resource, the Composition first."""

    ident: UUID = field(default_factory=uuid4)
    patient: UUID
    subject: Part
    authors: tuple[Part, ...]
    entries: dict[str, Resource]
    sections: dict[str, list[Part]]

    def bundle(self, *, source: str) -> Resource:
        now = clock.now()
        return {
            "resourceType": "Bundle",
            "id": str(uuid4()),
            "meta": {"lastUpdated": moment(now), "source": source, "profile": [names.BUNDLE]},
            "identifier": {"system": URI, "value": f"urn:uuid:{self.ident}"},
            "type": "document",
            "timestamp": moment(now),
            "link": [{"relation": "self", "url": source}],
            "entry": [{"fullUrl": url, "resource": resource} for url, resource in self.entries.items()],
        }


def build(
    place: Admission, patient_key: UUID, *, with_originals: bool = False, kept: echo.Kept | None = None
) -> Document:
    """Six queries, however many treatments. Inside the journal's scope. What is unchanged since it was sent to us
    goes out as it is in `kept`."""
    with catalogue.held():
        made = echo.unchanged(_built(place, patient_key, with_originals=with_originals), kept)
    composition = _composition(made)
    return replace(made, entries={f"urn:uuid:{composition['id']}": composition} | made.entries)


def _built(place: Admission, patient_key: UUID, *, with_originals: bool) -> Document:
    """Everything but the Composition."""
    entries, sections = Entries(), _empty_sections()
    author = people.put_author(entries, place.practitioner)
    unit = people.put_unit(entries, place.organisation)
    patient = people.put_patient(entries, patient_key, vault.open_identity(PatientKey(patient_key)))
    links = _prescriptions(patient_key)
    rows = [statements.as_sent(row) for row in _treatments(patient_key)]
    for row in rows:
        section, found = statements.put(entries, row, links.get(row.pk, []), patient)
        sections[section].append(found)
    head = MedicationList.objects.filter(patient_key=patient_key).first()
    if head is not None:
        sections[names.LIST_INFO] += lists.put_list(entries, head, patient)
    sections[names.ALLERGIES] += lists.put_reactions(entries, _reactions(patient_key), patient)
    given = dispenses.put(entries, (one for chain in links.values() for one in chain), patient)
    if given:  # the one section that is left out when it is empty
        sections[names.DISPENSES] = given
    if with_originals:
        originals.put(entries, patient_key, (one.pk for chain in links.values() for one in chain[:1]))
    return Document(
        patient=patient_key, subject=patient, authors=(author, unit), entries=entries.found, sections=sections
    )


def _treatments(patient_key: UUID) -> list[Treatment]:
    found = Treatment.objects.filter(patient_key=patient_key).exclude(lifecycle=Lifecycle.ENTERED_IN_ERROR)
    kept = (row for row in found.exclude(unsent_verb=UNSENT_AND_UNKNOWN) if not _long_gone(row))
    return sorted(kept, key=lambda row: (row.substance.casefold(), str(row.pk)))


def _long_gone(row: Treatment) -> bool:
    return row.discontinued_at is not None and clock.now() - row.discontinued_at > pll.TAIL


def _prescriptions(patient_key: UUID) -> dict[UUID, list[Prescription]]:
    grouped: dict[UUID, list[Prescription]] = {}
    found = Prescription.objects.filter(patient_key=patient_key).order_by("-prescribed_on", "-created")
    for one in found:
        if one.treatment_id is not None:
            grouped.setdefault(one.treatment_id, []).append(one)
    return grouped


def _reactions(patient_key: UUID) -> list[CriticalReaction]:
    rows = CriticalReaction.objects.filter(Q(active=True) | Q(verification="2"), patient_key=patient_key)
    return sorted(rows, key=lambda row: (row.agent_text.casefold(), str(row.pk)))


def _composition(made: Document) -> Resource:
    return {
        "resourceType": "Composition",
        "id": str(uuid4()),
        "meta": {"profile": [names.COMPOSITION]},
        "identifier": {"use": "official", "system": URI, "value": str(made.ident)},
        "status": "final",
        "type": naming.coded(names.LOINC, "11503-0", "Medical records"),
        "subject": made.subject,
        "date": clock.today().isoformat(),
        "author": list(made.authors),
        "title": "Medication summary",
        "confidentiality": "N",
        "section": [_section(code, found) for code, found in made.sections.items()],
    }


def _section(code: str, found: list[Part]) -> Part:
    title, display, text = names.SECTIONS[code]
    made: Part = {
        "title": title,
        "code": naming.coded(names.SECTION_TYPES, code, display),
        "text": {"status": "generated", "div": NARRATIVE.format(text)},
    }
    if found:
        return made | {"entry": found}
    return made | {"emptyReason": naming.coded(names.EMPTY_REASON, "unavailable", "Unavailable")}


def _empty_sections() -> dict[str, list[Part]]:
    return {code: [] for code in names.NEEDED}
