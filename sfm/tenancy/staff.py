"""The service provider's own people: registered beforehand, found by number, never stored as one."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from django.conf import settings

from sfm.core.errors import Invalid
from sfm.core.ids import NationalId
from sfm.tenancy.keys import provider
from sfm.tenancy.models import ProviderStaff

if TYPE_CHECKING:
    from collections.abc import Iterable


class StaffRole(StrEnum):
    """(Rolle hos tjenesteleverandøren)"""

    OPERATOR = "operator"  # queues, dead letters, journals
    CATALOGUE = "fest"  # imports FEST
    SUPPORT = "support"


def find_by_pid(pid: str) -> ProviderStaff | None:
    """The registered, active person with this number; None for everybody else."""
    return ProviderStaff.objects.filter(pid_bi=digest(pid), active=True).first()


def register(*, name: str, pid: str, roles: Iterable[str]) -> ProviderStaff:
    """Let a person into the provider portal, or change name and roles of one who is there."""
    chosen = sorted(set(roles))
    if not set(chosen) <= set(StaffRole):
        raise Invalid("Ukjent rolle.")
    person, _ = ProviderStaff.objects.update_or_create(
        pid_bi=digest(pid), defaults={"name": name, "roles": chosen, "active": True}
    )
    return person


def deactivate(person: ProviderStaff) -> None:
    person.active = False
    person.save(update_fields=["active"])


def digest(pid: str) -> bytes:
    """What staff are looked up by: keyed by the key service, never the number."""
    number = NationalId.parse(pid, environment=settings.SFM_ENVIRONMENT)
    return provider().mac("provider-staff", number.value.encode())
