from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from sfm.core.errors import Conflict, Invalid, NotFound
from sfm.tenancy import organisations
from sfm.tenancy.models import OrganisationKind
from sfm.tenancy.organisations import OrganisationData

if TYPE_CHECKING:
    from sfm.tenancy.models import Journal

OFFICE = OrganisationData(name="Åsen legekontor", orgnr="310 000 019", type_code=3, her_id="7654321")


def test_a_unit_begins_passive_and_with_tidy_identifiers(journal: Journal) -> None:
    unit = organisations.register(journal, OFFICE)
    assert not unit.active
    assert unit.orgnr == "310000019"
    assert organisations.find(journal, unit.pk) == unit


def test_a_her_id_lives_in_one_active_unit(journal: Journal, other_journal: Journal) -> None:
    first = organisations.activate(organisations.register(journal, OFFICE))
    second = organisations.register(other_journal, OFFICE)
    with pytest.raises(Conflict, match="HER-id"):
        organisations.activate(second)
    assert organisations.last_with_her_id(first)
    organisations.deactivate(first)
    assert organisations.activate(second).active


def test_no_unit_comes_below_what_lies_below_it(journal: Journal) -> None:
    top = organisations.register(journal, OFFICE)
    middle = organisations.register(journal, replace(OFFICE, name="A", her_id="", parent=top))
    lowest = organisations.register(journal, replace(OFFICE, name="B", her_id="", parent=middle))
    with pytest.raises(Invalid):
        organisations.change(top, replace(OFFICE, parent=lowest))
    assert organisations.change(lowest, replace(OFFICE, name="B", her_id="", parent=top)).parent == top


def test_departments_come_after_the_unit_they_belong_to(journal: Journal) -> None:
    unit = organisations.register(journal, OFFICE)
    department = replace(OFFICE, name="A-teamet", her_id="", parent=unit, kind=OrganisationKind.DEPARTMENT)
    child = organisations.register(journal, department)
    order = organisations.of_journal(journal)
    assert order.index(unit) < order.index(child)


def test_a_unit_of_another_journal_is_not_found(journal: Journal, other_journal: Journal) -> None:
    unit = organisations.register(other_journal, OFFICE)
    for organisation_id in (unit.pk, uuid4()):
        with pytest.raises(NotFound):
            organisations.find(journal, organisation_id)


@pytest.mark.parametrize("wrong", [{"orgnr": "123"}, {"her_id": "x"}, {"type_code": 42}, {"name": " "}])
def test_what_cannot_be_right_is_refused(journal: Journal, wrong: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        organisations.register(journal, replace(OFFICE, **wrong))  # type: ignore[arg-type]
