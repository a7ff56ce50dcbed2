"""The actor in the form a session keeps."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from sfm.core.actor import Actor

_UUIDS = ("practitioner_id", "journal_id", "organisation_id")


def as_dict(actor: Actor) -> dict[str, Any]:
    content = asdict(actor)
    return (
        content
        | {name: str(content[name]) for name in _UUIDS}
        | {"permissions": sorted(str(permission) for permission in actor.permissions)}
    )


def from_dict(content: dict[str, Any]) -> Actor:
    uuids = {name: UUID(content[name]) for name in _UUIDS}
    return Actor(**content | uuids | {"permissions": frozenset(content["permissions"])})
