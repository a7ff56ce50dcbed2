"""A quick entry cut into tokens, and a reader that walks over them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from sfm.core.errors import Invalid
from sfm.core.quantity import NO_POINT, can_be_read_two_ways
from sfm.medication.rules.dosage_words import NBSP
from sfm.medication.rules.quick_words import TOKEN

if TYPE_CHECKING:
    from collections.abc import Collection

NOT_UNDERSTOOD = (
    "Forstår ikke hurtigdoseringen{}. Skriv for eksempel 1+0+1, 1x3, 2 vesp, 1 man,ons,fre, 1 hver 3. dag "
    "eller 1 vb maks 4."
)
MOST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str  # lower case
    start: int
    end: int


END = Token("end", "", -1, -1)


def tokens(entry: str) -> list[Token]:
    """Raises Invalid for a sign that has no meaning here."""
    found, place = [], 0
    while place < len(entry):
        if entry[place].isspace():
            place += 1
            continue
        match = TOKEN.match(entry, place)
        if match is None:
            raise Invalid(NOT_UNDERSTOOD.format(f" ved «{entry[place:][:20]}»"))
        kind = str(match.lastgroup)
        text = "vb" if match.group().startswith("v.") else match.group().lower()
        found.append(Token(kind, text, place, match.end()))
        place = match.end()
    return found


class Reader:
    """Walks over tokens. `take` moves on, `at` only looks."""

    def __init__(self, entry: str) -> None:
        self.entry = entry
        self._tokens = tokens(entry)
        self.place = 0

    def at(self, ahead: int = 0) -> Token:
        place = self.place + ahead
        return self._tokens[place] if place < len(self._tokens) else END

    def take(self) -> Token:
        token = self.at()
        self.place += 1
        return token

    def word(self, *words: str, ahead: int = 0) -> bool:
        return self.at(ahead).text in words and self.at(ahead).kind != "end"

    def accept(self, words: Collection[str]) -> bool:
        """Moves past the token when it is one of the words."""
        if self.at().kind == "end" or self.at().text not in words:
            return False
        self.place += 1
        return True

    def expect(self, words: Collection[str]) -> None:
        if not self.accept(words):
            raise self.lost()

    def whole(self) -> int:
        """A whole number above zero; an ordinal («3.») counts."""
        token = self.take()
        text = token.text.removesuffix(".")
        if token.kind not in ("number", "ordinal") or not text.isdecimal() or not 0 < int(text) < 10_000:
            self.place -= 1
            raise self.lost()
        return int(text)

    def lost(self) -> Invalid:
        token = self.at()
        where = f" ved «{self.entry[token.start :][:20].strip()}»" if token is not END else ""
        return Invalid(NOT_UNDERSTOOD.format(where if self.place else ""))


def amount(said: str) -> Decimal:
    """«1», «0,5», «½», «1½», «1 000». Raises ValueError; Invalid for «1.250», which says two things."""
    if can_be_read_two_ways(said):
        raise Invalid(NO_POINT)
    half = said.endswith("½")
    digits = said.removesuffix("½").replace(NBSP, "").replace(",", ".")
    if len(digits) > MOST_DIGITS or (not digits.replace(".", "", 1).isdecimal() and (digits or not half)):
        raise ValueError(f"not an amount: {said!r}")
    return Decimal(digits or "0") + (Decimal("0.5") if half else 0)
