"""(Utkast i listen) Drafts nobody has decided: on the row they are about; a proposed treatment as a row of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfm.medication import content_data
from sfm.medication.models import Draft
from sfm.medication.queries import row_actions, row_view, words
from sfm.medication.queries.rows import InUseRow, PrescriptionCell
from sfm.medication.rules import dosage_text

if TYPE_CHECKING:
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.medication.queries.rows import Mark


def waiting(patient_key: UUID, *, treatment_id: UUID | None = None) -> list[Draft]:
    """Drafts nobody has decided. Those put off come first: of several on a row the last is the one it shows."""
    found = Draft.objects.filter(patient_key=patient_key, state__in=Draft.OPEN).order_by("created")
    if treatment_id is not None:
        found = found.filter(treatment_id=treatment_id)
    return sorted(found, key=lambda draft: draft.state != "deferred")


def of_treatment(treatment_id: UUID, *, patient_key: UUID) -> Draft | None:
    found = waiting(patient_key, treatment_id=treatment_id)
    return found[-1] if found else None


def row(draft: Draft, actor: Actor, marks: tuple[Mark, ...] = ()) -> InUseRow:
    content = content_data.from_data(draft.proposal)
    product, terms = content.product, content.prescription
    return InUseRow(
        id=draft.pk,
        kind="draft",
        version=0,
        status=row_view.of_draft(draft),
        substance=words.generic(product.substance) or product.name_form_strength,
        strength=words.strength(product.strength),
        form=words.generic(product.form),
        brand=product.brand,
        badges=row_view.badges(product.dispensing_group, terms, in_multidose=content.in_multidose),
        dose=row_view.dose(dosage_text.text(content.dosage)),
        indication=content.indication_text,
        difference=None,
        marks=marks,
        prescription=PrescriptionCell(
            headline=words.TYPES.get(terms.type, "Resept") if terms else "Uten resept",
            detail=f"til {words.day(terms.expires_on)}" if terms else "",
            status="Utsatt" if draft.state == "deferred" else "Til godkjenning",
            tone="unsent",
        ),
        dates=(),
        sources="lokal",
        actions=tuple(row_actions.of_draft(draft, actor=actor)),
        unsent=False,
        sort_key=product.substance.casefold(),
        atc=product.atc,
    )
