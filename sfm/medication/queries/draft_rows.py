"""A proposed new treatment as a row of the list, and the drafts panel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfm.core import names
from sfm.medication import content_data
from sfm.medication.queries import row_actions, row_view, words
from sfm.medication.queries.rows import InUseRow, PrescriptionCell, Status
from sfm.medication.rules import dosage_text

if TYPE_CHECKING:
    from sfm.core.actor import Actor
    from sfm.medication.models import Draft
    from sfm.medication.queries.rows import Mark


def row(draft: Draft, actor: Actor, marks: tuple[Mark, ...] = ()) -> InUseRow:
    content = content_data.from_data(draft.proposal)
    product, terms = content.product, content.prescription
    return InUseRow(
        id=draft.pk,
        kind="draft",
        version=0,
        status=Status(text="Utkast", detail=f"av {names.short(draft.author_name)}", tone="draft"),
        substance=words.generic(product.substance) or product.name_form_strength,
        strength=product.strength,
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
            status="Til godkjenning",
            tone="unsent",
        ),
        dates=(),
        sources="lokal",
        actions=tuple(row_actions.of_draft(draft, actor=actor)),
        unsent=False,
        sort_key=product.substance.casefold(),
    )
