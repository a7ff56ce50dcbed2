"""Search-as-you-type over substance and brand (ruling 46): in memory, ranked, forgiving."""

from __future__ import annotations

import heapq
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from sfm.fest.catalogue import Catalogue, current
from sfm.fest.folding import words
from sfm.fest.hits import BrandHit, Hit, Marker, ProductRef, SearchResult
from sfm.fest.search_index import FEW, NOTHING, REMEMBERED, Documents, SearchIndex, Word, name_tokens

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["BrandHit", "Hit", "Marker", "ProductRef", "SearchResult", "index", "search"]

LONGEST_QUERY = 12  # words
SUGGESTED = 3  # names
NO_FAVOURITES: Mapping[str, int] = {}


def index() -> SearchIndex:
    """The index of the catalogue in use. One small query, unless the catalogue has just changed."""
    return current().search_index


def search(
    text: str,
    *,
    limit: int = 20,
    favourites: Mapping[str, int] = NO_FAVOURITES,
    catalogue: Catalogue | None = None,
) -> SearchResult:
    """Products matching every word, best first: substance before brand, whole word before beginning.

    `favourites` maps a FEST id to how often the user prescribes it; it decides within a rank. Words for form and
    strength narrow the list but never empty it. `catalogue` saves the version query when the caller has one.
    """
    where = (catalogue or current()).search_index
    return find(where, text, limit=limit, favourites=favourites)


def find(
    where: SearchIndex, text: str, *, limit: int, favourites: Mapping[str, int] = NO_FAVOURITES
) -> SearchResult:
    typed = [where.word(word) for word in words(text)[:LONGEST_QUERY]]
    names = _names(typed)
    known = _common(names)
    exact = _narrowed(known, names, typed)
    ranked = _ranked(where, _leading(names), exact, limit, favourites)
    spelt = [word.text for word in typed if word.is_name]
    hits = tuple(_with_brand_first(where.hits[document], spelt) for document in ranked)
    result = SearchResult(hits=hits, total=len(exact))
    if not names or len(known) >= FEW:
        return result
    return _guessing(where, typed, result, known, limit, favourites)


def _guessing(
    where: SearchIndex,
    typed: list[Word],
    result: SearchResult,
    known: Documents,
    limit: int,
    favourites: Mapping[str, int],
) -> SearchResult:
    """The few hits there are, and after them what may have been meant: one wrong letter, too many, missing, swapped."""
    near = {word.text: where.nearly(word.text) for word in _names(typed)}
    names = [word.forgiving(near[word.text]) for word in _names(typed)]
    guessed = _narrowed(_common(names) - known, names, typed)
    if not guessed:
        return result
    ranked = _ranked(where, _leading(names), guessed, limit - len(result.hits), favourites)
    slips = sorted({slip for one in near.values() for slip in one.words} | set(near))
    hits = [_with_brand_first(where.hits[document], slips) for document in ranked]
    return SearchResult(
        hits=(*result.hits, *hits),
        total=result.total + len(guessed),
        guessed_from=len(result.hits),
        meant=_meant(hits, slips),
    )


def _leading(names: list[Word]) -> tuple[Documents, ...]:
    return min(names, key=lambda word: len(word.named)).layers if names else ()


def _narrowed(found: Documents, names: list[Word], typed: list[Word]) -> Documents:
    """Form and strength narrow, and never empty."""
    for narrowing in [word.documents for word in typed if not word.is_name or word.attribute]:
        found = (found & narrowing) or found or (NOTHING if names else narrowing)
    return found


def _meant(hits: list[Hit], slips: list[str]) -> tuple[str, ...]:
    """The names that were probably meant, best first."""
    found: dict[str, None] = {}
    for hit in hits:
        for name in (hit.substance, *(brand.name for brand in hit.brands)):
            if any(token.startswith(slip) for token in _tokens(name) for slip in slips):
                found.setdefault(name)
                break
    return tuple(found)[:SUGGESTED]


def _names(typed: list[Word]) -> list[Word]:
    """The words every hit must answer for: those that cannot be a form or strength, or else the first name."""
    names = [word for word in typed if word.is_name]
    return [word for word in names if not word.attribute] or names[:1]


def _common(names: list[Word]) -> Documents:
    return frozenset.intersection(*(word.documents for word in names)) if names else NOTHING


def _ranked(
    where: SearchIndex,
    layers: tuple[Documents, ...],
    found: Documents,
    limit: int,
    favourites: Mapping[str, int],
) -> list[int]:
    ranked: list[int] = []
    left = found
    for layer in (*layers, found):
        here = layer & left
        left -= here
        missing = limit - len(ranked)
        if favourites:
            ranked += heapq.nsmallest(
                missing, here, key=lambda document: _own_use(where, document, favourites)
            )
        else:
            ranked += heapq.nsmallest(missing, here)
        if len(ranked) >= limit or not left:
            break
    return ranked


def _own_use(where: SearchIndex, document: int, favourites: Mapping[str, int]) -> tuple[int, int]:
    hit = where.hits[document]
    uses = favourites.get(hit.product.fest_id, 0) + sum(
        favourites.get(brand.fest_id, 0) for brand in hit.brands
    )
    return (-uses, document)


@lru_cache(REMEMBERED)
def _tokens(name: str) -> tuple[str, ...]:
    return tuple(name_tokens(name))


def _with_brand_first(hit: Hit, typed: list[str]) -> Hit:
    """The brand that was typed stands first among the brands of its substance. A word of the substance says nothing."""
    substance = _tokens(hit.substance) if hit.product.kind == "group" else ()
    telling = [word for word in typed if not any(token.startswith(word) for token in substance)]
    matched = [
        brand
        for brand in hit.brands
        if any(token.startswith(word) for word in telling for token in _tokens(brand.name))
    ]
    if not matched or len(matched) == len(hit.brands) > 1:
        return hit
    chosen = {brand.fest_id for brand in matched}
    first = tuple(replace(brand, matched=True) for brand in matched)
    return replace(hit, brands=first + tuple(brand for brand in hit.brands if brand.fest_id not in chosen))
