"""(Mal) What a prescriber keeps to begin from: saved, renamed, shared, and put away."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from django.db import transaction

from sfm.audit.record import record
from sfm.core import clock
from sfm.core.errors import Forbidden, Invalid, NotFound
from sfm.medication.models import PrescriptionTemplate
from sfm.medication.models.template import Kept
from sfm.medication.queries import remembered, templates
from sfm.medication.rules import templates as rules
from sfm.medication.rules import validation

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.medication.content import TreatmentContent

Row = TypeVar("Row", bound=Kept)

NOT_YOURS_TO_SHARE = "Du kan ikke dele maler. Det kan de som forskriver og endrer hele listen."
FIELD = "template_name"


@transaction.atomic
def save(
    *,
    name: str,
    content: TreatmentContent,
    by: Actor,
    shared: bool = False,
    patient_names: Iterable[str] = (),
) -> PrescriptionTemplate:
    """Save under a name, in place of one's own with the same name. What was said of one patient is left out, and
    texts that name them (`patient_names`) are refused.

    :raises Invalid: it has no name, or could not be begun again as it stands.
    """
    require(by, shared=shared)
    today = clock.today()
    kept = rules.without_patient(content, today)
    problems = _problems(name, content, kept, by, patient_names)
    if problems:
        raise Invalid(fields=problems)
    row = _same_name(by, name) or PrescriptionTemplate(owner_id=by.practitioner_id)
    row.content = templates.data(name.strip(), kept, rules.lasts(content, today))
    row.shared = shared or row.shared
    store(row, by)
    record(by, "template.saved", subject=row, detail={"shared": row.shared})
    return row


@transaction.atomic
def rename(*, template_id: UUID, name: str, by: Actor) -> None:
    row = own(PrescriptionTemplate, template_id, by)
    problem = rules.name_problem(name)
    if not problem and (_same_name(by, name) or row).pk != row.pk:
        problem = "Du har allerede en mal med det navnet."
    if problem or rules.names_patient([name], ()):
        raise Invalid(fields={"name": problem or rules.ABOUT_PATIENT})
    row.content = row.content | {"name": name.strip()}
    store(row, by)
    record(by, "template.renamed", subject=row)


@transaction.atomic
def share(*, template_id: UUID, by: Actor) -> None:
    """Everyone in the organisation may begin from it."""
    require(by, shared=True)
    row = own(PrescriptionTemplate, template_id, by)
    row.shared = True
    store(row, by)
    record(by, "template.shared", subject=row)


@transaction.atomic
def keep_private(*, template_id: UUID, by: Actor) -> None:
    """Only the owner's again. Whoever may share, may also take down a colleague's."""
    row = shared_or_own(PrescriptionTemplate, template_id, by)
    row.shared = False
    row.save(update_fields=["shared"])
    forget(by)
    record(by, "template.private", subject=row)


@transaction.atomic
def retire(*, template_id: UUID, by: Actor) -> None:
    """No longer offered. What was prescribed from it stands."""
    row = own(PrescriptionTemplate, template_id, by)
    row.retired_at = clock.now()
    store(row, by)
    record(by, "template.retired", subject=row)


def own(model: type[Row], ident: UUID, by: Actor) -> Row:
    """The owner's row, locked. Raises NotFound for everyone else."""
    require(by, shared=False)
    found = model.objects.select_for_update().filter(pk=ident, owner_id=by.practitioner_id, retired_at=None)
    row = found.first()
    if row is None:
        raise NotFound
    return row


def shared_or_own(model: type[Row], ident: UUID, by: Actor) -> Row:
    row = model.objects.select_for_update().filter(templates.visible(by), pk=ident).first()
    if row is None:
        raise NotFound
    if row.owner_id != by.practitioner_id:
        require(by, shared=True)
    return row


def store(row: Kept, by: Actor) -> None:
    row.owner_name, row.organisation_id, row.changed_at = by.name, by.organisation_id, clock.now()
    row.save()
    forget(by)


def forget(by: Actor) -> None:
    """So that the owner finds at once what was saved or put away."""
    remembered.drop(templates.memory_key(by))


def require(by: Actor, *, shared: bool) -> None:
    if not templates.may_keep(by):
        raise Forbidden("Du kan se maler, men ikke lage dem.", code="SFM-403")
    if shared and not templates.may_share(by):
        raise Forbidden(NOT_YOURS_TO_SHARE, code="SFM-403")


def _problems(
    name: str, content: TreatmentContent, kept: TreatmentContent, by: Actor, patient_names: Iterable[str]
) -> dict[str, str]:
    """What would stop it from being begun again. Who may prescribe it is asked when it is."""
    found = validation.check(content, today=clock.today(), actor=by)
    found = {field: text for field, text in found.items() if field != "product"}
    if wrong := rules.name_problem(name):
        found[FIELD] = wrong
    if dated := rules.dose_problem(content.dosage):
        found["dosage"] = dated
    if rules.names_patient([name, *rules.free_texts(kept)], patient_names):
        found.setdefault(FIELD, rules.ABOUT_PATIENT)
    return found


def _same_name(by: Actor, name: str) -> PrescriptionTemplate | None:
    own_rows = PrescriptionTemplate.objects.filter(owner_id=by.practitioner_id, retired_at=None)
    said = name.strip().casefold()
    return next((row for row in own_rows if templates.kept_name(row).casefold() == said), None)
