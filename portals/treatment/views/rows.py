"""Acts on rows: from the quick menu, by key, on the detail page, and on several rows at once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from portals.shared import errors
from portals.shared.guard import patient_page
from portals.treatment.forms.particulars import person_of
from portals.treatment.views import renewals
from portals.treatment.views.parts import back_to, root_of, row_changed, version_of
from sfm.core.errors import Conflict, Invalid, NotFound
from sfm.medication.actions import (
    confirmation,
    conflicts,
    discontinuation,
    dismissal,
    due,
    linking,
    packing,
    proposals,
    renewing,
    suspension,
    treatments,
    undoing,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from portals.shared.guard import PatientRequest

# Verbs that need nothing but the row. Each says what it did, in one sentence for the live region.
SIMPLE: dict[str, tuple[Callable[..., Any], str]] = {
    "confirm": (confirmation.confirm_in_use, "Bekreftet i bruk."),
    "keep_both": (confirmation.keep_both, "Beholdt som egen behandling."),
    "draft_confirm": (proposals.confirm, "Foreslått bekreftet i bruk. Utkastet er sendt til legen."),
    "draft_recall": (proposals.recall, "Utkast til tilbakekalling er sendt til legen."),
    "renew": (treatments.renew, "Fornyet. Sendes når du signerer."),
    "recall": (treatments.recall, "Resepten tilbakekalles når du signerer."),
    "undo_discontinue": (discontinuation.undo_discontinue, "Seponeringen er angret."),
    "resume": (suspension.resume, "Gjenopptatt."),
    "reinstate": (
        discontinuation.undo_discontinue,
        "Tatt i bruk igjen. Den gamle resepten gjelder ikke: forny eller opprett resept om pasienten trenger en.",
    ),
    "recall_older": (linking.recall_older, "De eldre reseptene tilbakekalles når du signerer."),
    "keep_ours": (conflicts.keep_ours, "Din versjon gjelder."),
    "take_theirs": (conflicts.take_theirs, "Deres versjon gjelder."),
    "dismiss": (dismissal.dismiss_history_row, "Lagt bort som ikke aktuelt."),
    "bring_back": (dismissal.bring_back, "Hentet fram igjen."),
    "to_multidose": (packing.to_multidose, "Flyttet til multidose."),
    "from_multidose": (packing.from_multidose, "Flyttet ut av multidose."),
    "dismiss_expiry": (due.dismiss_expiry, "Ingen blir minnet om at denne resepten utløper."),
    "undo": (undoing.undo, "Angret."),
}
BATCH = {
    "confirm": "Bekreftet",
    "draft_confirm": "Foreslått bekreftet",
    "draft_renew": "Klargjort",
    "renew": "Fornyet",
    "dismiss": "Lagt bort",
}
STALE_ROW = "sfm:row-stale"


@require_POST
@patient_page("lib.view")
def act(request: PatientRequest, pk: UUID, verb: str) -> HttpResponse:
    """One of the simple verbs. The domain decides whether this person may, and whether the row has moved."""
    if verb not in SIMPLE:
        raise NotFound
    action, said = SIMPLE[verb]
    version = version_of(request)
    try:
        done = action(treatment_id=pk, by=request.actor, patient=request.patient.key, version=version)
    except Conflict as conflict:  # nothing was written: say what the colleague did, and show the row as it is
        response = errors.answer(request, conflict)
        response["HX-Trigger"] = json.dumps({STALE_ROW: {"id": str(pk)}})
        return response
    return row_changed(request, pk if done is not None else None, said)


@require_POST
@patient_page("lib.view")
def batch(request: PatientRequest, verb: str) -> HttpResponse:
    """The same verb on the marked rows. What a person must look at first is left as it was (clinical.md 5.3), and a
    renewal says which and why."""
    if verb not in BATCH:
        raise NotFound
    marked, said = _marked(request), ""
    with transaction.atomic():
        if verb == "confirm":
            confirmation.confirm_many_in_use(ids=marked, by=request.actor, patient=request.patient.key)
        elif verb == "draft_confirm":
            proposals.confirm_many(ids=marked, by=request.actor, patient=request.patient.key)
        elif verb == "draft_renew":
            proposals.renew_many(ids=marked, by=request.actor, patient=request.patient.key)
        elif verb == "dismiss":
            dismissal.dismiss_many(ids=marked, by=request.actor, patient=request.patient.key)
        else:
            said = _renew_many(request, marked)
    return HttpResponseRedirect(f"{root_of(request)}{back_to(request)}{said}")


@require_POST
@patient_page("lib.draft")
def propose_renewal(request: PatientRequest, pk: UUID) -> HttpResponse:
    """«Klargjør fornying»: a draft for the doctor."""
    proposals.renew(
        treatment_id=pk,
        by=request.actor,
        patient=request.patient.key,
        version=version_of(request),
        comment=request.POST.get("comment", ""),
    )
    return row_changed(request, pk, "Utkast til fornying er sendt til legen.")


def _renew_many(request: PatientRequest, marked: list[tuple[UUID, int]]) -> str:
    """What the list says afterwards stands in its address: how many were renewed, and which were not."""
    done = renewing.renew_many(
        ids=marked, by=request.actor, patient=request.patient.key, person=person_of(request)
    )
    told = [(renewals.DONE, str(len(done.done)))]
    told += [(renewals.LEFT_OUT, str(ident)) for ident in done.left_out]
    told += [(renewals.STALE, str(ident)) for ident in done.stale]
    return f"?{urlencode(told)}"


def _marked(request: PatientRequest) -> list[tuple[UUID, int]]:
    """`row` holds «<id>:<version>» for each marked row."""
    try:
        pairs = [text.rpartition(":") for text in request.POST.getlist("row")]
        return [(UUID(treatment_id), int(version)) for treatment_id, _, version in pairs]
    except ValueError as error:
        raise Invalid("Merkingen kunne ikke leses. Last siden på nytt.") from error
