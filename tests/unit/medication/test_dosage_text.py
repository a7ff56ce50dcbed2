"""What the label says (clinical.md 8.5)."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal

import pytest

from sfm.medication.rules import dosage_text, quick
from sfm.medication.rules.dosage import (
    AsNeededDose,
    Dosage,
    DosagePeriod,
    FixedDose,
    FreeTextDosage,
    ShortDose,
    StructuredDosage,
)

TABLET, CAPSULE, ML, DROP = "13", "6", "8", "3"


def said(dosage: Dosage | None) -> str:
    assert dosage is not None
    return dosage_text.text(dosage).replace("\u00a0", " ")


def structured(*periods: DosagePeriod, unit: str = TABLET) -> Dosage:
    return Dosage(unit=unit, instruction=StructuredDosage(periods=periods))


def fixed(amount: str, **when: object) -> FixedDose:
    return FixedDose(amount=Decimal(amount), **when)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        ("1+0+1", "1 tablett morgen og kveld"),
        ("1+0+1+1", "1 tablett morgen, kveld og natt"),
        ("1+0+0+0+1+1", "1 tablett morgen, kveld og natt"),
        ("2+0+1", "2 tabletter morgen, 1 tablett kveld"),
        ("1x3", "1 tablett morgen, midt på dagen og kveld"),
        ("1 x 1", "1 tablett morgen"),
        ("2 vesp", "2 tabletter kveld"),
        ("2 tabl vesp", "2 tabletter kveld"),
        ("½ kveld", "½ tablett kveld"),
        ("1½ morgen", "1½ tablett morgen"),
        ("1,5 morgen", "1½ tablett morgen"),
        ("0,25 morgen", "0,25 tablett morgen"),
        ("1 vb maks 4", "1 tablett ved behov, inntil 4 ganger i døgnet"),
        ("1-2 vb", "1–2 tabletter ved behov"),
        ("1 man,ons,fre", "1 tablett mandag, onsdag og fredag"),
        ("1 morgen mandag og torsdag", "1 tablett morgen mandag og torsdag"),
        ("1 vb minst 20 min mellom", "1 tablett ved behov. Minst 20 minutter mellom hver dose."),
        ("1 vb minst 80 min mellom", "1 tablett ved behov. Minst 80 minutter mellom hver dose."),
        ("1 vb minst 90 min mellom", "1 tablett ved behov. Minst 1,5 timer mellom hver dose."),
        ("1 hver 3. dag", "1 tablett hver 3. dag"),
        ("1 hver 2. dag", "1 tablett annenhver dag"),
        ("1 21/7", "1 tablett i 21 dager, deretter 7 dager pause"),
    ],
)
def test_quick_entries_become_sentences(entry: str, text: str) -> None:
    assert said(quick.parse(entry, TABLET)) == text


@pytest.mark.parametrize("entry", ["", "etter avtale", "0+0+0", "1+", "x3", "1 fjompedag", "3-1 vb", "1x9"])
def test_what_is_not_a_quick_entry_stays_text(entry: str) -> None:
    assert quick.parse(entry, TABLET) is None


def test_half_a_tablet_on_weekdays() -> None:
    dose = structured(DosagePeriod(fixed=(fixed("0.5", time_of_day="5", weekdays=(1, 3, 5)),)))
    assert said(dose) == "½ tablett kveld mandag, onsdag og fredag"


def test_periods_follow_each_other() -> None:
    taper = structured(
        DosagePeriod(
            starts_on=date(2026, 3, 1), ends_on=date(2026, 3, 7), fixed=(fixed("4", time_of_day="1"),)
        ),
        DosagePeriod(
            starts_on=date(2026, 3, 8), ends_on=date(2026, 3, 14), fixed=(fixed("2", time_of_day="1"),)
        ),
    )
    assert said(taper) == "4 tabletter morgen i 7 dager, deretter 2 tabletter morgen i 7 dager"


def test_as_needed_with_limits() -> None:
    needed = AsNeededDose(
        amount_min=Decimal(1),
        amount_max=Decimal(2),
        max_times_per_day=4,
        max_per_day=Decimal(8),
        reason="smerter",
    )
    assert said(structured(DosagePeriod(as_needed=needed))) == (
        "1–2 tabletter ved behov ved smerter, inntil 4 ganger i døgnet. Maks 8 tabletter per døgn."
    )


@pytest.mark.parametrize(
    ("unit", "amount", "text"),
    [
        (ML, "2.5", "2,5 ml morgen"),
        (ML, "1000", "1 000 ml morgen"),
        (CAPSULE, "2", "2 kapsler morgen"),
        (DROP, "1", "1 dråpe morgen"),
        (DROP, "2", "2 dråper morgen"),
        ("17", "20", "20 enheter morgen"),
        ("74", "100", "100 mikrogram morgen"),
    ],
)
def test_units_and_numbers(unit: str, amount: str, text: str) -> None:
    assert said(structured(DosagePeriod(fixed=(fixed(amount, time_of_day="1"),)), unit=unit)) == text


def test_clock_times() -> None:
    dose = structured(DosagePeriod(fixed=(fixed("1", clock=time(8)), fixed("1", clock=time(20)))))
    assert said(dose) == "1 tablett kl. 08:00 og 20:00"


def test_short_dose_takes_the_unit() -> None:
    short = Dosage(
        unit=CAPSULE, instruction=ShortDose(code="93", template="1 <dose> morgen og 2 <doser> kveld")
    )
    assert said(short) == "1 kapsel morgen og 2 kapsler kveld"


def test_text_edited_by_hand_wins() -> None:
    edited = Dosage(
        unit=TABLET, instruction=FreeTextDosage(text="1 om dagen"), text_override="1 annenhver uke"
    )
    assert said(edited) == "1 annenhver uke"


@pytest.mark.parametrize(
    ("sentence", "parts"),
    [
        ("1\u00a0tablett morgen", ("", "1\u00a0tablett", "morgen")),
        ("½\u00a0tablett kveld", ("", "½\u00a0tablett", "kveld")),
        ("1–2\u00a0tabletter ved behov", ("", "1–2\u00a0tabletter", "ved behov")),
        ("Ta 2 tabletter om kvelden", ("Ta", "2 tabletter", "om kvelden")),
        ("Etter avtale", ("Etter avtale", "", "")),
    ],
)
def test_the_amount_is_cut_out_for_the_eye(sentence: str, parts: tuple[str, str, str]) -> None:
    assert dosage_text.cut(sentence) == parts
