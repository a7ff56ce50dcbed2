"""The life of a medication document: told, built on, replaced, too old (fhir.md 4.3)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sfm.core import clock
from sfm.core.errors import Conflict
from sfm.exchange.models import MedicationDocument
from sfm.fhir.basis.build.echo import Kept
from sfm.fhir.data_sharing.r4 import json_form
from sfm.medication.rules.blockers import LOOKUP_MAX_AGE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet

    from sfm.core.actor import Actor
    from sfm.fhir.basis.build.document import Document

Resource = dict[str, Any]
KEPT = timedelta(days=30)  # a document nobody can build on any more
OPEN, SUPERSEDED, BROKEN = "open", "superseded", "broken"


class MustAskAgain(Conflict):
    """The document sent builds on something else than the newest one."""

    code = "SFM-BASIS-409"
    text = "Legemiddellisten må hentes på nytt med $getMedication før du kan sende."


def keep(document: Document, *, by: Actor, with_rf: bool) -> MedicationDocument:
    """A new compilation replaces what this person had of the patient."""
    now = clock.now()
    mine = _of(document.patient, by)
    mine.filter(state=OPEN).update(state=SUPERSEDED)
    mine.filter(
        kind="get", created__lt=now - KEPT
    ).delete()  # what was shown is in the snapshots and the rows
    made: MedicationDocument = MedicationDocument.objects.create(
        id=document.ident,
        patient_key=document.patient,
        practitioner_id=by.practitioner_id,
        client_id=by.client_id[:200],
        kind="get",
        with_rf=with_rf,
        looked_up_at=now,
        entries=as_text(document.entries),
        created=now,
    )
    return made


def newest(patient: UUID, by: Actor) -> MedicationDocument | None:
    found: MedicationDocument | None = _of(patient, by).order_by("-created").first()
    return found


def as_text(entries: Mapping[str, Resource]) -> str:
    """Amounts as they were written: a JSON column would make floats of them."""
    return json_form.write(dict(entries)).decode()


def entries_of(document: MedicationDocument) -> dict[str, Resource]:
    return json_form.read(document.entries.encode())


def last_sent(patient: UUID) -> Kept | None:
    """What the newest sending about the patient held, whoever sent it; a document is whole, so it has everything."""
    sent = MedicationDocument.objects.filter(patient_key=patient, kind="send")
    found: MedicationDocument | None = sent.order_by("-created").first()
    return Kept(entries=entries_of(found), ours=found.ours or {}) if found else None


def to_build_on(patient: UUID, by: Actor, target: str) -> MedicationDocument:
    """The document a sending names in `relatesTo`. Raises MustAskAgain unless it is the newest, whole and fresh."""
    found = newest(patient, by)
    if found is None or target.lower() != str(found.pk):
        raise MustAskAgain(detail="relatesTo is not the newest document")
    if found.state != OPEN:
        raise MustAskAgain(detail=f"the document is {found.state}")
    if not found.with_rf:
        raise MustAskAgain(
            "Oppslaget i Reseptformidleren mangler. Hent på nytt med $getMedication før du sender.",
            detail="the look-up did not include RF",
        )
    if clock.now() - found.looked_up_at > LOOKUP_MAX_AGE:
        raise MustAskAgain(
            "Oppslaget er eldre enn 4 timer. Hent på nytt med $getMedication før du sender.", detail="stale"
        )
    return found


def replace(old: MedicationDocument, **values: object) -> MedicationDocument:
    """A sending takes the place of what it was built on, with the same look-up behind it."""
    MedicationDocument.objects.filter(pk=old.pk).update(state=SUPERSEDED)
    made: MedicationDocument = MedicationDocument.objects.create(
        patient_key=old.patient_key,
        practitioner_id=old.practitioner_id,
        client_id=old.client_id,
        kind="send",
        with_rf=old.with_rf,
        looked_up_at=old.looked_up_at,
        created=clock.now(),
        **values,
    )
    return made


def break_open(patient: UUID, by: Actor) -> None:
    """After a sending that was refused the client must ask anew (fhir.md 4.3 rule 5)."""
    _of(patient, by).filter(state=OPEN).update(state=BROKEN)


def of_identifier(ident: str) -> MedicationDocument | None:
    try:
        key = UUID(ident)
    except ValueError:
        return None
    found: MedicationDocument | None = MedicationDocument.objects.filter(pk=key).first()
    return found


def _of(patient: UUID, by: Actor) -> QuerySet[MedicationDocument]:
    return MedicationDocument.objects.filter(patient_key=patient, practitioner_id=by.practitioner_id)
