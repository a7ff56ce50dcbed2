"""The boxes of the dose: what they say is the dose, and a stored dose comes back to the same boxes."""

from __future__ import annotations

import pytest

from portals.treatment.forms import dosing
from portals.treatment.forms.offer import Offer
from portals.treatment.forms.reading import Reading
from sfm.medication.rules import dosage_text
from sfm.medication.rules.dosage import Dosage
from tests import golden
from tests.factories import contents

OFFER = Offer(
    product=contents.METOPROLOL, base=None, base_name="", group_level=False, unit="13", dose_units=("13",)
)


def read(**fields: str) -> tuple[Dosage, Reading]:
    reading = Reading({"dose_mode": "structured"} | fields)
    return dosing.read(reading, OFFER), reading


def said(**fields: str) -> str:
    dosage, reading = read(**fields)
    assert reading.problems == {}
    return dosage_text.text(dosage).replace(golden.NBSP, " ")


@pytest.mark.parametrize(
    ("fields", "label"),
    [
        ({"t5": "½", "d1": "1", "d3": "1", "d5": "1"}, "½ tablett kveld mandag, onsdag og fredag"),
        ({"t1": "1", "every": "3"}, "1 tablett morgen hver 3. dag"),
        (
            {"t1": "1", "days_on": "21", "days_off": "7"},
            "1 tablett morgen i 21 dager, deretter 7 dager pause",
        ),
        ({"t1": "1", "month_days": "1. og 15."}, "1 tablett morgen den 1. og 15. hver måned"),
        ({"c1": "8", "ca1": "1", "c2": "20:30", "ca2": "2"}, "1 tablett kl. 08:00, 2 tabletter kl. 20:30"),
        (
            {"tp_start": "3", "tp_step": "1", "tp_every": "7", "tp_target": "0", "tp_time": "t1"},
            "3 tabletter morgen i 7 dager, deretter 2 tabletter morgen i 7 dager, deretter 1 tablett morgen i 7 dager",
        ),
    ],
)
def test_the_boxes_say(fields: dict[str, str], label: str) -> None:
    assert said(**fields) == label


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"c1": "25:00", "ca1": "1"}, "klokkeslettet"),
        ({"ca1": "1"}, "klokkeslettet"),
        ({"t1": "1", "month_days": "mange"}, "som tall"),
        ({"tp_start": "3"}, "start, trinn"),
        ({"tp_start": "3", "tp_step": "2", "tp_every": "7", "tp_target": "0"}, "går ikke opp"),
        ({"t1": "1", "dose_unit": "8"}, "doseres i tabletter"),
        ({"quick": "2 kaps vesp"}, "ikke i kaps"),
    ],
)
def test_what_cannot_be_is_said_at_the_dose(fields: dict[str, str], problem: str) -> None:
    _, reading = read(**fields)
    assert problem in reading.problems["dosage"]


@pytest.mark.parametrize("row", [row for row in golden.dosage_texts() if row.unit == "13"], ids=str)
def test_every_dose_survives_the_form(row: golden.DosageText) -> None:
    again = dosing.read(Reading(dosing.fields(row.dosage)), OFFER)
    assert dosage_text.text(again) == row.bokmaal
    assert dosage_text.text(again, locale="nn") == row.nynorsk


def test_a_sequence_is_shown_as_its_own_words_and_a_reason_is_kept() -> None:
    dosage = contents.dosage("2x2 i 5 dager, deretter 1x2")
    assert dosing.fields(dosage)["quick"].startswith("2")
    daily, _ = read(t1="1", dose_reason="Avtalt med revmatolog")
    assert daily.reason == "Avtalt med revmatolog"
    assert dosing.fields(daily)["dose_reason"] == "Avtalt med revmatolog"
