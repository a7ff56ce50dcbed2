"""Every kind of dose, said as it is written down in tests/golden/dosage_texts.txt, in both languages."""

from __future__ import annotations

import pytest

from sfm.medication.rules import dosage_data, dosage_structure, dosage_text
from sfm.medication.rules.dosage import StructuredDosage
from tests import golden

ROWS = golden.dosage_texts()


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_the_label_says(row: golden.DosageText) -> None:
    assert dosage_text.text(row.dosage) == row.bokmaal
    assert dosage_text.text(row.dosage, locale="nn") == row.nynorsk


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_is_said_can_be_meant_and_stored(row: golden.DosageText) -> None:
    dosage = row.dosage
    assert isinstance(dosage.instruction, StructuredDosage)
    assert dosage_structure.structure_problem(dosage.instruction) == ""
    assert dosage_data.from_data(dosage_data.to_data(dosage)) == dosage
    assert not dosage_structure.FORBIDDEN & set(row.bokmaal + row.nynorsk)


def test_there_are_enough_to_hold_the_rules() -> None:
    assert len(ROWS) >= 120
    assert len({row.bokmaal for row in ROWS}) >= 120


def test_no_other_language_is_pretended() -> None:
    with pytest.raises(ValueError, match="de"):
        dosage_text.text(ROWS[0].dosage, locale="de")
