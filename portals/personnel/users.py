"""The people of the journal, for its administrators: found, blocked, opened, and given or denied single rights."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from portals.personnel import words
from portals.personnel.pages import page
from portals.shared.guard import portal_page
from sfm.audit.record import record
from sfm.core.errors import Invalid
from sfm.identity import logins, rights, users
from sfm.identity.models import Practitioner
from sfm.identity.permissions import LABELS
from sfm.tenancy.models import Organisation

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from portals.shared.guard import PortalRequest

SHOWN = 200
LONGEST_REASON = 200
ANSWERS: dict[str, bool | None] = {"yes": True, "no": False, "profile": None}


@require_safe
@portal_page("admin.users")
def listing(request: PortalRequest) -> HttpResponse:
    """By name; the search takes parts of names and an HPR number."""
    text = request.GET.get("q", "").strip()[:80]
    found = list(_matching(text).order_by("family_name", "given_name")[: SHOWN + 1])
    units = _unit_names({one.organisation_id for one in found if one.organisation_id})
    rows = [
        (one, words.category(one.personnel_category), units.get(one.organisation_id, "")) for one in found
    ]
    context = {"rows": rows[:SHOWN], "q": text, "more": len(found) > SHOWN}
    return page(request, "users", context, block="found")


@require_safe
@portal_page("admin.users")
def one(request: PortalRequest, pk: UUID) -> HttpResponse:
    person = users.find(pk)
    units = _unit_names({person.organisation_id} if person.organisation_id else set())
    explained = rights.explain(person)
    context = {
        "person": person,
        "category": words.category(person.personnel_category),
        "prescribing": words.prescribing(person),
        "unit": units.get(person.organisation_id, ""),
        "groups": words.grouped(explained),
        "basis": words.basis(explained),
        "reasons": dict(person.overrides.values_list("permission", "reason")),
        "myself": _is_me(request, person),
        "may_change_rights": request.actor.may("admin.roles") and not _is_me(request, person),
    }
    return page(request, "user", context)


@require_POST
@portal_page("admin.users")
def block(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Out at once, in every frame."""
    person, reason = _someone_else(request, pk), _reason(request)
    users.block(person, reason)
    record(request.actor, "admin.user.block", subject=person)
    return _back(request, person, "blocked")


@require_POST
@portal_page("admin.users")
def unblock(request: PortalRequest, pk: UUID) -> HttpResponse:
    person = _someone_else(request, pk)
    users.unblock(person)
    record(request.actor, "admin.user.unblock", subject=person)
    return _back(request, person, "unblocked")


@require_POST
@portal_page("admin.roles")
def set_right(request: PortalRequest, pk: UUID) -> HttpResponse:
    """One right given, taken, or as the organisation has set it. What is taken is gone from the person's open pages."""
    person = _someone_else(request, pk)
    permission, answer = request.POST.get("permission", ""), request.POST.get("answer", "")
    if permission not in LABELS or answer not in ANSWERS:
        raise Invalid("Velg en rettighet, og om den skal gis eller fjernes.")
    allowed = ANSWERS[answer]
    reason = "" if allowed is None else _reason(request)
    rights.set_override(person, permission, allowed, by=request.actor.practitioner_id, reason=reason)
    record(
        request.actor, "admin.right.set", subject=person, detail={"permission": permission, "answer": answer}
    )
    if allowed is not True:
        transaction.on_commit(partial(logins.end_user_sessions, person.pk))
    return _back(request, person, {"yes": "given", "no": "taken", "profile": "profile"}[answer])


def _matching(text: str) -> QuerySet[Practitioner]:
    wanted = Q()
    for word in text.split():
        wanted &= Q(given_name__icontains=word) | Q(family_name__icontains=word) | Q(hpr=word.lstrip("0"))
    found: QuerySet[Practitioner] = Practitioner.objects.filter(wanted)
    return found


def _unit_names(ids: set[UUID]) -> dict[UUID | None, str]:
    return dict(Organisation.objects.filter(pk__in=ids).values_list("pk", "name"))


def _is_me(request: PortalRequest, person: Practitioner) -> bool:
    return bool(person.pk == request.actor.practitioner_id)


def _someone_else(request: PortalRequest, pk: UUID) -> Practitioner:
    person = users.find(pk)
    if _is_me(request, person):
        raise Invalid(
            "Du kan ikke sperre deg selv eller endre dine egne rettigheter. Be en annen administrator."
        )
    return person


def _reason(request: PortalRequest) -> str:
    """Kept with the person, never in the log: the log takes no free text."""
    reason = request.POST.get("reason", "").strip()
    if not reason:
        raise Invalid(fields={"reason": "Skriv hvorfor."})
    if len(reason) > LONGEST_REASON:
        raise Invalid(fields={"reason": f"Begrunnelsen kan ha inntil {LONGEST_REASON} tegn."})
    return reason


def _back(request: PortalRequest, person: Practitioner, said: str) -> HttpResponse:
    place = reverse("personnel:user", kwargs={"slug": request.slug, "pk": person.pk})
    return HttpResponseRedirect(f"{place}?ok={said}")
