"""The dose in English, for the patient's own list."""

from __future__ import annotations

import pytest

from sfm.medication.rules import dosage_text, quick

TABLET = "13"


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("1+0+1", "1 tablet morning and evening"),
        ("½+0+1½", "½ tablet morning, 1½ tablet evening"),
        ("1x3 i 7 dager", "1 tablet morning, midday and evening for 7 days"),
        ("2 man,ons kveld", "2 tablets evening Monday and Wednesday"),
        ("1 hver 2. dag", "1 tablet every other day"),
        ("1-2 vb maks 4", "1–2 tablets when needed, up to 4 times in 24 hours"),
    ],
)
def test_the_dose_is_said_in_english(entry: str, said: str) -> None:
    dosage = quick.parse(entry, TABLET)
    assert dosage is not None
    assert dosage_text.text(dosage, locale="en").replace("\N{NO-BREAK SPACE}", " ") == said


def test_an_english_number_has_a_point() -> None:
    dosage = quick.parse("2,5+0+0", "8")
    assert dosage is not None
    assert dosage_text.text(dosage, locale="en").startswith("2.5")
