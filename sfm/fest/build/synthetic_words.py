"""Invented names: sound like drugs, are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprstvxz" for vowel in "aeio"]
ENDINGS = (
    "pril",
    "sartan",
    "olol",
    "statin",
    "azol",
    "mycin",
    "tidin",
    "zepam",
    "mab",
    "nib",
    "vir",
    "amin",
    "idin",
)
SENTENCES = """behandling dosen bør vurderes sammen med pasienten når nyrefunksjonen er nedsatt og konsentrasjonen
i blodet kan stige over flere dager dette er sett i studier med friske frivillige men betydningen er usikker mål
serumkonsentrasjon ved oppstart og seponering følg med på bivirkninger særlig hos eldre"""
WORDS = SENTENCES.split()
LETTERS = "ABCDGHJLMNPRSV"


class Names:
    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        # one long text that every text is cut from: a file of 118 MB must not take minutes
        self._text = " ".join(dice.choice(WORDS) for _ in range(20_000))

    def many(self, count: int) -> list[str]:
        """So many different substance names."""
        found: dict[str, None] = {}
        while len(found) < count:
            found[self._stem(2, 4) + self._dice.choice(ENDINGS)] = None
        return list(found)

    def brand(self) -> str:
        return self._stem(3, 5).capitalize()

    def atc(self) -> str:
        dice = self._dice
        return (
            f"{dice.choice(LETTERS)}{dice.randrange(1, 20):02}{dice.choice('ABCDEF')}"
            f"{dice.choice('ABCDEFGHX')}{dice.randrange(1, 60):02}"
        )

    def text(self, length: int) -> str:
        start = self._dice.randrange(len(self._text) - length)
        return self._text[start : start + length].strip() or "tekst"

    def _stem(self, fewest: int, most: int) -> str:
        return "".join(self._dice.choice(SYLLABLES) for _ in range(self._dice.randint(fewest, most)))
