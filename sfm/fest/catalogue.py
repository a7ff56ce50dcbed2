"""The catalogue in use. `current()` costs one small query; everything else is in this process until FEST changes."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Literal

from sfm.core import clock
from sfm.core.errors import NotFound, Unavailable
from sfm.fest import skeleton as bones
from sfm.fest.interactions import DrugKeys, InteractionGraph, graph
from sfm.fest.models import CodeValue, Drug, Interaction, NotAssessed, ShortDose, Version
from sfm.fest.product_reader import ProductReader
from sfm.fest.search_index import SearchIndex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from sfm.fest.hits import ProductRef
    from sfm.fest.product import Product

REMEMBERED = 2_000  # products per process
SHORT_DOSE_LIST = "2.16.578.1.12.4.1.1.7478"


class Catalogue:
    """One version of FEST, on one day. Built piece by piece, as it is asked for."""

    def __init__(self, *, version: int, extracted_at: str, day: date) -> None:
        self.version, self.extracted_at, self.day = version, extracted_at, day
        self._building = threading.RLock()
        self._one = lru_cache(REMEMBERED)(self._read_one)
        self._key_of = lru_cache(REMEMBERED)(self._read_key)

    @cached_property
    def skeleton(self) -> bones.Skeleton:
        with self._building:
            return self.__dict__.get("skeleton") or bones.load(self.day)

    @cached_property
    def search_index(self) -> SearchIndex:
        with self._building:
            return self.__dict__.get("search_index") or SearchIndex(self.skeleton)

    @cached_property
    def interactions(self) -> InteractionGraph:
        with self._building:
            built: InteractionGraph | None = self.__dict__.get("interactions")
            return built or graph(
                Interaction.objects.filter(expired_on=None).values_list(
                    "key", "relevance", "criterion", "groups"
                ),
                NotAssessed.objects.filter(expired_on=None).values_list("atc", flat=True),
            )

    @cached_property
    def short_dose_texts(self) -> dict[str, str]:
        """Text template per code: from the structured catalogue, else from the code list."""
        listed = CodeValue.objects.filter(system=SHORT_DOSE_LIST).exclude(description="")
        texts = dict(listed.values_list("code", "description"))
        return texts | dict(ShortDose.objects.values_list("code", "text"))

    def product(self, ref: ProductRef) -> Product:
        """A product, also one that has left FEST since it was prescribed.

        :raises NotFound: FEST never had it.
        """
        return self._one(ref.fest_id)

    def products(self, refs: Iterable[ProductRef]) -> dict[ProductRef, Product]:
        """Several at once, four queries in all; unknown ones are left out."""
        asked = list(refs)
        reader = self._reader([ref.fest_id for ref in asked])
        found = {ref: reader.product(ref.fest_id) for ref in asked}
        return {ref: product for ref, product in found.items() if product}

    def by_varenr(self, varenr: str) -> Product:
        """:raises NotFound: no package has the number."""
        return self._one(self._key_of(varenr))

    def keys(self, product: Product) -> DrugKeys:
        """What interactions, duplicates and reactions are matched on."""
        parts = self.skeleton.atc_parts(product.ref.fest_id)
        return DrugKeys.of(
            atc=product.atc.value, substances=product.substance_ids, kin=self.skeleton.kin, parts=parts
        )

    def _read_one(self, fest_id: str) -> Product:
        product = self._reader([fest_id]).product(fest_id)
        if product is None:
            raise NotFound("Legemidlet finnes ikke i FEST.")
        return product

    def _read_key(self, varenr: str) -> str:
        keys = Drug.objects.filter(kind="package", varenr=varenr).order_by("-expired_on")
        found: str | None = keys.values_list("key", flat=True).first()
        if found is None:
            raise NotFound(f"Varenummer {varenr} finnes ikke i FEST.")
        return found

    def _reader(self, keys: Iterable[str]) -> ProductReader:
        return ProductReader(keys, version=self.version, skeleton=self.skeleton, texts=self.short_dose_texts)


_latest: list[Catalogue] = []
_swap = threading.Lock()


_held: ContextVar[Catalogue | Literal["none"] | None] = ContextVar("held", default=None)


@contextmanager
def held() -> Iterator[None]:
    """One and the same catalogue for everything made inside, asked for once; also that none is imported."""
    try:
        token = _held.set(current())
    except Unavailable:
        token = _held.set("none")
    try:
        yield
    finally:
        _held.reset(token)


def current() -> Catalogue:
    """The catalogue in use now.

    :raises Unavailable: none has been imported.
    """
    found = _held.get()
    if isinstance(found, Catalogue):
        return found
    stamp = (
        None if found else Version.objects.filter(is_current=True).values_list("pk", "extracted_at").first()
    )
    if stamp is None:
        raise Unavailable("Ingen FEST-katalog er lastet inn. Tjenesteleverandøren må importere FEST.")
    version, extracted_at = stamp
    today = clock.today()
    with _swap:
        if not _latest or (_latest[0].version, _latest[0].day) != (version, today):
            _latest[:] = [Catalogue(version=version, extracted_at=extracted_at, day=today)]
        return _latest[0]


def warm() -> None:
    """Read the catalogue into this process before somebody waits for it.

    :raises Unavailable: none has been imported.
    """
    found = current()
    _ = found.search_index, found.interactions


def of_version(version: int) -> Catalogue:
    """The catalogue of a version just read as the current one: no query while it is in this process."""
    with _swap:
        if _latest and (_latest[0].version, _latest[0].day) == (version, clock.today()):
            return _latest[0]
    return current()


def product(ref: ProductRef) -> Product:
    """:raises NotFound: FEST never had it."""
    return current().product(ref)
