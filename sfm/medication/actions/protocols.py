"""(Protokoll) A set of templates under one name: kept, shared, put away, and begun for a patient in one act."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from sfm.audit.record import record
from sfm.core import clock
from sfm.core.errors import Invalid
from sfm.medication.actions import drafts, ledger, treatments, warnings
from sfm.medication.actions.templates import own, require, shared_or_own, store
from sfm.medication.models import Draft, Treatment, TreatmentProtocol
from sfm.medication.queries import protocols, templates
from sfm.medication.rules import templates as rules

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.medication.queries.protocols import Begun
    from sfm.medication.rules.particular_checks import Person

FEWEST, MOST = 2, 20
SHARE_FIRST = "Del malene først: kollegene ser bare maler som er delt. Ikke delt: {}."


@transaction.atomic
def save(
    *, name: str, template_ids: Sequence[UUID], by: Actor, protocol_id: UUID | None = None
) -> TreatmentProtocol:
    """A new protocol, or one's own changed."""
    require(by, shared=False)
    known = {one.id: one for one in templates.listed(by)}
    chosen = [ident for ident in dict.fromkeys(template_ids) if ident in known]
    problems = {}
    if wrong := rules.name_problem(name, "protokollen"):
        problems["name"] = wrong
    elif rules.names_patient([name], ()):
        problems["name"] = rules.ABOUT_PATIENT
    if not FEWEST <= len(chosen) <= MOST:
        problems["templates"] = f"Velg fra {FEWEST} til {MOST} maler."
    if problems:
        raise Invalid(fields=problems)
    row = TreatmentProtocol(owner_id=by.practitioner_id)
    if protocol_id:
        row = own(TreatmentProtocol, protocol_id, by)
    row.content = {"name": name.strip(), "templates": [str(ident) for ident in chosen]}
    if row.shared:
        _require_shared(row, by)
    store(row, by)
    record(by, "protocol.saved", subject=row, detail={"templates": len(chosen)})
    return row


@transaction.atomic
def share(*, protocol_id: UUID, by: Actor) -> None:
    """Everyone in the organisation may begin it; so all its templates must be shared."""
    require(by, shared=True)
    row = own(TreatmentProtocol, protocol_id, by)
    _require_shared(row, by)
    row.shared = True
    store(row, by)
    record(by, "protocol.shared", subject=row)


@transaction.atomic
def keep_private(*, protocol_id: UUID, by: Actor) -> None:
    row = shared_or_own(TreatmentProtocol, protocol_id, by)
    row.shared = False
    row.save(update_fields=["shared"])
    record(by, "protocol.private", subject=row)


@transaction.atomic
def retire(*, protocol_id: UUID, by: Actor) -> None:
    row = own(TreatmentProtocol, protocol_id, by)
    row.retired_at = clock.now()
    store(row, by)
    record(by, "protocol.retired", subject=row)


@transaction.atomic
def begin(
    *, protocol_id: UUID, chosen: Collection[UUID], by: Actor, patient: UUID, person: Person, token: str
) -> list[UUID]:
    """Unsent rows of the templates in `chosen`, drafts where this person may only propose: all of them, or none. The
    same token twice makes them once.

    :raises Invalid: one of them cannot be stored as it stands, and must be opened in the form.
    """
    protocol = protocols.one(protocol_id, by)
    set_ = protocols.begun(protocol, patient_key=patient, actor=by, person=person, token=token, only=chosen)
    if not set_:
        raise Invalid("Merk minst én behandling.")
    wrong = [f"{one.template.name}: {' '.join(one.problems.values())}" for one in set_ if one.problems]
    if wrong:
        raise Invalid(f"Disse må åpnes i skjemaet. {' '.join(wrong)}")
    made = [one.id for one in set_ if _begin(one, by, patient)]
    for ident in made:
        warnings.complete(treatment_id=ident, by=by, patient=patient)
    if made:
        subject = ("TreatmentProtocol", str(protocol.id))
        ledger.audit(
            "protocol.begun", by=by, patient=patient, subject=subject, detail={"treatments": len(made)}
        )
    return [one.id for one in set_]


def _begin(one: Begun, by: Actor, patient: UUID) -> bool:
    """False when it was made before, by the same page."""
    model = Draft if one.proposes else Treatment
    if model.objects.filter(pk=one.id, patient_key=patient).exists():
        return False
    if one.proposes:
        drafts.submit(kind="new_treatment", content=one.content, by=by, patient=patient, draft_id=one.id)
    else:
        treatments.create(content=one.content, by=by, patient=patient, treatment_id=one.id)
    return True


def _require_shared(row: TreatmentProtocol, by: Actor) -> None:
    wanted = {str(ident) for ident in row.content["templates"]}
    alone = [one.name for one in templates.listed(by) if str(one.id) in wanted and not one.shared]
    if alone:
        raise Invalid(SHARE_FIRST.format(", ".join(alone)))
