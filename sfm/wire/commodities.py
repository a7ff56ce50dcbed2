"""Prescribed commodities (handelsvare): nutrition products and consumables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sfm.wire.binding import Tag
from sfm.wire.medications import Price, ReimbursementTerm
from sfm.wire.values import CV


@dataclass(frozen=True, kw_only=True)
class CommodityInfo:
    product_number: Annotated[str, Tag("ProduktNr")]
    volume: Annotated[str | None, Tag("Volum")] = None
    size_unit: Annotated[CV, Tag("EnhetStorrelse")]
    per_package: Annotated[int, Tag("AntPerPakning")]
    term_refs: Annotated[tuple[str, ...], Tag("RefVilkar")] = ()
    above_price_limit: Annotated[bool, Tag("TillattMerMakspris")] = False


@dataclass(frozen=True, kw_only=True)
class Supplier:
    name: Annotated[str, Tag("Navn")]
    address: Annotated[str, Tag("Adresse")]
    phone: Annotated[str, Tag("Telefon")]


@dataclass(frozen=True, kw_only=True)
class Commodity:
    """What nutrition products, consumables and breast prostheses have in common. Also the prosthesis itself."""

    number: Annotated[str, Tag("Nr")]
    name: Annotated[str, Tag("Navn")]
    info: Annotated[CommodityInfo | None, Tag("ProduktInfoVare")] = None
    supplier: Annotated[Supplier | None, Tag("Leverandor")] = None
    prices: Annotated[tuple[Price, ...], Tag("PrisVare")] = ()
    reimbursement: Annotated[ReimbursementTerm | None, Tag("Refusjon")] = None


@dataclass(frozen=True, kw_only=True)
class NutritionForm:
    strength: Annotated[str | None, Tag("Styrke")] = None
    form: Annotated[str | None, Tag("Form")] = None
    substances: Annotated[tuple[str, ...], Tag("Stoff")] = ()


@dataclass(frozen=True, kw_only=True)
class NutritionProduct(Commodity):
    """Næringsmiddel."""

    form: Annotated[NutritionForm | None, Tag("StyrkeFormStoff")] = None


@dataclass(frozen=True, kw_only=True)
class Material:
    name: Annotated[str, Tag("Navn")]
    material: Annotated[str, Tag("Materiale")]


@dataclass(frozen=True, kw_only=True)
class Consumable(Commodity):
    """Medisinsk forbruksmateriell."""

    materials: Annotated[tuple[Material, ...], Tag("BestanddelMatr")] = ()
