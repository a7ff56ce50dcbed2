"""A person's name in a narrow column."""

from __future__ import annotations

import pytest

from sfm.core import names


@pytest.mark.parametrize(
    ("whole", "short"),
    [
        ("Kåre Oppdiktet Demofremmed", "K. Demofremmed"),
        ("Demofremmed, Kåre Oppdiktet", "K. Demofremmed"),
        ("Reseptformidleren", "Reseptformidleren"),
        ("", ""),
    ],
)
def test_a_name_is_an_initial_and_a_family_name(whole: str, short: str) -> None:
    assert names.short(whole) == short
    assert names.label(names.short(whole), "Legevakten") == f"{short}, Legevakten".removeprefix(", ")
