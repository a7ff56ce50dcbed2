"""(HPR) What an answer of the register means for the rights of a person: the ceiling nobody else can lift.

Anything that is not understood opens nothing: an unknown code, an ended period, a measure in force.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from django.db import transaction

from sfm.core import clock
from sfm.core.ids import Hpr
from sfm.identity import logins
from sfm.identity.models import Practitioner
from sfm.identity.rights import ceiling_of

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

Json = dict[str, Any]
CONTENT = Path(__file__).parent / "content" / "hpr_codes.yaml"
NOT_THERE: Json = {"prescribing": "none", "unknown": True}


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What HPR says of a person today."""

    hpr: str
    given_name: str
    family_name: str
    category: str  # 9060; "" without a valid approval
    specialities: tuple[str, ...]  # 7426
    rights: Json


@cache
def _codes() -> Json:
    content: Json = yaml.safe_load(CONTENT.read_text(encoding="utf-8"))
    return content


def standing(answer: Json, *, today: date) -> Standing:
    """Read «personerutvidet». Of several approvals the one that opens most counts."""
    person = answer.get("person") or {}
    valid = [] if person.get("dødsdato") else _valid(answer, today)
    best = min(
        valid,
        key=lambda one: _codes()["categories"].index(_value(one, "helsepersonellkategori")),
        default=None,
    )
    given = " ".join(filter(None, (person.get("fornavn"), person.get("mellomnavn"))))
    return Standing(
        hpr=Hpr.parse(str(answer.get("hprNummer") or "")).value,
        given_name=given,
        family_name=str(person.get("etternavn") or ""),
        category=_value(best, "helsepersonellkategori") if best else "",
        specialities=_specialities(best, today) if best else (),
        rights=_rights(best, today) if best else dict(NOT_THERE),
    )


@transaction.atomic
def take_over(practitioner_id: UUID, found: Standing | None) -> Practitioner | None:
    """Let HPR's word stand on the person, with the time. None: HPR knows nobody with the number.

    Whoever loses something is logged out everywhere; whoever gains has it at the next login or refresh.
    """
    row: Practitioner | None = Practitioner.objects.select_for_update().filter(pk=practitioner_id).first()
    if row is None:
        return None
    before = ceiling_of(row).ceiling
    changed = _apply(row, found)
    row.hpr_read_at = clock.now()
    row.version += changed
    row.save()
    if before - ceiling_of(row).ceiling:
        transaction.on_commit(partial(logins.end_user_sessions, row.pk))
    return row


def _apply(row: Practitioner, found: Standing | None) -> bool:
    if found is None:
        values: Json = {"hpr_rights": dict(NOT_THERE)}
    else:
        values = {
            "hpr": found.hpr,
            "given_name": found.given_name or row.given_name,
            "family_name": found.family_name or row.family_name,
            "personnel_category": found.category or row.personnel_category,
            "specialities": list(found.specialities),
            "hpr_rights": found.rights,
        }
    changed = any(getattr(row, name) != value for name, value in values.items())
    for name, value in values.items():
        setattr(row, name, value)
    return changed


def _valid(answer: Json, today: date) -> list[Json]:
    if _closed(answer, today):
        return []
    return [
        one
        for one in answer.get("godkjenninger") or ()
        if _value(one, "helsepersonellkategori") in _codes()["categories"] and _in_force(one, today)
    ]


def _rights(approval: Json, today: date) -> Json:
    granted = [
        _codes()["rights"][code]
        for one in approval.get("rekvisisjonsretter") or ()
        if (code := _value(one, "type")) in _codes()["rights"] and _in_force(one, today)
    ]
    found = dict(
        max(
            granted,
            key=lambda right: (right["prescribing"] == "full", -len(right)),
            default={"prescribing": "none"},
        )
    )
    if _value(approval, "autorisasjon") not in _codes()["authorised"]:
        found["licence"] = True
    # HPR writes a public health nurse as a nurse; only a public health nurse can have a right to prescribe
    if _value(approval, "helsepersonellkategori") == "SP" and found["prescribing"] != "none":
        found["public_health"] = True
    return found


def _specialities(approval: Json, today: date) -> tuple[str, ...]:
    held = approval.get("spesialistgodkjenninger") or ()
    return tuple(sorted(_value(one, "type") for one in held if _in_force(one, today)))


def _in_force(one: Json, today: date) -> bool:
    covered = _covers(one.get("periode"), today, unreadable=False)
    return covered and not one.get("avsluttetStatus") and not _closed(one, today)


def _closed(one: Json, today: date) -> bool:
    return any(
        _covers(measure.get("periode"), today, unreadable=True) and _is_closing(_name(measure))
        for measure in one.get("administrativeReaksjoner") or ()
    )


def _is_closing(name: str) -> bool:
    """A measure without a name is one we do not understand: it closes."""
    return not name or any(word in name.lower() for word in _codes()["closing"])


def _covers(period: Json | None, today: date, *, unreadable: bool) -> bool:
    """`unreadable`: what to believe when a date cannot be read."""
    try:
        begin, end = (_day((period or {}).get(name)) for name in ("fra", "til"))
    except ValueError:
        return unreadable
    return (begin is None or begin <= today) and (end is None or today <= end)


def _day(text: object) -> date | None:
    return date.fromisoformat(str(text)[:10]) if text else None


def _value(one: Json | None, name: str) -> str:
    return str(((one or {}).get(name) or {}).get("verdi") or "")


def _name(measure: Json) -> str:
    return str((measure.get("type") or {}).get("navn") or "")


def is_due(row: Practitioner, *, older_than: datetime) -> bool:
    """Should HPR be asked again? Health personnel whose answer is missing or old."""
    if not row.hpr and not row.personnel_category:
        return False
    return row.hpr_read_at is None or row.hpr_read_at < older_than
