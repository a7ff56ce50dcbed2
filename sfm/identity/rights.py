"""Effective rights: ceiling of the law ∩ the organisation's profile ∩ what is set for the person.

Nothing set anywhere reaches above the ceiling, which follows HPR and the personnel category.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfm.core.errors import Invalid
from sfm.identity import matrix
from sfm.identity.models import Practitioner, RightsOverride, RoleProfile
from sfm.identity.permissions import SCOPES, Permission

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class RightExplanation:
    """One permission for one person, layer by layer. `override` is None where nothing is set for the person."""

    permission: Permission
    granted: bool
    ceiling: bool
    profile: bool
    override: bool | None
    because: str  # why it is missing, or where it comes from, in plain Norwegian


@dataclass(frozen=True, kw_only=True)
class _Layers:
    row: matrix.Row
    profile: frozenset[str]
    overrides: Mapping[str, bool]
    administrator: frozenset[str]
    prescribing: bool
    blocked: bool


def permissions_for(practitioner: Practitioner, organisation_id: UUID | None) -> frozenset[str]:
    """What the person may do now, in this unit. Empty for a blocked or inactive person. Two queries."""
    layers = _layers(practitioner, organisation_id)
    return frozenset(str(p) for p in Permission if _granted(p, layers))


def explain(practitioner: Practitioner, organisation_id: UUID | None = None) -> tuple[RightExplanation, ...]:
    """Every permission with its reason, for the personnel portal. The unit defaults to the person's own."""
    layers = _layers(practitioner, organisation_id or practitioner.organisation_id)
    return tuple(_explained(permission, layers) for permission in Permission)


def ceiling_of(practitioner: Practitioner) -> matrix.Row:
    """The row of the matrix the person stands in, with everything that may be given."""
    rights = practitioner.hpr_rights
    if practitioner.read_only:
        return matrix.row("READ_ONLY", prescribing=False)
    name = matrix.row_name(practitioner.personnel_category, rights)
    return matrix.row(name, prescribing=_prescribing(practitioner))


def set_profile(organisation_id: UUID, row_name: str, permissions: frozenset[str], *, by: UUID) -> None:
    """What the organisation lets a row of the matrix do. Raises Invalid above the ceiling."""
    if row_name not in matrix.row_names():
        raise Invalid("Ukjent helsepersonellkategori.")
    above = permissions - matrix.row(row_name, prescribing=True).ceiling
    if above:
        raise Invalid(
            "Kategorien kan ikke gis: " + ", ".join(sorted(Permission(p).label for p in above)) + "."
        )
    RoleProfile.objects.update_or_create(
        organisation_id=organisation_id,
        category=row_name,
        defaults={"permissions": sorted(permissions), "changed_by": by},
    )


def set_override(
    practitioner: Practitioner, permission: str, allowed: bool | None, *, by: UUID, reason: str = ""
) -> None:
    """Give or take one permission for one person; None goes back to the profile. Raises Invalid above the ceiling."""
    if allowed is None:
        RightsOverride.objects.filter(practitioner=practitioner, permission=permission).delete()
        return
    if permission not in ceiling_of(practitioner).ceiling:
        raise Invalid("Rettigheten ligger utenfor det HPR og helsepersonellkategorien tillater.")
    RightsOverride.objects.update_or_create(
        practitioner=practitioner,
        permission=permission,
        defaults={"allowed": allowed, "reason": reason, "changed_by": by},
    )


def _prescribing(practitioner: Practitioner) -> bool:
    return bool(practitioner.hpr) and practitioner.hpr_rights.get("prescribing", "none") != "none"


def _layers(practitioner: Practitioner, organisation_id: UUID | None) -> _Layers:
    row = ceiling_of(practitioner)
    profile = _profile(organisation_id, row.name) if organisation_id else None
    overrides = RightsOverride.objects.filter(practitioner=practitioner).values_list("permission", "allowed")
    return _Layers(
        row=row,
        profile=frozenset(profile.permissions) if profile else row.start,
        overrides=dict(overrides),
        administrator=_administrator(practitioner),
        prescribing=_prescribing(practitioner),
        blocked=not practitioner.may_enter,
    )


def _profile(organisation_id: UUID, row_name: str) -> RoleProfile | None:
    return RoleProfile.objects.filter(organisation_id=organisation_id, category=row_name).first()


def _administrator(practitioner: Practitioner) -> frozenset[str]:
    roles = [role for role in ("system_admin", "system_owner") if getattr(practitioner, role)]
    return frozenset().union(*(matrix.administrator_permissions(role) for role in roles))


def _granted(permission: Permission, layers: _Layers) -> bool:
    if layers.blocked:
        return False
    if permission in layers.administrator or permission in layers.row.scopes:
        return True
    if permission not in layers.row.ceiling:
        return False
    return layers.overrides.get(permission, permission in layers.profile)


def _explained(permission: Permission, layers: _Layers) -> RightExplanation:
    return RightExplanation(
        permission=permission,
        granted=_granted(permission, layers),
        ceiling=permission in layers.row.ceiling | layers.row.scopes | layers.administrator,
        profile=permission in layers.profile | layers.row.scopes | layers.administrator,
        override=layers.overrides.get(permission),
        because=_because(permission, layers),
    )


def _because(permission: Permission, layers: _Layers) -> str:
    if layers.blocked:
        return "Brukeren er sperret eller inaktiv."
    if permission in layers.administrator:
        return "Følger av administratorrollen."
    if permission in layers.row.scopes:
        return "Begrensning i rekvireringsretten. " + _anchors(layers)
    if permission not in layers.row.ceiling:
        return _above_ceiling(permission, layers)
    if permission in layers.overrides:
        given = layers.overrides[permission]
        return "Gitt til denne brukeren." if given else "Fjernet for denne brukeren."
    if permission in layers.profile:
        return "Følger av helsepersonellkategorien. " + _anchors(layers)
    return "Ikke slått på i virksomhetens oppsett for kategorien."


def _above_ceiling(permission: Permission, layers: _Layers) -> str:
    if permission.startswith(("admin.", "support.")):
        return "Krever administratorrolle."
    if permission in SCOPES:
        return "Begrensningen gjelder ikke denne brukeren."
    if not layers.prescribing and permission in matrix.row(layers.row.name, prescribing=True).ceiling:
        return "HPR gir ikke rekvireringsrett."
    return "Helsepersonellkategorien har ikke denne retten. " + _anchors(layers)


def _anchors(layers: _Layers) -> str:
    return "Grunnlag: " + "; ".join(matrix.anchor_text(anchor) for anchor in layers.row.anchors) + "."
