"""The permission matrix as data: which row a person stands in, and what the row allows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from sfm.identity.permissions import SCOPES, Permission

if TYPE_CHECKING:
    from collections.abc import Mapping

CONTENT = Path(__file__).parent / "content" / "permission_matrix.yaml"
NO_ROW = "ADMIN_PERSON"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of the matrix for one person: `start` from the beginning, `ceiling` the most that can be given.

    `reasons` says why a permission within the columns is missing; `anchors` where the rule comes from.
    """

    name: str
    start: frozenset[str]
    ceiling: frozenset[str]
    scopes: frozenset[str]
    limits: tuple[str, ...]
    anchors: tuple[str, ...]


@cache
def _content() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(CONTENT.read_text(encoding="utf-8"))
    return content


def row_name(category: str, hpr_rights: Mapping[str, Any]) -> str:
    """The row of a Volven 9060 category, narrowed by what HPR says. Unknown categories have no clinical rights."""
    if hpr_rights.get("unknown"):  # HPR has answered, and knows of no valid approval
        return NO_ROW
    name: str = _content()["rows"].get(category, NO_ROW)
    if name == "LE":
        return _doctor(hpr_rights)
    return "SP_public_health" if name == "SP" and hpr_rights.get("public_health") else name


def row_names() -> tuple[str, ...]:
    return tuple(_content()["categories"])


@cache
def row(name: str, *, prescribing: bool) -> Row:
    """`prescribing`: does HPR grant a right to prescribe? Without it the row keeps only what needs none."""
    cells = _content()["categories"][name]
    limits = tuple(cells.get("limits", ()))
    start, extra = _opened(cells, prescribing=prescribing)
    removed, scopes = _narrowed(limits)
    may_prescribe = prescribing and cells["rx"] != "none"
    return Row(
        name=name,
        start=frozenset(start - removed),
        ceiling=frozenset((start | extra) - removed),
        scopes=scopes if may_prescribe else frozenset(),
        limits=limits if may_prescribe else (),
        anchors=tuple(cells["anchors"]),
    )


def administrator_permissions(role: str) -> frozenset[str]:
    return frozenset(_content()["administrators"][role])


def anchor_text(anchor: str) -> str:
    return str(_content()["anchors"][anchor])


def _doctor(hpr_rights: Mapping[str, Any]) -> str:
    if hpr_rights.get("licence"):
        return "LE_licence"
    if hpr_rights.get("not_ab"):
        return "LE_not_ab"
    return "LE_not_a" if hpr_rights.get("not_a") else "LE"


def _opened(cells: Mapping[str, Any], *, prescribing: bool) -> tuple[set[str], set[str]]:
    grants = _content()["grants"]
    start: set[str] = set()
    extra: set[str] = set()
    for column in _content()["columns"]:
        if _needs_right(column, cells[column]) and not prescribing:
            continue
        if column == "rx" and cells["m1m5"] == "none":  # a prescription that cannot be sent is not offered
            continue
        opened = grants.get(column, {}).get(cells[column], {})
        start |= set(opened.get("start", ()))
        extra |= set(opened.get("may", ()))
    return start, extra


def _needs_right(column: str, value: str) -> bool:
    return column in {"rx", "m1m5", "pll", "approve"} or value == "if_hpr"


def _narrowed(limits: tuple[str, ...]) -> tuple[set[str], frozenset[str]]:
    rules = [_content()["limits"][limit] for limit in limits]
    removed = {permission for rule in rules for permission in rule.get("remove", ())}
    scopes = frozenset(Permission(rule["scope"]) for rule in rules if "scope" in rule)
    if not scopes <= SCOPES:
        raise ValueError("permission_matrix.yaml: a limit names something that is not a scope")
    return removed, scopes
