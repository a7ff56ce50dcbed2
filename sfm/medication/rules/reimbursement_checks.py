"""Each type of 7439: what it asks, and how it is answered. Types that are not in use are shown as text only."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from sfm.core import ages
from sfm.medication.rules import validity

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfm.medication.rules.reimbursement import Circumstances

SEXES = {"1": "menn", "2": "kvinner"}
SHORTEST_NAME = 5  # letters of a substance that can be recognised in a running text


@dataclass(frozen=True, slots=True)
class Check:
    """`holds` None: a person must say. `sets`: the term changes a value or belongs elsewhere, and asks nothing."""

    holds: bool | None = None
    why: str = ""
    sets: bool = False
    stops: bool = False


ASK = Check()
SETS = Check(sets=True)


def check(kind: str, values: tuple[str, ...], names: tuple[str, ...], facts: Circumstances) -> Check:
    """Unknown types are for a person to judge."""
    judge = CHECKS.get(kind)
    return judge(values, names, facts) if judge else ASK


def _age(facts: Circumstances) -> int | None:
    return ages.age_on(facts.born, facts.today) if facts.born else None


def _whole(values: tuple[str, ...]) -> int | None:
    return int(values[0]) if values and values[0].isdecimal() else None


def _at_least(values: tuple[str, ...], _names: tuple[str, ...], facts: Circumstances) -> Check:
    years, limit = _age(facts), _whole(values)
    if years is None or limit is None:
        return ASK
    return Check(years >= limit, f"gjelder fra {limit} år, pasienten er {years} år", stops=facts.group_level)


def _younger_than(values: tuple[str, ...], _names: tuple[str, ...], facts: Circumstances) -> Check:
    years, limit = _age(facts), _whole(values)
    if years is None or limit is None:
        return ASK
    return Check(years < limit, f"gjelder under {limit} år, pasienten er {years} år", stops=facts.group_level)


def _sex(values: tuple[str, ...], names: tuple[str, ...], facts: Circumstances) -> Check:
    if facts.sex not in SEXES or not values:
        return ASK
    said = SEXES.get(values[0]) or ", ".join(names).lower()
    return Check(facts.sex in values, f"gjelder {said}")


def _started(values: tuple[str, ...], names: tuple[str, ...], facts: Circumstances) -> Check:
    """A specialist of the right kind starts the treatment by prescribing; who else prescribes must say who did."""
    own = facts.specialities & set(values)
    if own:
        return Check(True, f"du er spesialist i {_named(values, names, own)}")
    by = facts.started_by
    if by is None or by.speciality not in values:
        return ASK
    return Check(True, f"startet av {by.words}")


def _started_in_hospital(values: tuple[str, ...], names: tuple[str, ...], facts: Circumstances) -> Check:
    if facts.hospital:
        return Check(True, "forskrives på sykehus")
    if facts.started_by is not None and facts.started_by.her_id:
        return Check(True, f"startet av {facts.started_by.words or 'sykehus'}")
    return _started(values, names, facts)


def _by_specialist(values: tuple[str, ...], names: tuple[str, ...], facts: Circumstances) -> Check:
    own = facts.specialities & set(values)
    if own:
        return Check(True, f"du er spesialist i {_named(values, names, own)}")
    return Check(False, f"skal forskrives av spesialist i {_all(names)}")


def _in_hospital(_values: tuple[str, ...], _names: tuple[str, ...], facts: Circumstances) -> Check:
    return Check(
        facts.hospital, "skal forskrives på sykehus" if not facts.hospital else "forskrives på sykehus"
    )


def _by_specialist_or_hospital(
    values: tuple[str, ...], names: tuple[str, ...], facts: Circumstances
) -> Check:
    if facts.hospital:
        return Check(True, "forskrives på sykehus")
    found = _by_specialist(values, names, facts)
    return found if found.holds else Check(False, f"{found.why} eller på sykehus")


def _at_group_level(_values: tuple[str, ...], _names: tuple[str, ...], facts: Circumstances) -> Check:
    return SETS if facts.group_level else ASK


def _most_a_year(values: tuple[str, ...], _names: tuple[str, ...], facts: Circumstances) -> Check:
    return _at_most(facts.per_year, values, "per kalenderår")


def _most_a_dispensing(values: tuple[str, ...], _names: tuple[str, ...], facts: Circumstances) -> Check:
    return _at_most(facts.per_dispensing, values, "per utlevering")


def _at_most(amount: Decimal | None, values: tuple[str, ...], per: str) -> Check:
    limit = _whole(values)
    if amount is None or limit is None:
        return ASK
    said = f"{amount.normalize():f}".replace(".", ",")
    return Check(amount <= limit, f"høyst {limit} {per}, resepten gir {said}")


def _most_days(values: tuple[str, ...], _names: tuple[str, ...], facts: Circumstances) -> Check:
    limit = _whole(values)
    if limit is None:
        return ASK
    if facts.days is None:
        return Check(False, f"gjelder en kur på høyst {limit} dager, og behandlingen har ingen slutt")
    return Check(facts.days <= limit, f"gjelder høyst {limit} dager, behandlingen varer {facts.days} dager")


def _per_day_stated(_values: tuple[str, ...], _names: tuple[str, ...], facts: Circumstances) -> Check:
    return Check(facts.per_day_stated, "antall teststrimler per døgn skal oppgis")


def _machine_packed(_values: tuple[str, ...], _names: tuple[str, ...], facts: Circumstances) -> Check:
    return Check(facts.machine_packed, "gjelder bare maskinell dosedispensering")


def _recommended(values: tuple[str, ...], names: tuple[str, ...], facts: Circumstances) -> Check:
    return Check(facts.code in values, f"gjelder {_all(names) or ', '.join(values)}") if facts.code else ASK


def _advised_against(values: tuple[str, ...], names: tuple[str, ...], facts: Circumstances) -> Check:
    if not facts.code:
        return ASK
    return Check(facts.code not in values, f"gjelder ikke {_all(names) or ', '.join(values)}")


def _diagnosis(_values: tuple[str, ...], _names: tuple[str, ...], facts: Circumstances) -> Check:
    return Check(bool(facts.code), "krever diagnosekode")


def _validity(values: tuple[str, ...], _names: tuple[str, ...], facts: Circumstances) -> Check:
    known = next((value for value in values if validity.DURATION.fullmatch(value)), "")
    if not known:
        return ASK
    return Check(sets=True, why=f"resepten kan gjelde til {validity.expires_on(facts.today, known):%d.%m.%Y}")


def _named(values: tuple[str, ...], names: tuple[str, ...], own: frozenset[str]) -> str:
    by_code = dict(zip(values, names, strict=False))
    return ", ".join(sorted(by_code.get(code, code) for code in own)).lower()


def _all(names: tuple[str, ...]) -> str:
    return " eller ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names).lower()


def mentioned(text: str, used: tuple[str, ...]) -> str:
    """A hint for who must judge «X skal være prøvd»: the substances the text names that the patient has used."""
    said = text.lower()
    found = [name for name in used if len(name) >= SHORTEST_NAME and name.lower() in said]
    return f"I historikken: {', '.join(dict.fromkeys(name.lower() for name in found))}." if found else ""


CHECKS: dict[str, Callable[[tuple[str, ...], tuple[str, ...], Circumstances], Check]] = {
    "1": _at_least,
    "2": _younger_than,
    "3": _sex,
    "4": _started,
    "5": _started_in_hospital,
    "7": _started_in_hospital,
    "8": _by_specialist,
    "9": _in_hospital,
    "10": _by_specialist_or_hospital,
    "11": _at_group_level,
    "13": _most_days,
    "15": _most_a_year,
    "16": _most_a_dispensing,
    "17": lambda *_: SETS,  # 17, 18: to whom the pharmacy dispenses
    "18": lambda *_: SETS,
    "19": _most_days,
    "21": _started_in_hospital,
    "22": _per_day_stated,
    "23": _machine_packed,
    "25": _recommended,
    "26": _advised_against,
    "27": _diagnosis,
    "28": _validity,
}
