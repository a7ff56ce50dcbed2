"""The Session Gateway: what an EPJ's server calls, and the login of the portal's own script (integration.md 3)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token, rotate_token
from django.utils.http import http_date

from sfm.audit.record import record
from sfm.core.errors import Invalid
from sfm.exchange import hpr_lookup
from sfm.fhir.session_gateway.edge import json_body, text_member
from sfm.identity import actors, admission, gateway_session, logins, preferences, users
from sfm.identity.refusals import CodeRefused, Malformed, PatientUnknown
from sfm.patients import ticket, vault
from sfm.tenancy import journals
from sfm.tenancy.scope import journal_scope

if TYPE_CHECKING:
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.core.ids import PatientKey
    from sfm.identity.admission import Admission
    from sfm.identity.principal import Principal
    from sfm.identity.web_session import SessionStore

PORTALS = {"patientportal": "pasient", "healthcareportal": "helsepersonell", "enterpriseportal": "virksomhet"}
HINT_PATIENT = "Skriv pasienten til SFM (sfm-Patient) før du ber om billett."


def create(request: HttpRequest, caller: Principal) -> HttpResponse:
    made = gateway_session.create(caller, text_member(json_body(request), "nonce"))
    _record(made.admission, "session.create")
    _ask_hpr(made.admission)
    portals = portal_addresses(made.client.slug)
    return JsonResponse(
        {
            "id": made.id,
            "code": made.code,
            "clientAddress": portals["patientportal"],
            "apiAddress": settings.PUBLIC_ORIGIN,
            "metadata": portals,
        }
    )


def refresh(_request: HttpRequest, caller: Principal) -> HttpResponse:
    _record(gateway_session.refresh(caller), "session.refresh")
    return JsonResponse({})


def end(_request: HttpRequest, caller: Principal) -> HttpResponse:
    _record(gateway_session.end(caller), "session.end")
    return JsonResponse({})


def patient_ticket(request: HttpRequest, caller: Principal) -> HttpResponse:
    pid = text_member(json_body(request), "patientPid")
    place = admission.admit(caller)
    client = admission.client_of(caller)
    with journal_scope(place.journal):
        patient = _patient(pid)
        record(place.actor, "ticket.issue", patient=patient, source="api")
    owner = logins.owner_of(caller, place.journal.pk)
    issued = ticket.issue(owner, patient, form=client.ticket_form)
    return _ticket_answer(request, issued)


def login(request: HttpRequest) -> HttpResponse:
    """Redeem a code from the frame: `Authorization: <code>`, body the plain nonce, as a JSON string or bare."""
    _check_own_origin(request)
    entered = gateway_session.enter(request.headers.get("Authorization", ""), _nonce(request))
    cast("SessionStore", request.session).begin(entered)
    rotate_token(request)
    request.session[preferences.IN_SESSION] = _record_login(actors.from_dict(entered.actor))
    return JsonResponse({"csrfToken": get_token(request), "portals": portal_addresses(entered.client_slug)})


def portal_addresses(slug: str) -> dict[str, str]:
    return {key: f"{settings.PUBLIC_ORIGIN}/e/{slug}/{portal}/" for key, portal in PORTALS.items()}


def _patient(pid: str) -> PatientKey:
    try:
        patient = vault.find(pid)
    except Invalid as error:
        raise Malformed("patientPid er ikke et gyldig fødselsnummer, D-nummer eller xxx-id.") from error
    if patient is None or vault.open_identity(patient).inactive:
        raise PatientUnknown(hint=HINT_PATIENT)
    return patient


def _ticket_answer(request: HttpRequest, issued: ticket.Ticket) -> HttpResponse:
    """A JSON string, or an object when `application/json` is asked for by name (`*/*` does not count)."""
    named = any(
        part.partition(";")[0].strip().lower() == "application/json"
        for part in request.headers.get("Accept", "").split(",")
    )
    content: Any = {"patientTicket": issued.value} if named else issued.value
    answer = HttpResponse(json.dumps(content), content_type="application/json; charset=utf-8")
    answer["Expires"] = http_date(issued.expires.timestamp())
    return answer


def _check_own_origin(request: HttpRequest) -> None:
    """Only our own page redeems codes; a browser says where a POST comes from."""
    origin = request.headers.get("Origin", settings.PUBLIC_ORIGIN)
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    if origin != settings.PUBLIC_ORIGIN or site != "same-origin":
        raise CodeRefused("session-ended", detail="login from a foreign page")


def _nonce(request: HttpRequest) -> str:
    text = request.body.decode("utf-8", "replace").strip()
    if text.startswith('"'):
        try:
            text = json.loads(text)
        except ValueError:
            return ""
    return text


def _record(place: Admission, action: str) -> None:
    with journal_scope(place.journal):
        record(place.actor, action, source="api")


def _ask_hpr(place: Admission) -> None:
    """A worker asks whether the person's rights still stand; what HPR takes away ends the login."""
    with journal_scope(place.journal):
        hpr_lookup.wanted(place.practitioner)


def _record_login(actor: Actor) -> dict[str, str]:
    """Returns what the person has chosen for themselves."""
    practitioner_id: UUID = actor.practitioner_id
    with journal_scope(journals.find(actor.journal_id)):
        record(actor, "session.login", source="portal")
        users.logged_in(users.find(practitioner_id))
        return preferences.of(practitioner_id)
