"""The patient of an operation: sent whole in the body, and kept as sent (the record system is master)."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sfm.core.errors import Conflict
from sfm.fhir.data_sharing import naming, patient_form
from sfm.fhir.data_sharing.r4.faults import BadContent, Fault, required
from sfm.patients import vault
from sfm.patients.identity import PatientIdentity, read_pid

if TYPE_CHECKING:
    from sfm.core.ids import PatientKey
    from sfm.fhir.basis.parameters import Given
    from sfm.identity.admission import Admission

__all__ = ["PatientIdentity", "read", "read_resource", "registered"]


def read(given: Given) -> PatientIdentity:
    """The parameter `patient`. Raises BadContent with paths into the Parameters."""
    content = given.resource("patient", "Patient")
    numbers = given.texts("Referansenummer", 20)
    if not naming.identifiers(content) and not numbers:
        raise BadContent(required("Parameters.parameter:Referansenummer", "Referansenummer"))
    return read_resource(content, f"{given.path('patient')}.resource", numbers)


def read_resource(content: dict[str, Any], path: str, numbers: tuple[str, ...] = ()) -> PatientIdentity:
    """Raises BadContent; the paths of its faults begin at `path`."""
    try:
        return patient_form.read(_completed(content, numbers))
    except BadContent as error:
        moved = (replace(fault, path=fault.path.replace("Patient", path, 1)) for fault in error.faults)
        raise BadContent(*moved) from error


def _completed(content: dict[str, Any], numbers: tuple[str, ...]) -> dict[str, Any]:
    """Real calls leave out `active`. Who has no number at all is told from others of the same name, birth date and
    sex by the reference numbers; the document that goes out carries the id made here."""
    whole = {"active": True} | content
    if not naming.identifiers(content) and numbers:
        said = (*naming.read_name(content), content.get("birthDate"), content.get("gender"), *sorted(numbers))
        digest = hashlib.sha256("|".join(map(str, said)).encode()).hexdigest()[:32]
        whole["identifier"] = [{"system": naming.LOCAL_ID, "value": f"xxx-{digest}"}]
    return whole


def registered(person: PatientIdentity, place: Admission) -> PatientKey:
    """The key; whoever asks for the first time is registered. Raises Conflict for somebody else's number."""
    place.actor.require("lib.view")
    key = vault.register(person)
    if read_pid(person.pid)[1] != vault.open_identity(key).pid:
        raise Conflict(
            "Nummeret er erstattet av et nyere. Bruk pasientens gjeldende nummer.",
            code="SFM-409",
            detail="superseded number",
        )
    return key


def unknown(path: str) -> BadContent:
    return BadContent(
        Fault(
            path=path,
            code="not-found",
            text="Pasienten i dokumentet er ikke den listen ble hentet for.",
            diagnostics="the patient is not the one of the document",
        )
    )
