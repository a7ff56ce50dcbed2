"""(Varselstatistikk) Which warnings are shown, and which are set aside: for quietening the ones nobody heeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.http import require_safe

from portals.organisation.pages import page
from portals.shared.guard import portal_page
from sfm.audit.record import record
from sfm.medication.queries import alert_statistics
from sfm.tenancy import organisations
from sfm.tenancy.scope import current_journal

if TYPE_CHECKING:
    from django.http import HttpResponse

    from portals.shared.guard import PortalRequest

PERIODS = {"30": "30 dager", "90": "90 dager", "365": "Et år"}


@require_safe
@portal_page("admin.organisation")
def listing(request: PortalRequest) -> HttpResponse:
    units = organisations.of_journal(current_journal())
    days, unit = request.GET.get("dager", "90"), request.GET.get("enhet", "")
    days = days if days in PERIODS else "90"
    asked = [one.pk for one in units if str(one.pk) == unit] or [one.pk for one in units]
    lines = alert_statistics.lines(days=int(days), organisations=asked)
    record(request.actor, "log.alerts", detail={"days": int(days), "rows": len(lines)})
    context = {"lines": lines, "periods": PERIODS, "days": days, "units": units, "unit": unit}
    return page(request, "alert_statistics", context)
