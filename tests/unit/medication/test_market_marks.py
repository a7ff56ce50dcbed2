"""A product that has left FEST or the market is marked in the list, and what FEST never had is not."""

from __future__ import annotations

from types import SimpleNamespace
from uuid import uuid4

import pytest

from sfm.fest.skeleton import Bone, Market, Skeleton
from sfm.medication.models import Treatment
from sfm.medication.queries import market_marks


def bone(key: str) -> Bone:
    return Bone(
        key=key, name=key, brand=key, varenr="", atc="", dispensing_group="C", form_name="", application="",
        black_triangle=False, reimbursed=False,
    )  # fmt: skip


def bones(*, shortage: bool = False, **market: bool) -> Skeleton:
    made = Skeleton(groups={"G": bone("G")}, brands={"B": bone("B")}, packages={"P": bone("P")})
    made.brands_of["G"], made.group_of["B"], made.group_of["P"], made.brand_of["P"] = ("B",), "G", "G", "B"
    made.packages_of["B"].append("P")
    made.markets["P"] = Market(**({"withdrawn": False, "suspended": False, "future": False} | market))
    made.shortages = {"G"} if shortage else set()
    return made


def letter(known: Skeleton, **row: object) -> str:
    values = {"product_kind": "group", "fest_id": "G", "fest_version": "7", "id": uuid4()} | row
    treatment = Treatment(**values)  # type: ignore[arg-type]
    found = market_marks.added({}, [treatment], SimpleNamespace(skeleton=known))  # type: ignore[arg-type]
    return "".join(mark.letter for mark in found.get(treatment.pk, ()))


@pytest.mark.parametrize("kind", ["group", "brand", "package"])
def test_what_is_in_the_market_has_no_mark(kind: str) -> None:
    assert letter(bones(), product_kind=kind, fest_id=kind[0].upper()) == ""


def test_what_has_left_fest_is_gone() -> None:
    assert letter(bones(), fest_id="X") == "U"
    assert letter(bones(), fest_id="X", product_kind="package") == "U"


def test_what_never_was_in_our_fest_is_not_marked() -> None:
    assert letter(bones(), fest_id="X", fest_version="") == ""
    assert letter(bones(), fest_id="X", product_kind="local") == ""


def test_all_packages_must_be_gone_before_the_substance_is() -> None:
    assert letter(bones(withdrawn=True)) == "U"
    assert letter(bones(suspended=True)) == "M"
    two = bones(withdrawn=True)
    two.packages_of["B"].append("Q")
    two.markets["Q"] = Market(withdrawn=False, suspended=False, future=False)
    assert letter(two) == ""


def test_a_shortage_of_the_group_marks_its_packages() -> None:
    assert letter(bones(shortage=True), product_kind="package", fest_id="P") == "L"


def test_an_ended_treatment_is_left_in_peace() -> None:
    assert letter(bones(), fest_id="X", lifecycle="discontinued") == ""
