"""(Kritiske legemiddelreaksjoner, CAVE) The list, the form, structuring, refuting, and «Ingen kjente» as a fact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_GET, require_POST

from portals.shared import days
from portals.shared.guard import patient_page
from portals.treatment.forms.copying import DRAFT
from portals.treatment.views.approving import SEEN
from portals.treatment.views.parts import root_of, screen
from sfm.core.errors import Conflict, Invalid, NotFound
from sfm.exchange import critical_information
from sfm.fest import agents
from sfm.identity import logins
from sfm.medication.actions import drafts, proposals
from sfm.medication.actions import reactions as acts
from sfm.medication.queries import reaction_cards
from sfm.medication.rules import reasons
from sfm.medication.rules.reaction_words import CERTAINTIES, REACTIONS, SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Callable

    from portals.shared.guard import PatientRequest
    from sfm.medication.models import CriticalReaction

AGENT_KINDS = {
    "substance": "Virkestoff",
    "atc": "ATC-gruppe",
    "brand": "Merkevare",
    "excipient": "Hjelpestoff",
    "text": "Fritekst (varsler ikke)",
}
SOURCES = {
    "1": "Resultat av tester/analyser",
    "2": "Observert av behandlende lege",
    "3": "Pasientens egne opplysninger",
    "4": "Pårørendes opplysninger",
    "5": "Hentet fra tidligere journal",
    "6": "Annet",
    "7": "Opplyst av ansvarlig behandler",
}
NOT_FOUND = (
    "Navnet finnes ikke i FEST, og reaksjonen ville ikke varsle. Velg et av forslagene, eller «Fritekst»."
)
KEPT_IN_FORM = ("agent_kind", "agent_text")


@require_GET
@patient_page("lib.view", audit="read.reactions")
def page(request: PatientRequest) -> HttpResponse:
    """`endre` fills the form with a reaction to correct or structure; `agent_…` replace what it is to."""
    form: dict[str, Any] = {}
    if chosen := request.GET.get("endre"):
        form = reaction_cards.content_of(_uuid(chosen), request.patient.key)
    if draft := request.GET.get(DRAFT):
        named = {DRAFT: draft, SEEN: request.GET.get(SEEN, "")}
        form = reaction_cards.proposed_content(_uuid(draft), request.patient.key) | named
    form |= {name: request.GET[name] for name in KEPT_IN_FORM if name in request.GET}
    return _page(request, form=form, changes=chosen or "")


@require_POST
@patient_page("reaction.register")
def register(request: PatientRequest) -> HttpResponse:
    """A new one; or the approver's version of one somebody has proposed, as it was when it was opened."""

    def act() -> CriticalReaction:
        if draft := request.POST.get(DRAFT):
            content = acts.Content(**_fields(request))
            seen = request.POST.get(SEEN, "")
            return drafts.approve_reaction(draft_id=_uuid(draft), content=content, seen=seen, **_by(request))
        return acts.register(**_fields(request), **_by(request))

    return _done(request, act)


@require_POST
@patient_page("reaction.draft")
def propose(request: PatientRequest) -> HttpResponse:
    """«Lagre som utkast»: for whoever may register it. One's own open draft is written anew."""
    try:
        said = _fields(request)
        day = said["discovered_on"]
        arguments = said | {"discovered_on": day.isoformat() if day else ""}
        comment = request.POST.get("to_approver", "")
        if draft := request.POST.get(DRAFT):
            proposals.change_arguments(
                draft_id=_uuid(draft),
                arguments=arguments,
                comment=comment,
                seen=request.POST.get(SEEN, ""),
                **_by(request),
            )
        else:
            drafts.submit(kind="reaction", arguments=arguments, comment=comment, **_by(request))
    except (Invalid, Conflict) as refused:
        return _refused(request, refused)
    return _back(request)


@require_POST
@patient_page("reaction.register")
def change(request: PatientRequest, pk: UUID) -> HttpResponse:
    """«Lagre endring», and «Strukturer nå» on one that does not warn."""

    def act() -> CriticalReaction:
        return acts.change(reaction_id=pk, content=acts.Content(**_fields(request)), **_by(request))

    return _done(request, act, changes=str(pk))


@require_POST
@patient_page("reaction.register")
def merge(request: PatientRequest, pk: UUID) -> HttpResponse:
    """«Slå sammen» with the one named in `med`."""
    away = _uuid(request.POST.get("med", ""))
    return _done(request, lambda: acts.merge(reaction_id=pk, away_id=away, **_by(request)))


