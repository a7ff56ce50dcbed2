"""Who acts: the health professional behind a request, with the rights in force at this moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sfm.core.errors import Forbidden

if TYPE_CHECKING:
    from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Actor:
    """A person (helsepersonell or administrator) acting in one journal.

    `permissions` are codenames of `sfm.identity.permissions.Permission`; they are computed at login from HPR, the
    organisation's profile and the person's override, and are the only thing that opens a function.
    """

    practitioner_id: UUID
    journal_id: UUID
    name: str
    personnel_category: (
        str  # Volven 9060: LE, TL, SP, …; "" for an administrator without health-personnel role
    )
    hpr: str  # digits without padding; "" where none
    organisation_id: UUID
    organisation_name: str
    permissions: frozenset[str]
    client_id: str = ""
    session_id: str = ""
    on_behalf_of: str = ""  # HPR number of the person acted for; never changes who signs
    encounter: str = field(default="", repr=False)

    def may(self, permission: str) -> bool:
        return permission in self.permissions

    def require(self, permission: str) -> None:
        """Raise Forbidden unless the actor holds the permission."""
        if permission not in self.permissions:
            raise Forbidden(detail=f"{self.practitioner_id} lacks {permission}")
