"""How values look in a message: dates, instants, decimals, booleans and base64."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation

from sfm.core.clock import OSLO, local

_FRACTION = re.compile(r"(\.\d{6})\d+")
_ZONE = re.compile(r"(Z|[+-]\d\d:\d\d)$")


def instant(value: datetime) -> str:
    """With offset, on the Norwegian clock, fraction only when there is one."""
    if value.tzinfo is None:
        raise ValueError("et tidspunkt må ha tidssone")
    return local(value).isoformat()


def to_instant(text: str) -> datetime:
    """0–7 decimals occur; a missing offset means Norwegian time."""
    value = datetime.fromisoformat(_FRACTION.sub(r"\1", text.strip()))
    return value if value.tzinfo else value.replace(tzinfo=OSLO)


def day(value: date) -> str:
    return value.isoformat()


def to_day(text: str) -> date:
    """The calendar day; an offset (2019-07-17+02:00) does not move it."""
    return date.fromisoformat(_ZONE.sub("", text.strip())[:10])


def to_clock_time(text: str) -> time:
    return time.fromisoformat(_ZONE.sub("", _FRACTION.sub(r"\1", text.strip())))


def number(value: Decimal) -> str:
    """No exponent and no trailing zeros: 2.50 → «2.5», 1E+2 → «100»."""
    if not value.is_finite():
        raise ValueError("tallet er ikke endelig")
    return format(value.normalize() if value else Decimal(0), "f")


def to_number(text: str) -> Decimal:
    try:
        value = Decimal(text.strip())
    except InvalidOperation as error:
        raise ValueError("ikke et tall") from error
    if not value.is_finite() or not -30 <= value.adjusted() <= 30:
        raise ValueError("ikke et tall vi bruker")
    return value


def flag(value: bool) -> str:
    return "true" if value else "false"


def to_flag(text: str) -> bool:
    return {"true": True, "1": True, "false": False, "0": False}[text.strip()]


def encoded(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


def decoded(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except binascii.Error as error:
        raise ValueError("ikke base64") from error
