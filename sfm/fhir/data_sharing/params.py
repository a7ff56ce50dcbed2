"""The parameters of a search: from the address or a form body, in any mixture of cases, bounded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from sfm.core import clock
from sfm.fhir.data_sharing.r4.check import is_a
from sfm.fhir.data_sharing.r4.faults import BadContent, Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_VALUE = 4_000  # characters
MAX_TOKENS = 100


@dataclass(frozen=True, kw_only=True, repr=False)
class Params:
    """Values hold tickets and numbers of people: never written to a log."""

    values: Mapping[str, str]  # by name in lower case

    def get(self, *names: str) -> str:
        """The first of these parameters that was given; "" when none was."""
        return next((self.values[name.lower()] for name in names if self.values.get(name.lower())), "")

    def has(self, name: str) -> bool:
        return bool(self.get(name))

    def tokens(self, *names: str) -> list[tuple[str, str]]:
        """`system|value,value` as (system, value). Raises BadContent for too many."""
        parts = [part.strip() for part in self.get(*names).split(",") if part.strip()]
        if len(parts) > MAX_TOKENS:
            raise wrong(names[0], f"at most {MAX_TOKENS} values")
        return [_token(part) for part in parts]

    def flag(self, name: str) -> bool | None:
        text = self.get(name).lower()
        if text not in ("", "true", "false"):
            raise wrong(name, "must be true or false")
        return text == "true" if text else None

    def moment(self, *names: str) -> datetime | None:
        """A date or a time, with or without `gt`/`ge` before it; a date is its first instant in Norway."""
        text = self.get(*names).removeprefix("gt").removeprefix("ge").replace(" ", "+")
        if not text:
            return None
        if not is_a("dateTime", text) or len(text) < len("2026-01-01"):
            raise wrong(names[0], "must be a date or dateTime")
        return moment(text)


def moment(text: str) -> datetime:
    """A checked dateTime as an instant; without offset it is Norwegian time."""
    if "T" not in text:
        return datetime.combine(date.fromisoformat(text), time.min, tzinfo=clock.OSLO)
    whole, _, fraction = text.partition(".")
    digits = fraction[: len(fraction) - len(fraction.lstrip("0123456789"))]
    at = datetime.fromisoformat(
        whole + (f".{digits[:6].ljust(6, '0')}{fraction[len(digits) :]}" if digits else "")
    )
    return at if at.tzinfo else at.replace(tzinfo=clock.OSLO)


def of_pairs(pairs: list[tuple[str, str]]) -> Params:
    """A parameter given twice is refused rather than guessed at."""
    found: dict[str, str] = {}
    for name, value in pairs:
        key = name.lower()
        if key in found and found[key] != value:
            raise wrong("", "a parameter stands twice")
        if len(value) > MAX_VALUE or any(character < " " for character in value):
            raise wrong("", "a parameter is too long or holds control characters")
        found[key] = value
    return Params(values=found)


def wrong(name: str, what: str) -> BadContent:
    said = f"Parameteren {name} er feil." if name else "En parameter er feil."
    return BadContent(Fault(path="", code="value", text=said, diagnostics=f"{name} {what}".strip()))


def _token(part: str) -> tuple[str, str]:
    system, bar, value = part.rpartition("|")
    return (system if bar else "", value)
