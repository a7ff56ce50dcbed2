"""(Legemiddelgjennomganger) Across patients: whose turn it is, and what has been gone through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.http import require_safe

from portals.personnel.pages import page
from portals.shared.guard import portal_page
from sfm.medication.rules import review_templates
from sfm.printing import review_index

if TYPE_CHECKING:
    from django.http import HttpResponse

    from portals.shared.guard import PortalRequest


@require_safe
@portal_page("review.write", audit="review.search")
def listing(request: PortalRequest) -> HttpResponse:
    """Opening a patient is the record system's to do; here one sees who should be."""
    template, who = request.GET.get("mal", ""), request.GET.get("av", "").strip()[:80]
    due = request.GET.get("forfalt") == "1"
    known = review_templates.templates()
    found = review_index.search(
        by=request.actor, template=template if template in known else "", who=who, due=due
    )
    context = {"found": found, "templates": known, "template": template, "who": who, "due": due}
    return page(request, "reviews", context)
