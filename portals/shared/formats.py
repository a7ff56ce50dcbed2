"""Dates and numbers as a Norwegian reader expects them (portals.md 12)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from sfm.core import clock
from sfm.core.ages import age_on

if TYPE_CHECKING:
    from sfm.patients.identity import PatientIdentity

SEXES = {"1": "M", "2": "K"}  # Volven 3101


def day(value: date | datetime | None) -> str:
    """«22.11.2026»; nothing for nothing."""
    return _local_date(value).strftime("%d.%m.%Y") if value else ""


def clock_text(value: datetime | None) -> str:
    """«12:04» by a Norwegian clock."""
    return clock.local(value).strftime("%H:%M") if value else ""


def moment(value: datetime | None) -> str:
    """«22.11 kl. 12:04»; with the year when it is another one."""
    if value is None:
        return ""
    there = clock.local(value)
    shape = "%d.%m kl. %H:%M" if there.year == clock.today().year else "%d.%m.%Y kl. %H:%M"
    return there.strftime(shape)


def num(value: Decimal | int | None) -> str:
    """«2,5»: decimal comma, no padding zeros. Doses never pass through a float."""
    if value is None:
        return ""
    plain = f"{Decimal(value):f}"
    return (plain.rstrip("0").rstrip(".") if "." in plain else plain).replace(".", ",")


def count(value: int) -> str:
    """«6 305»: thousands apart, by a space that does not break (MEDi-017)."""
    return f"{value:,}".replace(",", "\N{NO-BREAK SPACE}")


def published(text: str) -> str:
    """FEST's own HentetDato, «2026-09-15T04:00:00», as «15.09.2026 kl. 04:00»; what is not a time stands as it is."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{at:%d.%m.%Y kl. %H:%M}"


def pid(value: str) -> str:
    """A national number in two groups, with a space that does not break: «010180 12345»."""
    return f"{value[:6]}\N{NO-BREAK SPACE}{value[6:]}" if len(value) == 11 and value.isdigit() else ""


def facts(person: PatientIdentity) -> str:
    """Sex, age and number beside the name: «K · 78 år · 048848 12345»."""
    age = f"{age_on(person.born, clock.today())} år" if person.born else ""
    number = pid(person.pid) if person.has_national_id else "uten fødselsnummer"
    return " · ".join(part for part in (SEXES.get(person.sex, ""), age, number) if part)


def _local_date(value: date | datetime) -> date:
    return clock.local(value).date() if isinstance(value, datetime) else value
