"""(Gruppering) «Grupper etter»: chosen on the list, kept as the person's own setting."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.http import HttpResponseRedirect
from django.views.decorators.http import require_POST

from portals.shared import chosen
from portals.shared.guard import patient_page
from portals.treatment.views.parts import back_to, root_of
from sfm.identity import preferences
from sfm.medication.queries import grouping

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from portals.shared.guard import PatientRequest
    from sfm.medication.queries.rows import InUse

NAME = "grouping"


@require_POST
@patient_page("lib.view")
def choose(request: PatientRequest) -> HttpResponse:
    """In force from now on, in this login and the next."""
    mine = request.actor.practitioner_id
    preferences.choose(mine, {NAME: request.POST.get(NAME, "")})
    chosen.remember(request, preferences.of(mine))
    return HttpResponseRedirect(f"{root_of(request)}{back_to(request)}")


def applied(request: HttpRequest, listed: InUse) -> InUse:
    choice = chosen.of(request, NAME)
    if choice == grouping.ATTENTION:
        return listed
    key = listed.memory_key and (listed.memory_key, choice)
    return replace(listed, groups=grouping.by(listed.groups, choice), memory_key=key)


def offered(request: HttpRequest) -> tuple[tuple[str, str, bool, bool], ...]:
    """(value, text, whether it is chosen, whether the key leads to it: between with groups and without)."""
    choice = chosen.of(request, NAME)
    flat = grouping.ATTENTION if choice == grouping.NONE else grouping.NONE
    return tuple(
        (value, text, value == choice, value == flat) for value, text in preferences.choices_of(NAME).items()
    )
