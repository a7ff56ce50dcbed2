"""The line of sources: a few words each, and a whole sentence behind what went wrong."""

from __future__ import annotations

import pytest

from portals.shared import source_strip
from sfm.medication.queries.rows import SourceLine

RAW = "Feil 403: pasient har reservasjon (tjeneste HJ-2)"


def line(source: str, state: str = "ok", text: str = "12:04", **more: str) -> SourceLine:
    return SourceLine(source=source, state=state, succeeded_at=None, text=text, **more)


def test_neighbours_that_say_the_same_say_it_together() -> None:
    lines = [line("RF"), line("PLL"), line("KJ", text="12:06"), line("KI")]
    assert [(one.names, one.text) for one in source_strip.told(lines)] == [
        ("RF · PLL", "12:04"),
        ("KJ", "12:06"),
        ("KI", "12:04"),
    ]


@pytest.mark.parametrize(
    ("source", "state", "code", "short", "whole"),
    [
        ("KJ", "refused", "KJF-000204", "pasienten er reservert", "Pasienten er reservert i kjernejournal."),
        ("KI", "refused", "KJF-000206", "ingen tilgang", "Kjernejournal ga ikke tilgang (KJF-000206)."),
        ("RF", "refused", "364", "sperret av pasienten", "Pasienten har sperret innsyn i Reseptformidleren."),
        ("RF", "failed", "E01", "svarer ikke (sist 08:12)", "Listen er fra 08:12. Du kan arbeide lokalt"),
        (
            "KJ",
            "failed",
            "E02",
            "svarer ikke (sist 08:12)",
            "Kjernejournal svarer ikke. Siste oppslag 08:12.",
        ),
        ("RF", "refused", "", "kan ikke slås opp", "verken fødselsnummer eller D-nummer"),
    ],
)
def test_a_failure_has_a_few_words_and_a_sentence(
    source: str, state: str, code: str, short: str, whole: str
) -> None:
    (told,) = source_strip.told([line(source, state, RAW, error_code=code, said=RAW, last="08:12")])
    assert told.text == short
    assert whole in told.whole


def test_what_kj_wrote_for_its_own_screens_is_never_shown() -> None:
    for code in ("KJF-000204", "KJF-000999", "E03"):
        (told,) = source_strip.told([line("KJ", "refused", RAW, error_code=code, said=RAW)])
        assert "403" not in told.text + told.whole


def test_a_question_rf_refused_says_why() -> None:
    said = "Rekvirenten er ikke autorisert (49)"
    (told,) = source_strip.told([line("RF", "failed", said, error_code="49", said=said)])
    assert told.text == "avviste spørsmålet"
    assert told.whole == f"Reseptformidleren avviste spørsmålet: {said}."