@require_POST
@patient_page("reaction.register")
def keep_both(request: PatientRequest, pk: UUID) -> HttpResponse:
    """«Behold begge»: the one named in `med` is another reaction. Nothing is told to anyone."""
    acts.keep_both(reaction_id=pk, other_id=_uuid(request.POST.get("med", "")), **_by(request))
    return _back(request)


@require_POST
@patient_page("reaction.register")
def delete(request: PatientRequest, pk: UUID) -> HttpResponse:
    """«Slett»: what should never have been registered, with a reason of 9237. KJ is told."""
    grounds, comment = request.POST.get("grounds", ""), request.POST.get("comment", "")
    return _done(
        request, lambda: acts.delete(reaction_id=pk, grounds=grounds, comment=comment, **_by(request))
    )


@require_POST
@patient_page("reaction.register")
def refute(request: PatientRequest, pk: UUID) -> HttpResponse:
    said = request.POST.get("comment", "")
    return _done(request, lambda: acts.refute(reaction_id=pk, comment=said, **_by(request)))


@require_POST
@patient_page("reaction.register")
def none_known(request: PatientRequest) -> HttpResponse:
    acts.none_known(**_by(request))
    return _back(request)


@require_POST
@patient_page("reaction.register")
def tell_again(request: PatientRequest) -> HttpResponse:
    """«Meld til kjernejournal på nytt»."""
    with transaction.atomic():
        critical_information.tell_again(request.patient.key, by=request.actor, token=_token(request))
    return _back(request)


def _done(request: PatientRequest, act: Callable[[], CriticalReaction], *, changes: str = "") -> HttpResponse:
    """The change and the promise to tell KJ of it, together or not at all."""
    try:
        with transaction.atomic():
            critical_information.tell(act(), by=request.actor, token=_token(request))
    except (Invalid, Conflict) as refused:
        return _refused(request, refused, changes=changes)
    return _back(request)


def _refused(request: PatientRequest, refused: Invalid | Conflict, *, changes: str = "") -> HttpResponse:
    errors = getattr(refused, "fields", None) or {"": refused.text}
    form = request.POST.dict()
    return _page(request, form=form, errors=errors, changes=changes, status=refused.status)


def _by(request: PatientRequest) -> dict[str, Any]:
    return {"by": request.actor, "patient": request.patient.key}


def _token(request: PatientRequest) -> str:
    return logins.token_of(request.session["login"]["login_id"]) or ""


def _back(request: PatientRequest) -> HttpResponse:
    return HttpResponseRedirect(f"{root_of(request)}reaksjoner")


def _page(
    request: PatientRequest,
    *,
    form: dict[str, Any],
    errors: dict[str, str] | None = None,
    changes: str = "",
    status: int = 200,
) -> HttpResponse:
    asks = bool(changes) or "agent" in (errors or {})
    context = {
        "known": reaction_cards.load(request.patient.key),
        "may_register": request.actor.may("reaction.register"),
        "may_propose": request.actor.may("reaction.draft"),
        "may_approve": request.actor.may("draft.approve"),
        "grounds": reasons.DELETION,
        "agent_kinds": AGENT_KINDS,
        "reactions": REACTIONS,
        "certainties": CERTAINTIES,
        "severities": SEVERITIES,
        "sources_of_information": SOURCES,
        "form": form,
        "changes": changes,
        "candidates": agents.candidates(str(form.get("agent_text", ""))) if asks else (),
        "errors": errors or {},
    }
    return screen(request, "treatment/reactions.html", context, status=status)


def _fields(request: PatientRequest) -> dict[str, Any]:
    data = request.POST
    kind, text = data.get("agent_kind", ""), data.get("agent_text", "").strip()
    code = _agent_code(kind, text)
    if kind in ("substance", "brand") and text and not code:
        raise Invalid(fields={"agent": NOT_FOUND})
    return {
        "agent_kind": kind,
        "agent_text": _agent_name(kind, text),
        "agent_code": code,
        "reaction": data.get("reaction", ""),
        "certainty": data.get("certainty", ""),
        "severity": data.get("severity", ""),
        "source_of_information": data.get("source_of_information", ""),
        "discovered_on": days.read(data, "discovered_on"),
        "comment": data.get("comment", ""),
    }


def _agent_name(kind: str, text: str) -> str:
    """An ATC group is called by its name where one was written: the code is kept beside it."""
    return text.partition(" ")[2].strip() or text.upper() if kind == "atc" else text


def _agent_code(kind: str, text: str) -> str:
    """The FEST id or ATC code of what was written: without it a reaction cannot warn."""
    if kind == "atc":
        return text.split(" ")[0].upper()
    if kind in ("substance", "brand"):
        return agents.code_of(kind, text)
    if kind == "excipient":  # FEST names excipients and gives them no id
        return text.casefold()[:64]
    return ""


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound from error
