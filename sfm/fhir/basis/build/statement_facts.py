"""What a statement tells beside its product and dose: the prescription, who stands behind it, how it ended and what was
handed out (fhir.md 6.1)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sfm.core import clock
from sfm.fhir.basis import names
from sfm.fhir.basis.build import amendment, dispenses
from sfm.fhir.basis.build.parts import coded, extension, moment, part
from sfm.fhir.data_sharing import naming
from sfm.medication.models import Delivery
from sfm.medication.rules.reasons import DISCONTINUATION as REASONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sfm.fhir.basis.build.parts import Part
    from sfm.medication.content import TreatmentContent
    from sfm.medication.models import Prescription, Treatment

Named = Callable[[str, str], dict[str, Any]]  # HPR number ("" where nobody knows it) and name → a reference
NEVER_REAL = (Delivery.DRAFT, Delivery.REJECTED, Delivery.WITHDRAWN, Delivery.RESIGN)
APPROVED = ("3", "Godkjent")
PRESCRIBED_BY, DISCONTINUED_BY = ("1", "Forskrevet av"), ("3", "Seponert av")


def real(prescriptions: Iterable[Prescription]) -> list[Prescription]:
    """Those that have been sent, in the order given."""
    return [one for one in prescriptions if one.delivery not in NEVER_REAL]


def head(chain: Sequence[Prescription]) -> Prescription | None:
    """Of a chain, newest first: the one that can be dispensed on, else the newest."""
    return next((one for one in chain if one.is_active), chain[0] if chain else None)


def of(
    row: Treatment,
    content: TreatmentContent,
    link: Prescription | None,
    named: Named,
    *,
    is_head: bool = True,
) -> list[Part]:
    return [
        amendment.of(row, content, link),
        *_registered(row, link, named, is_head),
        *_substitution(link),
        *_discontinued(row, is_head),
        *_delivered(link),
    ]


def _registered(row: Treatment, link: Prescription | None, named: Named, is_head: bool) -> list[Part]:
    if link is None:
        found = [_registration(PRESCRIBED_BY, named("", row.registered_by), row.created)]
    else:
        who = named(link.prescriber_hpr, link.prescriber_name)
        at = link.signed_at or datetime.combine(link.prescribed_on, time.min, tzinfo=clock.OSLO)
        found = [_registration(PRESCRIBED_BY, who, at)]
    if is_head and row.discontinued_at is not None:
        found.append(_registration(DISCONTINUED_BY, named("", row.last_changed_by), row.last_changed))
    return found


def _registration(role: tuple[str, str], who: Part, at: datetime) -> Part:
    return extension(
        names.REGISTERED,
        part("status", "CodeableConcept", naming.coded(names.REGISTRATION_STATUS, *APPROVED)),
        part("type", "CodeableConcept", naming.coded(names.PERFORMER_ROLES, *role)),
        part("provider", "Reference", who),
        part("timestamp", "DateTime", moment(at)),
    )


def _substitution(link: Prescription | None) -> list[Part]:
    if link is None:
        return []
    accepted = part("genericSubstitutionAccepted", "Boolean", not link.no_substitution)
    return [extension(names.SUBSTITUTION, accepted)]


def _discontinued(row: Treatment, is_head: bool) -> list[Part]:
    if row.discontinued_at is None or not is_head:
        return []
    reason = row.discontinuation_reason or ("" if row.discontinuation_note else "A")
    said = coded(7494, reason, REASONS.get(reason, "")) if reason else None
    return [
        extension(
            names.DISCONTINUATION,
            part("timedate", "DateTime", moment(row.discontinued_at)),
            part("reason", "CodeableConcept", said),
            part("note", "String", row.discontinuation_note),
        )
    ]


def _delivered(link: Prescription | None) -> list[Part]:
    """One summary per prescription: what was handed out in all, and last."""
    given = sorted(link.dispensed, key=lambda one: str(one.get("at", ""))) if link else []
    if not given:
        return []
    counts = [dispenses.packages(str(one.get("amount", ""))) for one in given]
    return [
        extension(
            names.DELIVERY,
            part("varenavn", "String", str(given[-1].get("name") or "Ukjent vare")),
            part("antallpkntotalt", "Decimal", sum(counts, Decimal(0))),
            part("antallpknsiste", "Decimal", counts[-1]),
            part("sistutlevert", "DateTime", moment(datetime.fromisoformat(str(given[-1]["at"])))),
        )
    ]
