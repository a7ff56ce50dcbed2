"""Who comes in to what: clinical reads, administration, and both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfm.core.errors import Forbidden
from sfm.identity import admission

if TYPE_CHECKING:
    from sfm.identity.admission import Admission
    from sfm.identity.principal import Principal

ADMINISTRATION = ("admin.users", "admin.organisation")


def clinical(caller: Principal) -> Admission:
    """Those who may see medication lists, in a unit that is in use."""
    place = admission.admit(caller)
    place.actor.require("lib.view")
    return place


def administrative(caller: Principal) -> Admission:
    """An active sfm-Person with an administrator's rights; also before the unit is in use (integration.md 6.2)."""
    place = admission.admit(caller, passive_too=True)
    _require_any(place, *ADMINISTRATION)
    return place


def either(caller: Principal) -> Admission:
    """Patients are written by health personnel and by administrators."""
    place = admission.admit(caller, passive_too=True)
    if not place.organisation.active:
        _require_any(place, *ADMINISTRATION)
    _require_any(place, "lib.view", *ADMINISTRATION)
    return place


def _require_any(place: Admission, *permissions: str) -> None:
    if not any(place.actor.may(permission) for permission in permissions):
        raise Forbidden(detail="none of the permissions the call needs")
