"""Synthetic national identity numbers only: month + 80 (Tenor) or + 40. A real number never gets in."""

from __future__ import annotations

from datetime import date

_FIRST = (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)
_SECOND = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)


def has_valid_digits(pid: str) -> bool:
    if len(pid) != 11 or not (pid.isascii() and pid.isdigit()):
        return False
    digits = [int(digit) for digit in pid]
    return not any(
        sum(weight * digit for weight, digit in zip(weights, digits, strict=False)) % 11
        for weights in (_FIRST, _SECOND)
    )


def is_synthetic(pid: str) -> bool:
    """Valid check digits, and a month no living person has."""
    if not has_valid_digits(pid):
        return False
    month = int(pid[2:4])
    return 81 <= month <= 92 or 41 <= month <= 52


def is_d_number(pid: str) -> bool:
    return len(pid) == 11 and pid[0] in "4567"


def born(pid: str) -> date | None:
    """The date of birth in the number; the century by the individual number's table."""
    day, month, year, individual = int(pid[:2]) % 40, int(pid[2:4]) % 40, int(pid[4:6]), int(pid[6:9])
    if individual < 500 or (individual >= 900 and year >= 40):
        century = 1900
    elif 500 <= individual < 750 and year >= 54:
        century = 1800
    else:
        century = 2000
    try:
        return date(century + year, month, day)
    except ValueError:
        return None


def age_on(when: date, birth: date) -> int:
    """Whole years."""
    return when.year - birth.year - ((when.month, when.day) < (birth.month, birth.day))
