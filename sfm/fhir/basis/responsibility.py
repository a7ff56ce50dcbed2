"""`$registerResponsibility` and `$deRegisterResponsibility`: multidoseansvarlig lege, by M27.1 (fhir.md 4.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from sfm.audit.record import record
from sfm.exchange import multidose
from sfm.exchange.models import Message
from sfm.fhir.basis import parameters, patients, waiting
from sfm.fhir.data_sharing import naming
from sfm.fhir.data_sharing.r4.faults import BadContent, Fault, required
from sfm.tenancy.scope import journal_scope

if TYPE_CHECKING:
    from uuid import UUID

    from sfm.fhir.basis.parameters import Given
    from sfm.identity.admission import Admission

Resource = dict[str, Any]
ROLES = ("M", "A")  # 7490; RF takes the pharmacist's registration from the pharmacy alone
UNSETTLED = ("queued", "held", "sending", "unknown")


def run(place: Admission, given: Given, *, register: bool, trace_id: str) -> Resource:  # noqa: ARG001
    person = patients.read(given)
    _check(place, given)
    with journal_scope(place.journal):
        with transaction.atomic():
            patient = patients.registered(person, place)
            message = multidose.register(
                patient_key=patient, by=place.actor, token=place.caller.token, register=register
            )
            detail = {"register": register}
            record(
                place.actor,
                "basis.responsibility",
                patient=patient,
                subject=message,
                source="api",
                detail=detail,
            )
        waiting.until(lambda: _is_settled(message.pk), limit=settings.BASIS_SEND_WAIT)
        return _told(Message.objects.get(pk=message.pk))


def _check(place: Admission, given: Given) -> None:
    """Only the caller's own responsibility can be registered: RF goes by who signed."""
    roles = given.codes("role", ROLES)
    if "A" in roles:
        raise BadContent(_refused(given.path("role"), "Rollen registreres av apoteket selv."))
    hpr = _identifier(given, "practitioner", naming.HPR)
    unit = _identifier(given, "organization", naming.HER_ID)
    if not hpr and not unit:
        raise BadContent(required("Parameters.parameter:practitioner", "Parameteren practitioner"))
    if hpr and hpr.lstrip("0") != place.actor.hpr:
        raise BadContent(
            _refused(given.path("practitioner"), "Bare legen selv kan registrere eller avslutte ansvaret.")
        )
    if unit and unit != place.organisation.her_id:
        raise BadContent(_refused(given.path("organization"), "Virksomheten er ikke den du er logget inn i."))


def _identifier(given: Given, name: str, system: str) -> str:
    found = [part for part in given.parts if part.get("name", "").lower() == name]
    if not found:
        return ""
    value = found[0].get("valueIdentifier") or {}
    if not value.get("value") or naming.system(str(value.get("system", system))) != system:
        raise BadContent(
            Fault(
                path=given.path(name),
                code="value",
                text=f"Feil i parameteren {name}.",
                diagnostics=f"{name} must be an Identifier of {system}",
            )
        )
    return str(value["value"])


def _refused(path: str, text: str) -> Fault:
    return Fault(path=path, code="business-rule", text=text, diagnostics="not the caller's to register")


def _is_settled(ident: UUID) -> bool:
    return not Message.objects.filter(pk=ident, state__in=UNSETTLED).exists()


def _told(message: Message) -> Resource:
    code = {"accepted": "0", "rejected": "93", "failed": "90"}.get(message.state, "91")
    return parameters.written(
        {"name": "resultCode", "valueCoding": parameters.coding(code)},
        {"name": "messageID", "valueString": str(message.pk)},
    )
