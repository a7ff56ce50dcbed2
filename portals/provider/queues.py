"""(Køer og stoppede meldinger) What waits in each journal, and what was given up until a person decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from portals.provider import figures, words
from portals.provider.pages import page
from portals.shared import whole
from portals.shared.guard import provider_page
from sfm.audit.record import record
from sfm.core.errors import Conflict, Invalid
from sfm.exchange import queueing
from sfm.outbox import queue
from sfm.tenancy import journals
from sfm.tenancy.scope import journal_scope
from sfm.tenancy.staff import StaffRole

if TYPE_CHECKING:
    from uuid import UUID

    from portals.shared.guard import ProviderRequest


@require_safe
@provider_page()
def listing(request: ProviderRequest) -> HttpResponse:
    context = {
        "queues": figures.queues(figures.all_journals()),
        "kind": words.kind,
        "states": words.STATES,
        "problems": words.PROBLEMS,
        "may_revive": StaffRole.OPERATOR in request.staff.roles,
    }
    return page(request, "queues", context)


@require_POST
@provider_page(StaffRole.OPERATOR)
def revive(request: ProviderRequest, journal_id: UUID) -> HttpResponse:
    """By a person's decision, written in the journal's own log."""
    journal, entry = journals.find(journal_id), _entry(request)
    with journal_scope(journal), transaction.atomic():
        if not queue.revive(entry):
            raise Conflict("Arbeidet er ikke stoppet lenger. Last siden på nytt.", code="SFM-409")
        record(None, "admin.outbox.revive", detail={"entry": entry, "staff": str(request.staff.pk)})
        queueing.wake(journal.pk)
    return HttpResponseRedirect(reverse("provider:queues") + "?ok=revived")


def _entry(request: ProviderRequest) -> int:
    number = whole.read(request.POST.get("entry", ""))
    if number is None:
        raise Invalid("Skjemaet sier ikke hva som skal settes i kø.")
    return number
