"""Names we send beside codes are the code lists' own."""

from __future__ import annotations

import csv

import pytest

from sfm.wire import apprec, codes_7419, messages
from sfm.wire.values import OID_PREFIX, ident
from tests.unit.wire import official


@pytest.fixture(scope="module")
def names() -> dict[tuple[str, str], str]:
    with (official.folder().parent / "codelists" / "volven.csv").open(encoding="utf-8", newline="") as file:
        return {
            (row["oid"].removeprefix(OID_PREFIX), row["code"]): row["display"] for row in csv.DictReader(file)
        }


def test_message_types(names: dict[tuple[str, str], str]) -> None:
    ours = {("8279", kind.code): kind.name for kind in messages.BY_CODE.values()}
    assert ours.pop(("8279", "ERMV")) == "Verify"  # RF error 312
    assert ours == {key: names[key] for key in ours}


@pytest.mark.parametrize("kind", ["FNR", "DNR", "HPR", "HER", "ENH", "RSH", "LOK", "AKO"])
def test_kinds_of_identifiers(kind: str, names: dict[tuple[str, str], str]) -> None:
    made = ident(kind, "1").type
    assert made.system is not None
    assert made.display == names[(made.system.removeprefix(OID_PREFIX), kind)]


def test_receipt_statuses(names: dict[tuple[str, str], str]) -> None:
    for status in (apprec.OK, apprec.REJECTED, apprec.OK_WITH_ERROR):
        assert status.display == names[("8258", str(status.code))]


def test_error_codes(names: dict[tuple[str, str], str]) -> None:
    published = {code: display.strip() for (number, code), display in names.items() if number == "7419"}
    assert {code: ours.display for code, ours in codes_7419.every().items()} == published
