"""(Virksomheter og avdelinger) The units that work in the journal: registered, changed, taken in and out of use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portals.organisation import unit_form
from portals.organisation.pages import page
from portals.shared.guard import portal_page
from portals.shared.render import render
from sfm.audit.models import Result
from sfm.audit.record import record
from sfm.core.errors import Conflict, Invalid
from sfm.exchange import verifying
from sfm.tenancy import organisations
from sfm.tenancy.models import OrganisationKind, OrganisationType
from sfm.tenancy.scope import current_journal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from portals.shared.guard import PortalRequest
    from sfm.tenancy.models import Organisation


@dataclass(frozen=True, kw_only=True)
class Branch:
    """A unit at its depth in the tree; `below` counts the active units under it."""

    unit: Organisation
    depth: int
    below: int


def branches(units: list[Organisation], parent: UUID | None = None, depth: int = 0) -> Iterator[Branch]:
    for unit in units:
        if unit.parent_id == parent:
            children = [one for one in units if one.parent_id == unit.pk]
            yield Branch(unit=unit, depth=depth, below=sum(one.active for one in children))
            yield from branches(units, unit.pk, depth + 1)


@require_safe
@portal_page("")
def entrance(request: PortalRequest) -> HttpResponse:
    """The address of the session answer. Whoever has nothing to do here is told so, and nothing else."""
    if request.actor.may("admin.organisation"):
        return _listing(request)
    denied = {"permission": "admin.organisation"}
    record(request.actor, "access.denied", detail=denied, result=Result.DENIED)
    return render(request, "organisation/closed.html", status=403)


def _listing(request: PortalRequest) -> HttpResponse:
    rows = list(branches(_units()))
    return page(request, "units", {"rows": rows, "here": request.actor.organisation_id})


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page("admin.organisation")
def new(request: PortalRequest) -> HttpResponse:
    if request.method == "POST":
        return _save(request, None)
    start = {"kind": OrganisationKind.DEPARTMENT.value, "parent": request.GET.get("under", "")}
    fields = unit_form.typed(start)
    above = next((unit for unit in _units() if str(unit.pk) == fields["parent"]), None)
    if above is not None:
        fields |= {"orgnr": above.orgnr, "type_code": str(above.type_code)}
    return _form(request, fields, None)


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page("admin.organisation")
def change(request: PortalRequest, pk: UUID) -> HttpResponse:
    unit = organisations.find(current_journal(), pk)
    return _save(request, unit) if request.method == "POST" else _form(request, unit_form.of_unit(unit), unit)


@require_POST
@portal_page("admin.organisation")
def activate(request: PortalRequest, pk: UUID) -> HttpResponse:
    unit = organisations.find(current_journal(), pk)
    if unit.parent is not None and not unit.parent.active:
        raise Conflict("Enheten den ligger under er ikke i bruk. Aktiver den først.", code="SFM-409")
    verifying.activate(unit, by=request.actor)
    return _done(request, unit, "activate", "activated")


@require_POST
@portal_page("admin.organisation")
def deactivate(request: PortalRequest, pk: UUID) -> HttpResponse:
    unit = organisations.find(current_journal(), pk)
    if unit.pk == request.actor.organisation_id:
        raise Conflict("Du er logget inn i denne enheten, og kan ikke deaktivere den.", code="SFM-409")
    if unit.children.filter(active=True).exists():
        raise Conflict("Det ligger aktive avdelinger under enheten. Deaktiver dem først.", code="SFM-409")
    verifying.deactivate(unit, by=request.actor)
    return _done(request, unit, "deactivate", "deactivated")


@require_POST
@portal_page("admin.organisation")
def verify(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Ask RF once more, when the cause has been mended."""
    unit = organisations.find(current_journal(), pk)
    if not unit.active:
        raise Conflict("Enheten er ikke i bruk. Aktiver den først.", code="SFM-409")
    verifying.verify(unit, by=request.actor)
    return _done(request, unit, "verify", "verifying")


def _save(request: PortalRequest, unit: Organisation | None) -> HttpResponse:
    fields = unit_form.typed(request.POST)
    try:
        data = unit_form.read(fields, _units(), unit)
        saved = organisations.change(unit, data) if unit else organisations.register(current_journal(), data)
    except Invalid as error:
        return _form(request, fields, unit, errors=error.fields)
    except Conflict as error:
        return _form(request, fields, unit, errors={"her_id": error.text})
    return _done(request, saved, "change" if unit else "register", "changed" if unit else "registered")


def _form(
    request: PortalRequest,
    fields: dict[str, str],
    unit: Organisation | None,
    errors: dict[str, str] | None = None,
) -> HttpResponse:
    parents = [("", "Ingen")] if unit is not None and unit.parent_id is None else []
    parents += [(str(one.pk), one.name) for one in _units() if unit is None or one.pk != unit.pk]
    context: dict[str, Any] = {
        "f": fields,
        "unit": unit,
        "errors": errors or {},
        "parents": parents,
        "kinds": OrganisationKind.choices,
        "types": OrganisationType.choices,
    }
    return page(request, "unit", context, status=422 if errors else 200)


def _done(request: PortalRequest, unit: Organisation, verb: str, said: str) -> HttpResponse:
    record(request.actor, f"admin.unit.{verb}", subject=unit)
    return HttpResponseRedirect(reverse("organisation:units", kwargs={"slug": request.slug}) + f"?ok={said}")


def _units() -> list[Organisation]:
    return organisations.of_journal(current_journal())
