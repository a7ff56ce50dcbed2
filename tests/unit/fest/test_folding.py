from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfm.fest.folding import fold, one_edit, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Østradiol", "oestradiol"),
        ("Østradiol", "ostradiol"),
        ("Marevån", "marevaan"),
        ("Ærlig", "aerlig"),
        ("é", "e"),
    ],
)
def test_same_word(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Selo-Zok 50mg", ["selo", "zok", "50", "mg"]),
        ("0.5 mg/ml", ["0,5", "mg", "ml"]),
        ("vitamin B12", ["vitamin", "b12"]),
        ("paracetamol.", ["paracetamol"]),
        ("", []),
    ],
)
def test_words(text: str, found: list[str]) -> None:
    assert words(text) == found


@given(st.text(alphabet="abcdefgh", min_size=1, max_size=8), st.data())
def test_a_slip_can_be_slipped_back(word: str, data: st.DataObject) -> None:
    slip = data.draw(st.sampled_from(sorted(one_edit(word, "abcdefgh"))))
    assert word in one_edit(slip, "abcdefgh")
    assert abs(len(slip) - len(word)) <= 1
