"""Compounded (magistrelle) medications: Legemiddelblanding and its ingredients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sfm.wire.binding import Tag
from sfm.wire.medications import Brand, Package, SubstanceGroup
from sfm.wire.values import CS, CV, PQ


@dataclass(frozen=True, kw_only=True)
class Dilution:
    """«ad» or «qs» (7502)."""

    adqs: Annotated[CS, Tag("Adqs")]


@dataclass(frozen=True, kw_only=True)
class IngredientQuantity:
    quantity: Annotated[PQ, Tag("Mengde")]


@dataclass(frozen=True, kw_only=True)
class Strength:
    numerator: Annotated[PQ, Tag("Teller")]
    denominator: Annotated[PQ | None, Tag("Nevner")] = None


@dataclass(frozen=True, kw_only=True)
class Substance:
    """`id` is xs:ID."""

    id: Annotated[str, Tag("Id")]
    name: Annotated[str, Tag("Navn")]
    refs: Annotated[tuple[str, ...], Tag("RefVirkestoff")] = ()


@dataclass(frozen=True, kw_only=True)
class MedicationIngredient:
    """A catalogue product as ingredient: one of the first three, and one of the last two."""

    brand: Annotated[Brand | None, Tag("LegemiddelMerkevare")] = None
    package: Annotated[Package | None, Tag("Legemiddelpakning")] = None
    substance: Annotated[SubstanceGroup | None, Tag("LegemiddelVirkestoff")] = None
    dilution: Annotated[Dilution | None, Tag("Utblanding")] = None
    quantity: Annotated[IngredientQuantity | None, Tag("MengdeBestanddel")] = None


@dataclass(frozen=True, kw_only=True)
class OtherIngredient:
    name_form_strength: Annotated[str, Tag("NavnFormStyrke")]
    dilution: Annotated[Dilution | None, Tag("Utblanding")] = None
    quantity: Annotated[IngredientQuantity | None, Tag("MengdeBestanddel")] = None
    strength: Annotated[Strength | None, Tag("Styrke")] = None


@dataclass(frozen=True, kw_only=True)
class SubstanceIngredient:
    substance: Annotated[Substance, Tag("Virkestoff")]
    strength: Annotated[Strength | None, Tag("Styrke")] = None
    quantity: Annotated[IngredientQuantity | None, Tag("MengdeBestanddel")] = None


@dataclass(frozen=True, kw_only=True)
class CompoundedMedication:
    """Magistrelt legemiddel. `instructions` is TilbOppl: how it is to be prepared."""

    name: Annotated[str, Tag("Navn")]
    instructions: Annotated[str, Tag("TilbOppl")]
    quantity: Annotated[PQ, Tag("Mengde")]
    form: Annotated[CV, Tag("Legemiddelform")]
    products: Annotated[tuple[MedicationIngredient, ...], Tag("BestanddelLegemiddel")] = ()
    others: Annotated[tuple[OtherIngredient, ...], Tag("BestanddelAnnet")] = ()
    substances: Annotated[tuple[SubstanceIngredient, ...], Tag("BestanddelVirkestoff")] = ()
