"""Marks for what has happened in the market: a product in somebody's list that has left FEST, or cannot be had."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfm.medication.queries.rows import Mark
from sfm.medication.rules import product_kinds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from sfm.fest.catalogue import Catalogue
    from sfm.fest.skeleton import Skeleton
    from sfm.medication.models import Treatment

GONE = Mark(
    kind="notice", letter="U", name="Utgått: legemidlet er ikke i FEST lenger. Velg et annet ved fornying."
)
SUSPENDED = Mark(kind="notice", letter="M", name="Midlertidig utgått")
SHORTAGE = Mark(kind="notice", letter="L", name="Leveringssvikt er meldt av DMP")


def added(
    marks: Mapping[UUID, tuple[Mark, ...]], rows: Iterable[Treatment], catalogue: Catalogue
) -> dict[UUID, tuple[Mark, ...]]:
    """The marks there are, and after them what the market says. No query: the catalogue is in this process."""
    found = dict(marks)
    for row in rows:
        mark = _of(row, catalogue.skeleton) if not row.has_ended else None
        if mark is not None:
            found[row.pk] = (*found.get(row.pk, ()), mark)
    return found


def _of(row: Treatment, bones: Skeleton) -> Mark | None:
    """Only what was chosen in FEST can leave it: rows from RF and PLL may name what FEST never had."""
    key = row.fest_id
    if row.product_kind not in product_kinds.IN_FEST or not key or not row.fest_version:
        return None
    if key not in bones.groups and key not in bones.brands and key not in bones.packages:
        return GONE
    markets = [bones.markets[one] for one in _packages(key, bones) if one in bones.markets]
    if markets and all(market.withdrawn for market in markets):
        return GONE
    if markets and all(market.withdrawn or market.suspended for market in markets):
        return SUSPENDED
    return (
        SHORTAGE
        if bones.shortages & {key, bones.brand_of.get(key, ""), bones.group_of.get(key, "")}
        else None
    )


def _packages(key: str, bones: Skeleton) -> Iterable[str]:
    if key in bones.packages:
        return (key,)
    brands = bones.brands_of.get(key, (key,))
    return [package for brand in brands for package in bones.packages_of.get(brand, ())]
