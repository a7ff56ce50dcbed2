"""(Oversikt) Is anything wrong? And the door: who is not logged in is shown the way to HelseID."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from portals.provider import figures
from portals.provider.pages import page
from portals.shared.guard import provider_page
from portals.shared.render import render
from sfm.fest.models import Version
from sfm.identity import oidc

if TYPE_CHECKING:
    from portals.shared.guard import ProviderRequest


@require_safe
def page_of_overview(request: HttpRequest) -> HttpResponse:
    if oidc.staff_of(request) is None:
        return render(request, "provider/login.html")
    return _overview(request)


@provider_page()
def _overview(request: ProviderRequest) -> HttpResponse:
    journals = figures.all_journals()
    queues = figures.queues(journals)
    context = {
        "journals": len(journals),
        "closed": sum(not (journal.ready and journal.active) for journal in journals),
        "waiting": sum(queue.waiting for queue in queues),
        "stopped": sum(queue.stopped for queue in queues),
        "oldest": max((queue.waited for queue in queues if queue.waited), default=None),
        "fest": Version.objects.filter(is_current=True).first(),
    }
    return page(request, "overview", context)
