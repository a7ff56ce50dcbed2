"""Products of this journal's own: saved for use again, and retired when they are no longer made."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.db import transaction

from sfm.audit.record import record
from sfm.core import clock
from sfm.core.errors import Invalid, NotFound
from sfm.medication import content_data
from sfm.medication.models import OwnProduct
from sfm.medication.queries import own_products
from sfm.medication.rules import product_checks, rights
from sfm.medication.rules.product_kinds import COMPOUNDED, LOCAL

if TYPE_CHECKING:
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.medication.content import Product

KINDS = (COMPOUNDED, LOCAL)


@transaction.atomic
def save(*, product: Product, by: Actor) -> OwnProduct:
    """Save under its name, in place of one with the same name. Raises Invalid when it is not complete."""
    by.require(rights.PRESCRIBE)
    problems = product_checks.check(product)
    if product.kind not in KINDS or problems:
        raise Invalid("Bare magistrelle og lokale legemidler kan lagres.", fields=problems)
    now = clock.now()
    for row in own_products.rows(product.kind):
        if own_products.name_of(row).casefold() == product.name_form_strength.casefold():
            row.retired_at = now
            row.save(update_fields=["retired_at"])
    saved = OwnProduct.objects.create(
        kind=product.kind,
        product=content_data.product_data(replace(product, fest_id="", varenr="")),
        saved_by=by.practitioner_id,
        saved_by_name=by.name,
        saved_at=now,
    )
    record(by, "own_product.saved", subject=saved, detail={"kind": product.kind})
    return saved


@transaction.atomic
def retire(*, own_id: UUID, by: Actor) -> None:
    """No longer offered. What was prescribed keeps its own copy."""
    by.require(rights.PRESCRIBE)
    row = OwnProduct.objects.select_for_update().filter(pk=own_id, retired_at=None).first()
    if row is None:
        raise NotFound
    row.retired_at = clock.now()
    row.save(update_fields=["retired_at"])
    record(by, "own_product.retired", subject=row)
