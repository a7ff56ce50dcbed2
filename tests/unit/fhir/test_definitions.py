"""What the APIs say of themselves, against what they do."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from sfm.fhir.basis import get_medication, names, views
from sfm.fhir.data_sharing.r4 import json_form
from sfm.fhir.definitions import codes, operations, structures

PAPERS = Path(__file__).resolve().parents[3] / "docs" / "integration"


def test_every_code_of_an_error_is_in_the_catalogue() -> None:
    text = (PAPERS / "errors.md").read_text(encoding="utf-8")
    assert not [code for code in codes.issues() if code not in text]


def test_every_operation_has_its_definition() -> None:
    assert set(operations.OPERATIONS) == set(views.OPERATIONS)
    assert set(codes.CONSENTS) == set(get_medication.TO_KJ)
    told = {one["id"]: one for one in structures.every()}
    assert len(told) == len(structures.every())
    written = {
        value
        for name, value in vars(names).items()
        if str(value).startswith(names.PROFILE) and name != "PROFILE"
    }
    assert {url.rpartition("/")[2] for url in written} <= set(told)


def test_the_digits_of_a_stranger_are_kept_and_ours_are_plain() -> None:
    text = b'{"a":[1.50,-0.0,1E+2,7],"b":"1.50"}'
    assert json_form.write(json_form.read(text)) == text
    assert json_form.write({"a": Decimal("100.000"), "b": Decimal("2.5")}) == b'{"a":100,"b":2.5}'
