"""(Hurtigdosering) What a prescriber types: 1+0+1, 1x3, 2 vesp, 1 vb maks 4, 1 man,ons,fre (clinical.md 8.4)."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from sfm.medication.rules.dosage import AsNeededDose, Dosage, DosagePeriod, FixedDose, StructuredDosage

NUMBER = r"(?:\d+(?:[.,]\d+)?½?|½)"
PLUS = re.compile(rf"{NUMBER}(?:\s*\+\s*{NUMBER}){{1,5}}")
TIMES = re.compile(rf"(?P<amount>{NUMBER})\s*[x×*]\s*(?P<times>[1-6])")
EVERY = re.compile(rf"(?P<amount>{NUMBER})(?:\s+[^\W\d]+)?\s+hver\s+(?P<days>\d+)\.?\s*dag")
ON_OFF = re.compile(rf"(?P<amount>{NUMBER})(?:\s+[^\W\d]+)?\s+(?P<on>\d+)\s*/\s*(?P<off>\d+)")
AS_NEEDED = re.compile(
    rf"(?P<min>{NUMBER})(?:\s*[-–]\s*(?P<max>{NUMBER}))?(?:\s+(?!vb|ved)[^\W\d]+)?\s+(?:vb|v\.?b\.?|ved behov)"
    r"(?:\s+(?:maks|max|inntil)\s+(?P<times>\d+)(?:\s*x|\s+ganger?)?)?"
)
WORDS = re.compile(rf"(?P<amount>{NUMBER})\s+(?P<rest>.+)")

# columns of 1+0+1: morgen, midt på dagen, kveld; with four also natt; with six all of 8325
COLUMNS = {2: "15", 3: "135", 4: "1356", 5: "12356", 6: "123456"}
PER_DAY = {1: "1", 2: "15", 3: "135", 4: "1356", 5: "12356", 6: "123456"}
TIME_WORDS = {
    "mane": "1", "morgen": "1", "m": "1", "formiddag": "2", "f": "2", "middag": "3", "midt": "3",
    "ettermiddag": "4", "vesp": "5", "kveld": "5", "k": "5", "nocte": "6", "natt": "6", "n": "6",
}  # fmt: skip
DAY_WORDS = {"man": 1, "tir": 2, "tirs": 2, "ons": 3, "tor": 4, "tors": 4, "fre": 5, "lør": 6, "søn": 7}
FILLER = {"og", "i", "uken", "daglig"}


def parse(entry: str, unit: str) -> Dosage | None:
    """The dosage meant by a quick entry, or None when it is not one. `unit` is a 7480 code."""
    said = " ".join(entry.lower().split())
    for reader in (_plus, _times, _every, _on_off, _as_needed, _words):
        period = reader(said)
        if period is not None:
            return Dosage(unit=unit, instruction=StructuredDosage(periods=(period,)))
    return None


def amount(said: str) -> Decimal:
    """«1», «0,5», «½», «1½». Raises ValueError."""
    half = said.endswith("½")
    digits = said.removesuffix("½").replace(",", ".")
    try:
        return Decimal(digits or "0") + (Decimal("0.5") if half else 0)
    except InvalidOperation:
        raise ValueError(f"not an amount: {said!r}") from None


def _plus(said: str) -> DosagePeriod | None:
    if not PLUS.fullmatch(said):
        return None
    amounts = [amount(part.strip()) for part in said.split("+")]
    doses = tuple(
        FixedDose(amount=value, time_of_day=time)
        for value, time in zip(amounts, COLUMNS[len(amounts)], strict=True)
        if value
    )
    return DosagePeriod(fixed=doses) if doses else None


def _times(said: str) -> DosagePeriod | None:
    found = TIMES.fullmatch(said)
    if not found or not (value := amount(found["amount"])):
        return None
    return DosagePeriod(
        fixed=tuple(FixedDose(amount=value, time_of_day=t) for t in PER_DAY[int(found["times"])])
    )


def _every(said: str) -> DosagePeriod | None:
    found = EVERY.fullmatch(said)
    if not found or int(found["days"]) < 2:
        return None
    return DosagePeriod(
        fixed=(FixedDose(amount=amount(found["amount"]), days_on=1, days_off=int(found["days"]) - 1),)
    )


def _on_off(said: str) -> DosagePeriod | None:
    found = ON_OFF.fullmatch(said)
    if not found or not int(found["on"]) or not int(found["off"]):
        return None
    dose = FixedDose(amount=amount(found["amount"]), days_on=int(found["on"]), days_off=int(found["off"]))
    return DosagePeriod(fixed=(dose,))


def _as_needed(said: str) -> DosagePeriod | None:
    found = AS_NEEDED.fullmatch(said)
    if not found:
        return None
    low = amount(found["min"])
    high = amount(found["max"]) if found["max"] else low
    times = int(found["times"]) if found["times"] else None
    if not high or high < low:
        return None
    return DosagePeriod(as_needed=AsNeededDose(amount_min=low, amount_max=high, max_times_per_day=times))


def _words(said: str) -> DosagePeriod | None:
    """«2 tabl vesp», «1 morgen og kveld», «1 man,ons,fre»."""
    found = WORDS.fullmatch(said)
    if not found or not (value := amount(found["amount"])):
        return None
    words = [word for word in re.split(r"[\s,.]+", found["rest"]) if word and word not in FILLER]
    if words and words[0] not in TIME_WORDS and _day(words[0]) is None:
        words = words[1:]  # the unit, said in passing
    times = [TIME_WORDS[word] for word in words if word in TIME_WORDS]
    days = tuple(sorted(day for word in words if (day := _day(word)) is not None))
    if len(times) + len(days) != len(words) or not words:
        return None
    doses = (FixedDose(amount=value, time_of_day=time, weekdays=days) for time in times or [""])
    return DosagePeriod(fixed=tuple(doses))


def _day(word: str) -> int | None:
    return DAY_WORDS.get(word.removesuffix("dag"))
