"""From what a person wrote to what a warning can match: the FEST id of a substance or brand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfm.fest.models import Drug, Substance

if TYPE_CHECKING:
    from collections.abc import Iterable

SHORTEST_WORD = 4


def code_of(kind: str, text: str) -> str:
    """The FEST key of the substance or brand with exactly this name; "" when there is none."""
    if kind == "substance":
        found = Substance.objects.filter(name__iexact=text, expired_on=None).order_by("key").first()
        return found.key if found else ""
    brand = Drug.objects.filter(kind="brand", brand__iexact=text, expired_on=None).order_by("key").first()
    return brand.key if brand else ""


def candidates(text: str, *, limit: int = 8) -> tuple[tuple[str, str], ...]:
    """What somebody may have meant by free text: (kind, name) of substances and brands that share a word with it."""
    words = [word.strip('.,;:()«»"').casefold() for word in text.split()]
    wanted = [word for word in words if len(word) >= SHORTEST_WORD]
    found: dict[tuple[str, str], None] = {}
    for word in wanted:
        stem = word[: max(SHORTEST_WORD, len(word) - 2)]  # «penicilliner» finds penicillin
        names = Substance.objects.filter(name__icontains=stem, expired_on=None).order_by("name")
        found |= {("substance", name): None for name in names.values_list("name", flat=True)[:limit]}
        brands = Drug.objects.filter(kind="brand", brand__istartswith=stem, expired_on=None).order_by("brand")
        found |= {("brand", name): None for name in brands.values_list("brand", flat=True).distinct()[:limit]}
    return tuple(found)[:limit]


def names_of(codes: Iterable[str]) -> dict[str, str]:
    """The names of substances by FEST id; unknown ones are left out."""
    return dict(Substance.objects.filter(key__in=set(codes)).values_list("key", "name"))
