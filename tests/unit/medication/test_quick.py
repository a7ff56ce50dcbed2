"""A quick entry is understood, or refused with the reason: nothing is guessed (clinical.md 8.4)."""

from __future__ import annotations

import pytest

from sfm.core.errors import Invalid
from sfm.medication.rules import quick


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ("", "Forstår ikke"),
        ("litt nå og da", "Forstår ikke"),
        ("1 fjomp kveld", "ved «fjomp kveld»"),
        ("1 morgen!", "ved «!»"),
        ("1", "Skriv når"),
        ("1 i uken", "Skriv når"),
        ("1-2 morgen", "ved behov"),
        ("1+0+1+1+1", "to, tre, fire eller seks"),
        ("0+0+0", "større enn null"),
        ("0 vb", "null"),
        ("3-1 vb", "større enn største"),
        ("2 kaps morgen", "doseres i tabletter, ikke i kaps"),
        ("20 mg morgen", "doseres i tabletter, ikke i mg"),
        ("1x9", "klokkeslett"),
        ("1.000 morgen", "uten punktum"),
        ("1 vb maks 10.000 tabletter per uke", "uten punktum"),
        ("1x3 morgen", "3 ganger, men 1 tidspunkt"),
        ("1 2 ganger i uken", "hvilke ukedager"),
        ("1 morgen mandag, 1 kveld", "hvilke dager"),
        ("1 morgen og 1 morgen", "flere ganger"),
        ("1 kl 25", "klokkeslett"),
        ("1 32.13.2026", "ingen dato"),
        ("1 den 32. hver måned", "31 dager"),
        ("1 3/4 kveld", "brøk"),
        ("1 man,fre-ons", "fra mandag mot søndag"),
        ("1 vb maks 4 maks 5", "to ganger"),
        ("1 vb maks 3 per uke", "regnes per døgn"),
        ("1 vb maks 3 i 10 dager", "per 10 dager"),
        ("1 morgen, deretter 2 morgen", "hvor lenge"),
        ("1 vb i 3 dager, deretter 1 daglig", "egen behandling"),
        ("5→20 +4/uke", "går ikke opp"),
        ("5→20 -5/uke", "feil vei"),
        ("5→20", "hvor ofte"),
        ("1 morgen, opp 1 per uke", "hvor langt opp"),
        ("5→5 +1/uke", "like"),
        ("100→0 -1/dag", "60 trinn"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(entry: str, reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        quick.read(entry, "13")
    assert reason in refused.value.text
    assert quick.parse(entry, "13") is None


@pytest.mark.parametrize(
    ("unit", "word"), [("17", "IE"), ("8", "ml"), ("6", "kaps."), ("3", "dr"), ("13", "stk")]
)
def test_the_unit_may_be_said_in_passing(unit: str, word: str) -> None:
    assert quick.read(f"2 {word} vesp", unit) == quick.read("2 vesp", unit)
