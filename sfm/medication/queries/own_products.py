"""(Lokalt legemiddel, lokal magistrell) What this journal has saved, for search and form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from sfm.core.errors import NotFound
from sfm.fest.folding import words
from sfm.medication import content_data
from sfm.medication.models import OwnProduct
from sfm.medication.queries import remembered
from sfm.tenancy.scope import current_journal_id

if TYPE_CHECKING:
    from datetime import datetime

    from sfm.medication.content import Product


LIFE = 60.0  # seconds


@dataclass(frozen=True, kw_only=True)
class Saved:
    id: UUID
    product: Product
    saved_by: str
    saved_at: datetime


def rows(kind: str = "") -> list[OwnProduct]:
    found = OwnProduct.objects.filter(retired_at=None).order_by("saved_at")
    return list(found.filter(kind=kind) if kind else found)


def name_of(row: OwnProduct) -> str:
    return str(row.product["name_form_strength"])


def search(text: str, *, kind: str = "") -> tuple[Saved, ...]:
    """Whose name begins every word typed; all, when nothing is typed."""
    return _matching(text, listed(kind))


def remembered_search(text: str) -> tuple[Saved, ...]:
    """The same among all kinds, as they were at most a minute ago: asked at every keystroke."""
    key = (current_journal_id(), "own_products")
    return _matching(text, remembered.recall(key, listed, life=LIFE))


def listed(kind: str = "") -> tuple[Saved, ...]:
    found = [_saved(row) for row in rows(kind)]
    return tuple(sorted(found, key=lambda one: one.product.name_form_strength.casefold()))


def _matching(text: str, among: tuple[Saved, ...]) -> tuple[Saved, ...]:
    typed = words(text)
    return tuple(one for one in among if _says(one.product.name_form_strength, typed))


def product(kind: str, own_id: str) -> Product:
    """:raises NotFound: nothing is saved under that id."""
    try:
        row = OwnProduct.objects.filter(pk=UUID(own_id), kind=kind, retired_at=None).first()
    except ValueError as error:
        raise NotFound from error
    if row is None:
        raise NotFound("Legemidlet er ikke lenger lagret. Skriv det på nytt, eller velg et annet.")
    return _saved(row).product


def _saved(row: OwnProduct) -> Saved:
    made = content_data.product(row.product)
    return Saved(id=row.pk, product=made, saved_by=row.saved_by_name, saved_at=row.saved_at)


def _says(name: str, typed: list[str]) -> bool:
    spoken = words(name)
    return all(any(word.startswith(part) for word in spoken) for part in typed)
