"""(Hurtigdosering) The words a quick entry may hold. What is not here is not understood: nothing is guessed."""

from __future__ import annotations

import re

from sfm.medication.rules.dosage_words import NB, NBSP
from sfm.medication.rules.units import UNITS

# columns of 1+0+1: morgen, midt på dagen, kveld; with four also natt; with six all of 8325
COLUMNS = {2: "15", 3: "135", 4: "1356", 6: "123456"}
PER_DAY = {1: "1", 2: "15", 3: "135", 4: "1356", 5: "12356", 6: "123456"}
TIMES = {
    "mane": "1", "morgen": "1", "morgenen": "1", "m": "1",
    "formiddag": "2", "formiddagen": "2", "f": "2",
    "middag": "3", "midt": "3",
    "ettermiddag": "4", "ettermiddagen": "4",
    "vesp": "5", "vespere": "5", "kveld": "5", "kvelden": "5", "k": "5",
    "nocte": "6", "natt": "6", "natten": "6", "n": "6",
}  # fmt: skip
SHORT_WEEKDAYS = {"man": 1, "tir": 2, "tirs": 2, "ons": 3, "tor": 4, "tors": 4, "fre": 5, "lør": 6, "søn": 7}
WEEKDAYS = SHORT_WEEKDAYS | {name: day for day, name in NB.weekdays.items()}
NEEDED = frozenset({"vb", "behov"})
DAYS = frozenset({"dag", "dager", "d", "døgn", "døgnet", "dagen"})
WEEKS = frozenset({"uke", "uker", "uken", "u"})
HOURS = frozenset({"t", "time", "timer"})
MINUTES = frozenset({"min", "minutt", "minutter"})
DAILY = frozenset({"daglig"})
OTHER = frozenset({"annenhver", "annahver"})
THEN = frozenset({"deretter", "så"})
MOST = frozenset({"maks", "max", "inntil", "høyst"})
TURNS = frozenset({"gang", "ganger", "x", "×", "*"})
UP = frozenset({"opp", "øk", "økes"})
DOWN = frozenset({"ned", "reduser", "reduseres"})
REASONS = frozenset({"ved", "mot", "for", "til"})
PIECES = frozenset({"stk", "stykk"})
_SHORT_UNITS = {
    "tabl": "tablett", "tab": "tablett", "tbl": "tablett", "kaps": "kapsel", "dr": "dråpe", "supp": "stikkpille",
    "ie": "enhet", "enh": "enhet", "e": "enhet", "mikrog": "mikrogram", "µg": "mikrogram", "gram": "g",
    "inh": "dose", "inhalasjon": "dose", "inhalasjoner": "dose", "sug": "dose",
}  # fmt: skip
TABLETS = frozenset({"13", "18", "21", "62", "84"})


def _unit_words() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for code, unit in UNITS.items():
        for word in (unit.singular, unit.plural):
            found.setdefault(word.lower(), set()).add(code)
    for word in ("tablett", "tabletter"):
        found[word] |= TABLETS
    found |= {short: found[word] for short, word in _SHORT_UNITS.items()}
    return {word: frozenset(codes) for word, codes in found.items()}


UNIT_WORDS = _unit_words()

TOKEN = re.compile(
    rf"""(?P<date>\d{{1,2}}\.\d{{1,2}}\.\d{{4}})
    |(?P<clock>\d{{1,2}}:\d{{2}})
    |(?P<ratio>\d+\s*/\s*\d+)
    |(?P<ordinal>\d+\.(?!\d))
    |(?P<number>\d{{1,3}}(?:{NBSP}\d{{3}})+(?:,\d+)?|\d+(?:[.,]\d+)?½?|½)
    |(?P<arrow>→|->|=>)
    |(?P<word>v\.\s?b\.|[^\W\d_]+)
    |(?P<sign>[-–+,;./×*])""",
    re.VERBOSE,
)
