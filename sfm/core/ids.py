"""Identifiers of people and organisations, as values that cannot be wrong. Compared as text; sex is never inferred."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NewType
from uuid import UUID

from sfm.core import clock
from sfm.core.errors import Invalid

PatientKey = NewType("PatientKey", UUID)  # opaque and random: all that clinical rows know of a person

IN_TEXT = re.compile(r"(?<![\w-])[0-9]{6} ?[0-9]{5}(?![\w-])", re.ASCII)
ELEVEN = re.compile(r"[0-9]{11}", re.ASCII)
FIRST_WEIGHTS = (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)
SECOND_WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
ORGNR_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2, 1)
# From this date the tax authority may issue numbers whose first check sum leaves 0–3 instead of 0
RELAXED_FIRST_CHECK_FROM = date(2032, 1, 1)
SYNTHETIC_MONTH_OFFSETS = (80, 65, 40)  # Tenor; NHN's and others' test populations
PRODUCTION = "production"


class PidKind(StrEnum):
    """(PID-type) The kind of personal identifier."""

    FNR = "fnr"
    D_NUMBER = "dnr"
    FH = "fh"  # hjelpenummer: recognised, never accepted as a national identity number
    LOCAL = "local"  # xxx-id: a person without number; ours alone


@dataclass(frozen=True, slots=True)
class NationalId:
    """(Fødselsnummer, D-nummer) Eleven digits with valid check digits and an existing date."""

    value: str
    kind: PidKind
    born: date
    synthetic: bool

    @classmethod
    def parse(cls, text: str, *, environment: str) -> NationalId:
        """The number, if it is one and belongs in this environment. Raises Invalid with a text for the user.

        Production takes real numbers only; demo and test take synthetic numbers only.
        """
        value = text.replace(" ", "")
        if not ELEVEN.fullmatch(value):
            raise _wrong("Fødselsnummer og D-nummer har 11 sifre.")
        if value[0] in "89":
            raise _wrong("Dette er et hjelpenummer (FH-nummer), ikke et fødselsnummer eller D-nummer.")
        number = _read(value)
        if number is None or not _check_digits(value):
            raise _wrong("Nummeret er ikke et gyldig fødselsnummer eller D-nummer. Kontroller sifrene.")
        if number.synthetic and environment == PRODUCTION:
            raise _wrong("Dette er et testnummer og kan ikke brukes her.")
        if not number.synthetic and environment != PRODUCTION:
            raise _wrong("Her kan bare syntetiske testnumre brukes, aldri ekte personer.")
        return number

    def __str__(self) -> str:
        return self.value

    def __repr__(self) -> str:  # never the number itself: representations end up in logs
        return f"<NationalId {self.kind} …>"


@dataclass(frozen=True, slots=True)
class Hpr:
    """(HPR-nummer) Up to nine digits; written without padding."""

    value: str

    @classmethod
    def parse(cls, text: str) -> Hpr:
        value = _digits(text).lstrip("0")
        if not 1 <= len(value) <= 9:
            raise _wrong("HPR-nummer har inntil 9 sifre.", "hpr")
        return cls(value)

    @property
    def padded(self) -> str:
        """Nine digits, as some registers write it."""
        return self.value.zfill(9)

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class HerId:
    """(HER-id) The address of a unit in Adresseregisteret: one to eight digits."""

    value: str

    @classmethod
    def parse(cls, text: str) -> HerId:
        value = _digits(text)
        if not 1 <= len(value) <= 8 or value.startswith("0"):
            raise _wrong("HER-id har inntil 8 sifre.", "her_id")
        return cls(value)

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class OrgNr:
    """(Organisasjonsnummer) Nine digits with check digit. Synthetic ones begin with 2 or 3."""

    value: str

    @classmethod
    def parse(cls, text: str) -> OrgNr:
        value = _digits(text.replace(" ", ""))
        if len(value) != 9 or value[0] not in "2389" or _weighted(value, ORGNR_WEIGHTS) % 11:
            raise _wrong("Organisasjonsnummeret er ikke gyldig. Kontroller de 9 sifrene.", "orgnr")
        return cls(value)

    @property
    def synthetic(self) -> bool:
        return self.value[0] in "23"

    def __str__(self) -> str:
        return self.value


def kind_of(text: str) -> PidKind:
    """What the text looks like, without judging it: anything that is not eleven digits is a local id."""
    value = text.replace(" ", "")
    if not ELEVEN.fullmatch(value):
        return PidKind.LOCAL
    if value[0] in "89":
        return PidKind.FH
    return PidKind.D_NUMBER if value[0] in "4567" else PidKind.FNR


def holds_national_id(text: str) -> bool:
    """Whether a valid fødselsnummer or D-nummer stands anywhere in the text, real or synthetic."""
    found = (match.replace(" ", "") for match in IN_TEXT.findall(text))
    return any(_read(value) is not None and _check_digits(value) for value in found)


def synthetic_id(born: date, serial: int = 0, *, d_number: bool = False, month_offset: int = 80) -> str:
    """A number for tests and demo: month + 80 as in Tenor, valid check digits. `serial` picks one of the day's 400."""
    head = f"{born.day + 40 * d_number:02}{born.month + month_offset:02}{born.year % 100:02}"
    found = (
        number
        for individual in _individual_numbers(born.year)
        if (number := _complete(f"{head}{individual:03}"))
    )
    for number in (n for index, n in enumerate(found) if index == serial):
        return number
    raise ValueError("no such serial for that day")


def _wrong(text: str, field: str = "pid") -> Invalid:
    return Invalid(fields={field: text})


def _digits(text: str) -> str:
    value = text.strip()
    return value if value.isascii() and value.isdigit() else ""


def _read(value: str) -> NationalId | None:
    """Date, century, kind and synthetic mark, by the individual-number table; None when no such date exists."""
    day, month, year = int(value[:2]), int(value[2:4]), int(value[4:6])
    offset = next((o for o in SYNTHETIC_MONTH_OFFSETS if 1 <= month - o <= 12), 0)
    century = _century(year, int(value[6:9]))
    is_d = day > 40
    try:
        born = date((century or 0) + year, month - offset, day - 40 * is_d)
    except ValueError:
        return None
    if century is None:
        return None
    kind = PidKind.D_NUMBER if is_d else PidKind.FNR
    return NationalId(value=value, kind=kind, born=born, synthetic=bool(offset))


def _century(year: int, individual: int) -> int | None:
    if individual < 500:
        return 1900
    if year < 40:
        return 2000
    if individual >= 900:
        return 1900
    return 1800 if individual < 750 and year >= 54 else None


def _individual_numbers(year: int) -> range:
    if year >= 2000:
        return range(999, 499, -1)
    return range(499, -1, -1) if year >= 1900 else range(749, 499, -1)


def _weighted(value: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(value, weights, strict=False))


def _check_digits(value: str) -> bool:
    allowed = 3 if clock.today() >= RELAXED_FIRST_CHECK_FROM else 0
    return _weighted(value, FIRST_WEIGHTS) % 11 <= allowed and _weighted(value, SECOND_WEIGHTS) % 11 == 0


def _complete(nine: str) -> str | None:
    first = -_weighted(nine, FIRST_WEIGHTS) % 11
    if first == 10:
        return None
    second = -_weighted(f"{nine}{first}", SECOND_WEIGHTS) % 11
    return None if second == 10 else f"{nine}{first}{second}"
