"""(Standardoppsett per helsepersonellkategori) What each category may do from the start, unit by unit."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from portals.personnel import words
from portals.personnel.pages import page
from portals.shared.guard import portal_page
from sfm.audit import queries
from sfm.audit.record import record
from sfm.core.errors import Invalid
from sfm.identity import logins, profiles
from sfm.identity.models import Practitioner
from sfm.identity.permissions import LABELS, SCOPES
from sfm.tenancy import organisations
from sfm.tenancy.scope import current_journal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from portals.shared.guard import PortalRequest
    from sfm.identity.profiles import Profile
    from sfm.tenancy.models import Organisation

RECENT = 50
CHANGES = ("admin.profile.", "admin.right.", "admin.user.")


@require_safe
@portal_page("admin.roles")
def listing(request: PortalRequest) -> HttpResponse:
    """Every category in the unit, and who has changed which right lately."""
    units = organisations.of_journal(current_journal())
    wanted = request.GET.get("enhet") or str(request.actor.organisation_id)
    unit = next((one for one in units if str(one.pk) == wanted), units[0])
    rows = [
        (one, words.row(one.row.name), _labels(one.given), _labels(one.taken))
        for one in profiles.of_unit(unit.pk)
    ]
    choices = [(str(one.pk), one.name) for one in units]
    context = {"choices": choices, "unit": unit, "rows": rows, "changes": _changes(dict(choices))}
    return page(request, "profiles", context)


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page("admin.roles")
def one(request: PortalRequest, pk: UUID, kind: str) -> HttpResponse:
    unit = organisations.find(current_journal(), pk)
    profile = profiles.find(unit.pk, kind)
    if request.method == "POST":
        return _save(request, unit, kind)
    context = {
        "unit": unit,
        "title": words.row(kind),
        "groups": _groups(profile),
        "anchors": words.anchors(profile.row),
        "changed": bool(profile.given or profile.taken),
    }
    return page(request, "profile", context)


def _save(request: PortalRequest, unit: Organisation, kind: str) -> HttpResponse:
    wanted = frozenset(request.POST.getlist("permission"))
    if not wanted <= LABELS.keys():
        raise Invalid("Ukjent rettighet.")
    if request.POST.get("start"):
        wanted = profiles.find(unit.pk, kind).row.start
    before = profiles.save(unit.pk, kind, wanted, by=request.actor.practitioner_id)
    given, taken = wanted - before.permissions, before.permissions - wanted
    if given or taken:
        detail = {"category": kind, "given": sorted(given), "taken": sorted(taken)}
        record(request.actor, "admin.profile.set", subject=unit, detail=detail)
    if taken:
        for person in profiles.people_in(kind):
            if person != request.actor.practitioner_id:
                transaction.on_commit(partial(logins.end_user_sessions, person))
    said = "profile_taken" if taken else "profile_given" if given else "profile_same"
    place = reverse("personnel:profiles", kwargs={"slug": request.slug})
    return HttpResponseRedirect(f"{place}?enhet={unit.pk}&ok={said}")


def _groups(profile: Profile) -> list[tuple[str, list[dict[str, Any]]]]:
    """What can be set, under the headings of the rights; a narrowing by law cannot."""
    found: dict[str, list[dict[str, Any]]] = {}
    for permission, label in LABELS.items():
        if permission in profile.row.ceiling and permission not in SCOPES:
            right = {
                "code": str(permission),
                "label": label,
                "on": permission in profile.permissions,
                "start": permission in profile.row.start,
            }
            found.setdefault(words.GROUPS[permission.partition(".")[0]], []).append(right)
    return list(found.items())


def _changes(units: dict[str, str]) -> list[dict[str, Any]]:
    """(Endringer) Who changed which right, newest first."""
    rows = queries.of_journal(actions=CHANGES, limit=RECENT)
    ids = [row.subject_id for row in rows if row.subject_type == "Practitioner"]
    people = {str(one.pk): one.name for one in Practitioner.objects.filter(pk__in=ids)}
    return [
        {
            "at": row.at,
            "by": row.actor_name,
            "whom": people.get(row.subject_id) or units.get(row.subject_id, ""),
            "what": words.change(row.action, row.detail),
        }
        for row in rows
    ]


def _labels(codes: Iterable[str]) -> list[str]:
    return sorted(LABELS[code] for code in codes)
