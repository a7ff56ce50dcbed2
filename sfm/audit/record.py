"""Writing to the access log. Reads are recorded too, in the transaction of the read: no log, no data."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from sfm.audit.models import AuditEvent, Result

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfm.core.actor import Actor

Source = Literal["portal", "api", "job", "kj", "rf", "command"]
CODE = re.compile(r"[\w.:+/-]{0,80}")
TOO_MANY_DIGITS = re.compile(r"\d{11}")


def record(
    actor: Actor | None,
    action: str,
    *,
    patient: UUID | None = None,
    subject: object = None,
    detail: Mapping[str, object] | None = None,
    source: Source = "portal",
    result: str = Result.OK,
) -> None:
    """One row: who did what to whose data. One INSERT in the caller's transaction.

    `subject` is a model instance or a (type, id) pair. `detail` takes codes, ids, numbers and flags; anything that
    looks like free text or a national identity number raises ValueError.
    """
    kind, ident = _subject(subject)
    AuditEvent.objects.create(
        action=action,
        result=result,
        source=source,
        patient_key=patient,
        subject_type=kind,
        subject_id=ident,
        detail={name: _code(value) for name, value in (detail or {}).items()},
        **_who(actor),
    )


def _who(actor: Actor | None) -> dict[str, Any]:
    if actor is None:
        return {}
    return {
        "actor_id": actor.practitioner_id,
        "actor_hpr": actor.hpr,
        "actor_name": actor.name,
        "actor_category": actor.personnel_category,
        "organisation_id": actor.organisation_id,
        "on_behalf_of": actor.on_behalf_of,
        "client_id": actor.client_id,
        "session_hash": sha256(actor.session_id.encode()).hexdigest()[:16] if actor.session_id else "",
        "encounter": _reference(actor.encounter),
    }


def _reference(encounter: str) -> str:
    """The record system's own reference, or a digest of it when it is something else than a reference."""
    try:
        return str(_code(encounter))
    except ValueError:
        return "sha256:" + sha256(encounter.encode()).hexdigest()[:16]


def _subject(subject: object) -> tuple[str, str]:
    if subject is None:
        return "", ""
    if isinstance(subject, tuple):
        return str(subject[0]), str(subject[1])
    return type(subject).__name__, str(getattr(subject, "pk", ""))


def _code(value: object) -> object:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        return [_code(one) for one in value]
    text = str(value)
    if not CODE.fullmatch(text) or TOO_MANY_DIGITS.search(
        text.replace("-", "") if not _is_uuid(text) else ""
    ):
        raise ValueError("the access log takes codes and ids, not text or numbers of people")
    return text


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
