"""«Signer og send»: what goes and what blocks, and the explicit second act."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import jwt
from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_GET, require_POST

from portals.shared.guard import patient_page
from portals.treatment.views.parts import root_of, screen
from sfm.core.errors import Conflict, Invalid
from sfm.exchange import messages, signing
from sfm.identity import logins

if TYPE_CHECKING:
    from portals.shared.guard import PatientRequest

JUST_SIGNED = "signert"


@require_GET
@patient_page("lib.view", audit="read.signing")
def page(request: PatientRequest) -> HttpResponse:
    return _review(request)


@require_POST
@patient_page("lib.view")
def send(request: PatientRequest) -> HttpResponse:
    """Sign exactly what was shown, once. The answer is the same however many times the button was pressed."""
    signing.require_signer(request.actor)
    try:
        intent_id = UUID(request.POST.get("intent", ""))
        token, claims = _token(request)
        signed = signing.sign_and_send(
            intent_id=intent_id,
            patient_key=request.patient.key,
            by=request.actor,
            session_id=request.actor.session_id,
            claims=claims,
            token=token,
        )
    except ValueError as error:
        raise Invalid("Siden må lastes på nytt før du signerer.") from error
    except (Conflict, Invalid) as refused:
        return _review(request, problem=refused.text, status=refused.status)
    return HttpResponseRedirect(f"{root_of(request)}signer/{signed.sending_id}?{JUST_SIGNED}=1")


@require_GET
@patient_page("lib.view")
def sent(request: PatientRequest, intent: UUID) -> HttpResponse:
    """What became of the messages of one signing; follows them until each has an answer."""
    lines = messages.of_sending(intent, patient_key=request.patient.key, actor=request.actor)
    waiting = any(line.waiting for line in lines)
    context = {"lines": lines, "waiting": waiting, "root": root_of(request), "intent": intent}
    response = screen(request, "treatment/sent.html", context, block="progress")
    if (
        JUST_SIGNED in request.GET
    ):  # not on the redirect itself: a browser follows that without telling the script
        response["HX-Trigger-After-Settle"] = "sfm:journalUpdate"
    return response


def _review(request: PatientRequest, *, problem: str = "", status: int = 200) -> HttpResponse:
    found = signing.review(
        patient_key=request.patient.key,
        by=request.actor,
        session_id=request.actor.session_id,
        token=logins.token_of(request.session["login"]["login_id"]) or "",
        without=_without(request),
    )
    context = {"review": found, "root": root_of(request), "problem": problem}
    return screen(request, "treatment/sign.html", context, status=status)


def _without(request: PatientRequest) -> frozenset[UUID]:
    """«Send listen uten endringen»: rows RF has refused, named in the address."""
    try:
        return frozenset(UUID(text) for text in request.GET.getlist("uten"))
    except ValueError as error:
        raise Invalid("Siden må lastes på nytt før du signerer.") from error


def _token(request: PatientRequest) -> tuple[str, dict[str, Any]]:
    """The user's access token and its claims. It was validated when it came; here it is only read."""
    token = logins.token_of(request.session["login"]["login_id"]) or ""
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False}) if token else {}
    return token, claims
