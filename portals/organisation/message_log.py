"""(Meldinger) Everything that went out and came in, and what became of it. No patient and no content is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from portals.organisation.pages import page
from portals.shared import whole
from portals.shared.guard import portal_page
from sfm.audit.record import record
from sfm.exchange import receive
from sfm.exchange.messages import TITLES, state_text
from sfm.exchange.models import Message
from sfm.wire import codes_7419

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from portals.shared.guard import PortalRequest

PAGE, FARTHEST = 100, 10_000_000
FAILED = ("rejected", "failed", "unknown", "awaiting_confirmation", "resign", "blocked", "quarantined")
WAITING = ("queued", "held", "sending")
OF_NOBODY = Q(direction="in", kind__in=receive.TAKEN, state="accepted", patient_key=None)
CUTS = {
    "feil": ("Med feil", Q(state__in=FAILED)),
    "venter": ("Venter på sending", Q(state__in=WAITING)),
    "ukjent": ("Ukjent pasient", OF_NOBODY),
    "alle": ("Alle", ~Q(pk=None)),
}
TONES = {
    "accepted": "good", "received": "good", "rejected": "stop", "failed": "stop", "quarantined": "stop",
    "withdrawn": "off",
}  # fmt: skip
SHOWN = (
    "id", "kind", "direction", "state", "errors", "generated_at", "settled_at", "attempts", "signed_by_name",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Line:
    at: datetime
    settled: datetime | None
    outgoing: bool
    title: str
    by: str
    state: str
    tone: str
    attempts: int
    errors: tuple[str, ...]
    ident: str


@require_safe
@portal_page("admin.logs")
def listing(request: PortalRequest) -> HttpResponse:
    asked, start = request.GET.get("vis", "alle"), request.GET.get("fra", "")
    cut = asked if asked in CUTS else "alle"
    first = min(whole.read(start) or 0, FARTHEST)
    found = Message.objects.filter(CUTS[cut][1])
    rows = list(found.order_by("-generated_at", "id").values(*SHOWN)[first : first + PAGE + 1])
    record(
        request.actor,
        "log.messages",
        detail={"cut": cut, "rows": len(rows[:PAGE])},
    )
    context = {
        "lines": [_line(row) for row in rows[:PAGE]],
        "cut": cut,
        "cuts": _cuts(),
        "older": first + PAGE if len(rows) > PAGE else None,
        "first": first,
    }
    return page(request, "messages", context)


def _cuts() -> list[tuple[str, str, int]]:
    """Each cut with how many there are."""
    counts = Message.objects.aggregate(**{key: Count("pk", filter=cut) for key, (_, cut) in CUTS.items()})
    return [(key, label, counts[key]) for key, (label, _) in CUTS.items()]


def _line(row: Mapping[str, Any]) -> Line:
    outgoing = row["direction"] == "out"
    return Line(
        at=row["generated_at"],
        settled=row["settled_at"],
        outgoing=outgoing,
        title=TITLES.get(row["kind"], row["kind"]),
        by=row["signed_by_name"] or ("Systemet" if outgoing else "Reseptformidleren"),
        state=state_text(row["kind"], row["state"]),
        tone=TONES.get(row["state"], "warn"),
        attempts=row["attempts"],
        errors=tuple(_error_texts(row["errors"])),
        ident=str(row["id"]),
    )


def _error_texts(errors: Iterable[Mapping[str, str]]) -> Iterable[str]:
    """Our own sentence and the code. RF's text may name what was prescribed, and stays with the patient."""
    for error in errors:
        code = str(error.get("code", ""))
        yield f"{codes_7419.look_up(code).user_text} (feilkode {code or 'ukjent'})"
