"""(Handelsvarer) Consumables and nutrition products: product groups (7403) and the articles in them (fest.md 5.8)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sfm.core.errors import NotFound
from sfm.fest.folding import words
from sfm.fest.models import CodeValue, Commodity, ReimbursementGroup, Term, Version

if TYPE_CHECKING:
    from collections.abc import Iterable

GROUPS = "2.16.578.1.12.4.1.1.7403"
KINDS = {"5": "consumable", "6": "nutrition"}  # first digit; 9 is breast prostheses, which RF does not take
TOP, ARTICLE_GROUP = 3, 7  # digits of a group that can be prescribed
OWN_LEVEL = "11"  # 7439: the 7-digit group is prescribed by itself


@dataclass(frozen=True, kw_only=True, slots=True)
class WareTerm:
    """A vilkår of a group: its text, and what of it can be computed. Ages in whole years."""

    text: str
    youngest: int | None = None
    below: int | None = None
    per_day: bool = False  # the number per day must be stated (22)
    per_year: int | None = None  # (15)


@dataclass(frozen=True, kw_only=True, slots=True)
class WareGroup:
    code: str
    name: str
    kind: str  # consumable | nutrition
    top: str = ""  # name of the three-digit group above
    terms: tuple[WareTerm, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Ware:
    """An article. `count` is pieces per package, as FEST writes it."""

    number: str
    name: str
    supplier: str
    count: str
    group: str


def prescribable() -> tuple[WareGroup, ...]:
    """Every group that can be prescribed, in the order of the codes."""
    return _groups(_version())


def group(code: str) -> WareGroup:
    """:raises NotFound: it is not a group that can be prescribed."""
    found = next((one for one in prescribable() if one.code == code), None)
    if found is None:
        raise NotFound("Produktgruppen finnes ikke, eller kan ikke forskrives på dette nivået.")
    return found


def articles(code: str) -> tuple[Ware, ...]:
    """The articles of a group and of the groups under it, by name."""
    rows = Commodity.objects.filter(product_group__startswith=code, expired_on=None).order_by("name")
    return tuple(_article(row) for row in rows)


def search(
    text: str, *, kind: str = "", limit: int = 20, version: int | None = None
) -> tuple[tuple[WareGroup, ...], int]:
    """Groups whose own name, or an article's, begins every word typed (all when nothing is); and how many there are.
    `version` saves a query when the caller knows the catalogue in use."""
    typed = words(text)
    if text and not typed:
        return (), 0
    named = _searched(version or _version())
    found = [one for one, spoken in named if (not kind or one.kind == kind) and _says(spoken, typed)]
    found.sort(key=lambda one: not _says(words(one.name), typed))  # by its own name before by an article's
    return tuple(found[:limit]), len(found)


def _says(spoken: Iterable[str], typed: list[str]) -> bool:
    return all(any(word.startswith(part) for word in spoken) for part in typed)


def _version() -> int:
    return Version.objects.filter(is_current=True).values_list("pk", flat=True).first() or 0


@lru_cache(maxsize=2)
def _groups(_version_id: int) -> tuple[WareGroup, ...]:
    names = dict(CodeValue.objects.filter(system=GROUPS, expired_on=None).values_list("code", "name"))
    terms = _terms()
    return tuple(
        WareGroup(
            code=code,
            name=name,
            kind=KINDS[code[0]],
            top=names.get(code[:TOP], "") if len(code) > TOP else "",
            terms=tuple(_term(row) for row in terms.get(code, ())),
        )
        for code, name in sorted(names.items())
        if code[:1] in KINDS and _is_prescribed(code, terms)
    )


def _is_prescribed(code: str, terms: dict[str, list[Term]]) -> bool:
    if len(code) == TOP:
        return True
    return len(code) == ARTICLE_GROUP and any(
        part["type"] == OWN_LEVEL for row in terms.get(code, ()) for part in row.structure
    )


def _terms() -> dict[str, list[Term]]:
    listed = {
        row.number: list(row.conditions)
        for row in ReimbursementGroup.objects.filter(expired_on=None)
        if row.number.isdigit()
    }
    wanted = {key for keys in listed.values() for key in keys}
    rows = {row.key: row for row in Term.objects.filter(key__in=wanted, expired_on=None)}
    return {number: [rows[key] for key in keys if key in rows] for number, keys in listed.items()}


def _term(row: Term) -> WareTerm:
    said: dict[str, Any] = {part["type"]: part for part in row.structure}
    return WareTerm(
        text=row.text,
        youngest=_number(said.get("1")),
        below=_number(said.get("2")),
        per_day="22" in said,
        per_year=_number(said.get("15")),
    )


def _number(part: dict[str, Any] | None) -> int | None:
    said = (part or {}).get("texts") or []
    return int(said[0]) if said and str(said[0]).isdigit() else None


@lru_cache(maxsize=2)
def _searched(version_id: int) -> tuple[tuple[WareGroup, frozenset[str]], ...]:
    spoken: dict[str, set[str]] = {one.code: set(words(one.name)) for one in _groups(version_id)}
    for number, name in Commodity.objects.filter(expired_on=None).values_list("product_group", "name"):
        for code in (number[:TOP], number):
            if code in spoken:
                spoken[code].update(words(name))
    return tuple((one, frozenset(spoken[one.code])) for one in _groups(version_id))


def _article(row: Commodity) -> Ware:
    return Ware(
        number=row.number,
        name=row.name,
        supplier=row.supplier,
        count=str(row.detail.get("count") or ""),
        group=row.product_group,
    )
