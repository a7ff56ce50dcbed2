"""(Legemidler i bruk, LIB) The list, its rows, and the poll that follows a look-up to its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_GET, require_POST
from markupsafe import Markup

from portals.shared.guard import patient_page
from portals.shared.jinja import ROOT, render_block, template
from portals.shared.render import is_htmx, render
from portals.treatment.views import grouping, renewals
from portals.treatment.views.parts import SHELF_TITLES, root_of, warns_on_leaving
from portals.treatment.words import for_script
from sfm.exchange import lookup
from sfm.identity import logins
from sfm.medication.queries import banner, in_use, remembered, sources
from sfm.medication.queries.rows import InUse, InUseRow
from sfm.medication.rules import product_kinds

if TYPE_CHECKING:
    from uuid import UUID

    from portals.shared.guard import PatientRequest

GROUPS_TO_OPEN = ("inactive", "discontinued")


@require_GET
@patient_page("lib.view", audit="read.list")
def page(request: PatientRequest, shelf: str = product_kinds.LIB) -> HttpResponse:
    """The list from local data, at once. `vis` opens a collapsed group, `ny` marks a row just made. `shelf`: LIB, or
    one of the lists beside it."""
    listed: InUse = in_use.load(request.patient.key, actor=request.actor, shelf=shelf)
    listed = grouping.applied(request, listed)
    shown = request.GET.get("vis", "")
    rows = _rows(request, listed, open_group=shown if shown in GROUPS_TO_OPEN else "")
    context = {
        "page": listed,
        "banner": listed,
        "root": root_of(request),
        "rows": rows,
        "warns": warns_on_leaving(request),
        "verbs": for_script(),
        "list_title": SHELF_TITLES[shelf],
        "renewed": renewals.told(request),
        "groupings": grouping.offered(request),
    }
    return render(request, "treatment/in_use.html", context)


def _rows(request: PatientRequest, listed: InUse, *, open_group: str) -> Markup:
    """The rows as HTML, remembered until something on the list changes. Where the patient's addresses begin differs
    from frame to frame and is put in afterwards."""
    key = listed.memory_key and (listed.memory_key, open_group)
    context = {"page": listed, "root": ROOT, "open_group": open_group, "row_html": _row_html}
    fragments = "treatment/in_use_fragments.html"
    made = remembered.recall(key, lambda: render_block(request, fragments, context, "groups"))
    return Markup(made.replace(ROOT, root_of(request)))  # noqa: S704 -- rendered with autoescape


def _row_html(row: InUseRow) -> Markup:
    """Remembered by all that the row shows: of a list where one row has changed, the others are there already."""
    macros: Any = template("components/rows.html").module
    made: Markup = remembered.recall(row, lambda: macros.in_use_row(row, ROOT))
    return made


@require_GET
@patient_page("lib.view")
def poll(request: PatientRequest) -> HttpResponse:
    """The age of each source while a look-up runs. When all have answered the poll ends by itself and news waits in
    a bar: the rows do not move under anyone's pointer."""
    if not is_htmx(request):
        return _whole_list(request)
    lines = sources.load(request.patient.key)
    asking = any(line.state == "asking" for line in lines)
    news = 0 if asking else banner.news(request.patient.key)
    context = {"sources": lines, "asking": asking, "news": news, "root": root_of(request)}
    return render(request, "treatment/in_use_fragments.html", context, block="polled")


@require_GET
@patient_page("lib.view")
def row(request: PatientRequest, pk: UUID) -> HttpResponse:
    """One row as it stands now, for a row that waits for its message to be delivered."""
    if not is_htmx(request):
        return _whole_list(request)
    found = in_use.row(pk, patient_key=request.patient.key, actor=request.actor)
    context = {"row": found, "root": root_of(request)}
    return render(request, "treatment/in_use_fragments.html", context, block="one_row")


@require_POST
@patient_page("lib.view", audit="lookup.start")
def refresh(request: PatientRequest) -> HttpResponse:
    """«Oppdater»: ask RF and KJ again, whoever asked last."""
    token = logins.token_of(request.session["login"]["login_id"])
    lookup.start(patient_key=request.patient.key, by=request.actor, token=token, force=True)
    if is_htmx(request):
        context = {"sources": sources.load(request.patient.key), "asking": True, "root": root_of(request)}
        return render(request, "treatment/in_use_fragments.html", context, block="polled")
    return _whole_list(request)


def _whole_list(request: PatientRequest) -> HttpResponse:
    """For whoever opens the address of a piece by itself."""
    return HttpResponseRedirect(f"{root_of(request)}legemidler")
