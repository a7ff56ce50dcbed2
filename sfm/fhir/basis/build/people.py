"""Patient, Practitioner, Organization and PractitionerRole of a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfm.fhir.basis import names
from sfm.fhir.basis.build.parts import Entries, coded, reference
from sfm.fhir.data_sharing import naming, patient_form, person_form

if TYPE_CHECKING:
    from uuid import UUID

    from sfm.fhir.basis.build.parts import Part, Resource
    from sfm.identity.models import Practitioner
    from sfm.patients.identity import PatientIdentity
    from sfm.tenancy.models import Organisation

KJ_ROLE = "http://nhn.no/kj/fhir/StructureDefinition/KjPractitionerRole"


def put_patient(entries: Entries, key: UUID, person: PatientIdentity) -> Part:
    made = patient_form.resource(key, person)
    return reference(
        entries.put_as(made.pop("id"), made), "Patient", f"{person.given} {person.family}".strip()
    )


def put_author(entries: Entries, row: Practitioner) -> Part:
    """The person who asks, with everything the journal knows."""
    made = person_form.practitioner(row)
    made.pop("id")
    name = f"{row.given_name} {row.family_name}".strip()
    return _person(entries, row.hpr or str(row.pk), made, name, row.hpr)


def put_practitioner(entries: Entries, *, hpr: str, name: str) -> Part:
    """Somebody known by HPR number; a name alone is no resource, only a reference that says it."""
    if not hpr:
        return {"type": "Practitioner", "display": name or "Ukjent rekvirent"}
    given, _, family = name.rpartition(" ")
    made: Resource = {
        "resourceType": "Practitioner",
        "meta": {"profile": [person_form.PRACTITIONER]},
        "identifier": [naming.identifier(naming.HPR, hpr)],
        "active": True,
        "name": naming.human_name(given, family or "Ukjent"),
    }
    return _person(entries, hpr, made, name, hpr)


def _person(entries: Entries, key: str, made: Resource, name: str, hpr: str) -> Part:
    display = f"{name}, HPR: {hpr}" if hpr else name
    found = reference(entries.put("practitioner", key, made), "Practitioner", display)
    return found | ({"identifier": naming.identifier(naming.HPR, hpr)} if hpr else {})


def put_unit(entries: Entries, row: Organisation) -> Part:
    numbers = ((naming.HER_ID, row.her_id), (naming.ENH, row.orgnr))
    made: Resource = {
        "resourceType": "Organization",
        "meta": {"profile": [names.ORGANIZATION]},
        "identifier": [naming.identifier(name, value) for name, value in numbers if value],
        "name": row.name,
    }
    if not made["identifier"]:
        del made["identifier"]
    display = f"{row.name}, HER: {row.her_id}" if row.her_id else row.name
    return reference(entries.put("organization", row.pk, made), "Organization", display)


def put_named_unit(entries: Entries, name: str) -> Part:
    """A pharmacy we know by name alone."""
    made: Resource = {"resourceType": "Organization", "meta": {"profile": [names.ORGANIZATION]}, "name": name}
    return reference(entries.put("organization", name, made), "Organization", name)


def put_role(
    entries: Entries,
    *,
    code: str,
    said: str,
    practitioner: Part | None = None,
    organization: Part | None = None,
) -> Part:
    """sfm-PractitionerRole: a person, a unit or both in a role of 7490."""
    there = {"practitioner": practitioner, "organization": organization}
    who = {name: value for name, value in there.items() if value}
    made: Resource = {
        "resourceType": "PractitionerRole",
        "meta": {"profile": [names.ROLE]},
        **who,
        "code": [coded(7490, code, said)],
    }
    display = ", ".join([*(str(one["display"]) for one in who.values()), f"{code}:{said}"])
    key = f"{code}:{':'.join(str(one.get('reference', one['display'])) for one in who.values())}"
    return reference(entries.put("role", key, made), "PractitionerRole", display)


def put_recorder(entries: Entries, name: str) -> Part:
    """KjPractitionerRole: who registered a reaction, as the name we were given."""
    made: Resource = {
        "resourceType": "PractitionerRole",
        "meta": {"profile": [KJ_ROLE]},
        "practitioner": {"type": "Practitioner", "display": name},
    }
    return reference(entries.put("recorder", name, made), "PractitionerRole", name)
