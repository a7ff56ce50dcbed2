"""The bones of the catalogue in process memory: which products there are, and how they hang together."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sfm.fest.models import Drug, Notice, Strength, Substance

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet

SHORTAGE = "2"  # 7441
LIGHT = (
    "key",
    "name",
    "brand",
    "varenr",
    "atc",
    "dispensing_group",
    "form_name",
    "application",
    "black_triangle",
    "reimbursed",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Bone:
    """One drug, as much of it as search needs."""

    key: str
    name: str
    brand: str
    varenr: str
    atc: str
    dispensing_group: str
    form_name: str
    application: str
    black_triangle: bool
    reimbursed: bool
    strengths: tuple[str, ...] = ()
    substances: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Market:
    """Where a package stands in the market on a day."""

    withdrawn: bool
    suspended: bool
    future: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class StrengthOf:
    substance: str
    text: str
    atc: str = ""  # AtcKombipreparat: the substance's own code, when it is part of a combination


@dataclass(kw_only=True)
class Skeleton:
    groups: dict[str, Bone] = field(default_factory=dict)
    brands: dict[str, Bone] = field(default_factory=dict)
    packages: dict[str, Bone] = field(default_factory=dict)
    brands_of: dict[str, tuple[str, ...]] = field(default_factory=dict)  # group → brands
    group_of: dict[str, str] = field(default_factory=dict)  # brand or package → group
    packages_of: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  # brand → packages
    brand_of: dict[str, str] = field(default_factory=dict)  # package → first brand
    markets: dict[str, Market] = field(default_factory=dict)  # package → market
    substance_names: dict[str, str] = field(default_factory=dict)
    english: dict[str, str] = field(default_factory=dict)
    kin: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # substance → parent, salts
    strengths: dict[str, StrengthOf] = field(default_factory=dict)
    shortages: set[str] = field(default_factory=set)

    def substance_ids(self, bone: Bone) -> tuple[str, ...]:
        known = [self.strengths[key].substance for key in bone.strengths if key in self.strengths]
        return (*known, *bone.substances)

    def atc_parts(self, fest_id: str) -> tuple[str, ...]:
        """The ATC codes of what a combination product is made of; () for every other product."""
        key = self.brand_of.get(fest_id, fest_id)
        bone = self.groups.get(key) or self.brands.get(key)
        if bone is None:
            return ()
        own = (self.strengths[one].atc for one in bone.strengths if one in self.strengths)
        return tuple(dict.fromkeys(atc for atc in own if atc))

    def substance_text(self, bone: Bone) -> str:
        return "/".join(self.substance_names.get(key, "") for key in self.substance_ids(bone))

    def strength_text(self, bone: Bone) -> str:
        return "/".join(self.strengths[key].text for key in bone.strengths if key in self.strengths)


def load(today: date) -> Skeleton:
    """Six queries, once per process and catalogue version."""
    skeleton = Skeleton()
    _load_substances(skeleton)
    _load_groups(skeleton)
    _load_brands(skeleton)
    _load_packages(skeleton, today)
    for targets in Notice.objects.filter(expired_on=None, type=SHORTAGE).values_list("targets", flat=True):
        skeleton.shortages.update(key for _, keys in targets for key in keys)
    return skeleton


def _load_substances(skeleton: Skeleton) -> None:
    rows = Substance.objects.filter(expired_on=None).values_list("key", "name", "english", "salts")
    for key, name, english, salts in rows:
        skeleton.substance_names[key] = name
        skeleton.english[key] = english
        for salt in salts:
            skeleton.kin[key].add(salt)
            skeleton.kin[salt].add(key)
    fields = ("key", "substance", "atc_combination", "amount", "unit", "per", "per_unit")
    for key, substance, atc, *parts in Strength.objects.filter(expired_on=None).values_list(*fields):
        skeleton.strengths[key] = StrengthOf(substance=substance, text=strength_text(*parts), atc=atc)


def strength_text(amount: str, unit: str, per: str, per_unit: str) -> str:
    """«50 mg», «20 mg/ml», «10 mg/16 timer»."""
    below = ""
    if per_unit:
        below = f"/{per_unit}" if per in {"", "1"} else f"/{_decimal(per)} {per_unit}"
    return f"{_decimal(amount)} {unit}{below}".strip()


def _decimal(number: str) -> str:
    return number.removesuffix(".0").replace(".", ",")


def _load_groups(skeleton: Skeleton) -> None:
    details = ("detail__strengths", "detail__substances", "detail__brands", "detail__packages")
    for row in _drugs("group").values(*LIGHT, *details):
        strengths, substances, brands, packages = (row.pop(name) for name in details)
        bone = Bone(**row, strengths=tuple(strengths), substances=tuple(substances))
        skeleton.groups[bone.key] = bone
        skeleton.brands_of[bone.key] = tuple(brands)
        skeleton.group_of |= dict.fromkeys([*brands, *packages], bone.key)


def _load_brands(skeleton: Skeleton) -> None:
    details = ("detail__strengths", "detail__substances")
    for row in _drugs("brand").values(*LIGHT, *details):
        strengths, substances = (row.pop(name) for name in details)
        bone = Bone(**row, strengths=tuple(strengths), substances=tuple(substances))
        skeleton.brands[bone.key] = bone


def _load_packages(skeleton: Skeleton, today: date) -> None:
    dates = ("marketed_on", "withdrawn_on", "suspended_on")
    for row in _drugs("package").values(*LIGHT, *dates, "detail__info"):
        info = row.pop("detail__info")
        marketed, withdrawn, suspended = (row.pop(name) for name in dates)
        bone = Bone(**row)
        skeleton.packages[bone.key] = bone
        skeleton.markets[bone.key] = Market(
            withdrawn=withdrawn is not None and withdrawn <= today,
            suspended=suspended is not None and suspended <= today,
            future=marketed is not None and marketed > today,
        )
        for part in info:
            skeleton.packages_of[part["brand"]].append(bone.key)
            skeleton.brand_of.setdefault(bone.key, part["brand"])


def _drugs(kind: str) -> QuerySet[Drug]:
    return Drug.objects.filter(kind=kind, expired_on=None)
