"""(Innsynslogg) Who opened which patient. Reading the log is itself logged; a patient's number is only ever posted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.views.decorators.http import require_POST, require_safe

from portals.organisation import log_view, words
from portals.organisation.pages import page
from portals.shared import days, whole
from portals.shared.guard import portal_page
from sfm.audit import queries
from sfm.audit.record import record
from sfm.core import clock
from sfm.core.clock import OSLO
from sfm.core.errors import Invalid, NotFound
from sfm.patients import vault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portals.shared.guard import PortalRequest
    from sfm.core.ids import PatientKey

OF_ONE_PATIENT = 500
LONGEST_EXPORT = 10_000


@dataclass(frozen=True, kw_only=True)
class Cut:
    """Which part of the log: `kind` of words.CHOICES, from and including `first`, to and including `last`."""

    kind: str
    first: date | None
    last: date | None

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> Cut:
        kind = asked.get("vis", "opened")
        return cls(
            kind=kind if kind in words.CHOICES else "opened",
            first=days.read(asked, "fra"),
            last=days.read(asked, "til"),
        )

    def rows(self, *, before: int | None = None, limit: int) -> tuple[queries.LogRow, ...]:
        return queries.of_journal(
            since=_midnight(self.first) if self.first else None,
            until=_midnight(self.last + timedelta(days=1)) if self.last else None,
            actions=words.CHOICES[self.kind].actions,
            without_encounter=words.CHOICES[self.kind].without_encounter,
            before=before,
            limit=limit,
        )

    def shown(self) -> dict[str, str]:
        return {
            "vis": self.kind,
            "fra": self.first.isoformat() if self.first else "",
            "til": self.last.isoformat() if self.last else "",
        }


@require_safe
@portal_page("admin.logs")
def page_of_log(request: PortalRequest) -> HttpResponse:
    cut, before = Cut.of(request.GET), request.GET.get("eldre", "")
    rows = cut.rows(before=whole.read(before), limit=queries.PAGE + 1)
    shown = rows[: queries.PAGE]
    record(request.actor, "log.read", detail={"cut": cut.kind, "rows": len(shown)})
    older = shown[-1].seq if len(rows) > queries.PAGE else None
    return _page(request, shown, {"cut": cut.shown(), "older": older, "newest": not before})


@require_POST
@portal_page("admin.logs")
def of_patient(request: PortalRequest) -> HttpResponse:
    """Everything done with one patient's data."""
    number = request.POST.get("number", "").strip()
    patient = _find(number)
    rows = queries.of_patient(patient, limit=OF_ONE_PATIENT)
    record(request.actor, "log.patient", patient=patient, detail={"rows": len(rows)})
    whole = len(rows) < OF_ONE_PATIENT
    return _page(request, rows, {"number": number, "whose": _heading(request, patient), "whole": whole})


@require_POST
@portal_page("admin.logs")
def export(request: PortalRequest) -> HttpResponse:
    """As CSV: what the page shows, or one patient when a number is given."""
    number = request.POST.get("number", "").strip()
    patient = _find(number) if number else None
    cut = Cut.of(request.POST)
    rows = queries.of_patient(patient, limit=LONGEST_EXPORT) if patient else cut.rows(limit=LONGEST_EXPORT)
    record(request.actor, "log.export", patient=patient, detail={"cut": cut.kind, "rows": len(rows)})
    content = log_view.as_csv(log_view.lines(rows, request.actor))
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="innsynslogg-{clock.today():%Y%m%d}.csv"'
    return response


def _page(request: PortalRequest, rows: tuple[queries.LogRow, ...], about: dict[str, Any]) -> HttpResponse:
    start = {
        "cut": Cut.of({}).shown(),
        "number": "",
        "whose": "",
        "older": None,
        "newest": True,
        "whole": True,
    }
    context = start | about | {
        "lines": log_view.lines(rows, request.actor),
        "choices": [(kind, choice.label) for kind, choice in words.CHOICES.items()],
        "many": queries.bulk_readers(since=clock.now() - timedelta(hours=1)),
        "sees_patients": log_view.sees_patients(request.actor),
    }  # fmt: skip
    return page(request, "access_log", context)


def _find(number: str) -> PatientKey:
    if not number:
        raise Invalid(fields={"number": "Skriv pasientens fødselsnummer eller D-nummer."})
    try:
        patient = vault.find(number)
    except Invalid as error:
        raise Invalid(fields={"number": error.text}) from error
    if patient is None:
        raise NotFound("Ingen pasient med dette nummeret finnes i journalen.", detail="unknown number in log")
    return patient


def _heading(request: PortalRequest, patient: PatientKey) -> str:
    return (
        vault.open_identity(patient).name if log_view.sees_patients(request.actor) else log_view.mark(patient)
    )


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=OSLO)
