"""(Innflytting) What came from the former system: progress, what was taken, what deviated, what was left and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from portals.organisation.pages import page
from portals.shared.guard import portal_page
from sfm.migration import intake, queries
from sfm.migration.models import FileState, MigrationFile

if TYPE_CHECKING:
    from uuid import UUID

    from portals.shared.guard import PortalRequest

TONES = {
    FileState.IMPORTED: "good",
    FileState.DEVIATED: "warn",
    FileState.FAILED: "stop",
    FileState.WITHDRAWN: "off",
}
CUTS = (
    ("", "Alle"),
    (FileState.FAILED, "Feilet"),
    (FileState.DEVIATED, "Med avvik"),
    (FileState.UPLOADED, "Venter"),
)


@require_safe
@portal_page("admin.organisation", audit="migration.view")
def listing(request: PortalRequest) -> HttpResponse:
    return page(request, "migrations", {"runs": queries.runs()})


@require_safe
@portal_page("admin.organisation", audit="migration.view")
def of_run(request: PortalRequest, run_id: UUID) -> HttpResponse:
    only, start = request.GET.get("vis", ""), request.GET.get("fra", "0")
    first = int(start) if start.isascii() and start.isdigit() and len(start) < 8 else 0
    view = queries.run(run_id, only=only, start=first)
    context = {
        "view": view,
        "cuts": CUTS,
        "cut": only if only in FileState.values else "",
        "tones": TONES,
        "first": first,
        "older": first + queries.PAGE if len(view.files) == queries.PAGE else None,
    }
    return page(request, "migration", context)


@require_safe
@portal_page("admin.organisation", audit="migration.view")
def of_file(request: PortalRequest, file_id: UUID) -> HttpResponse:
    return page(request, "migration_file", {"view": queries.file(file_id), "tones": TONES})


@require_safe
@portal_page("admin.organisation", audit="migration.export")
def report(_request: PortalRequest, run_id: UUID) -> HttpResponse:
    view = queries.run(run_id)
    files = [
        queries.file(pk) for pk in MigrationFile.objects.filter(run_id=run_id).values_list("pk", flat=True)
    ]
    answer = JsonResponse(
        queries.as_json(view, files), json_dumps_params={"ensure_ascii": False, "indent": 2}
    )
    answer["Content-Disposition"] = f'attachment; filename="innflytting-{str(run_id)[:8]}.json"'
    return answer


@require_POST
@portal_page("admin.organisation")
def again(request: PortalRequest, file_id: UUID) -> HttpResponse:
    intake.again(file_id, by=request.actor)
    here = {"slug": request.slug, "file_id": file_id}
    return HttpResponseRedirect(reverse("organisation:migration_file", kwargs=here) + "?ok=again")
