"""M9.6: the patient's prescriptions, each M1 attached (match by MsgId = ReseptId)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from sfm.wire.binding import Root, Tag
from sfm.wire.namespaces import M96
from sfm.wire.values import CS, CV, PQ


@dataclass(frozen=True, kw_only=True)
class PatientIdentity:
    """`others` not empty: the patient has another identity. Warn, never change it ourselves."""

    national_id: Annotated[str, Tag("Fnr")]
    others: Annotated[tuple[str, ...], Tag("AndreFnr")] = ()


@dataclass(frozen=True, kw_only=True)
class RecallState:
    at: Annotated[datetime | None, Tag("Tidspunkt")] = None
    reason: Annotated[CS, Tag("Arsak")]
    note: Annotated[str | None, Tag("Merknad")] = None


@dataclass(frozen=True, kw_only=True)
class Renewal:
    new_prescription_id: Annotated[str | None, Tag("NyReseptId")] = None
    previous_prescription_id: Annotated[str | None, Tag("ForrigeReseptId")] = None


@dataclass(frozen=True, kw_only=True)
class Discontinuation:
    at: Annotated[datetime, Tag("Tidspunkt")]
    reason: Annotated[CS, Tag("Arsak")]
    note: Annotated[str | None, Tag("Merknad")] = None


@dataclass(frozen=True, kw_only=True)
class DispensedTotal:
    """Totals per dispensed product, corrected for annulled dispensings."""

    item_number: Annotated[str | None, Tag("Varenr")] = None
    name_form_strength: Annotated[str, Tag("NavnFormStyrke")]
    package_size: Annotated[PQ | None, Tag("Pakningsstr")] = None
    total_packages: Annotated[Decimal, Tag("AntallPakningerUtlevertTotalt")]
    latest_packages: Annotated[Decimal, Tag("AntallPakningerUtlevertSiste")]
    latest_at: Annotated[datetime, Tag("TidspunktSisteUtlevering")]


@dataclass(frozen=True, kw_only=True)
class ListedPrescription:
    """Listeelement. `older_recalled` and `older_recall_reason` stand in the 2015 and 2018 editions only."""

    prescription_id: Annotated[str, Tag("ReseptId")]
    dispenser_name: Annotated[str | None, Tag("NavnUtleverer")] = None
    exemption_sent_on: Annotated[date | None, Tag("SendtSLVDato")] = None
    status: Annotated[CS, Tag("Status")]
    exemption_status: Annotated[CS | None, Tag("StatusSoknadSlv")] = None
    older_recalled: Annotated[bool | None, Tag("TilbakekallingStatus")] = None
    older_recall_reason: Annotated[CV | None, Tag("Arsak")] = None
    recall: Annotated[RecallState | None, Tag("Tilbakekalling")] = None
    renewal: Annotated[Renewal | None, Tag("Fornying")] = None
    discontinuation: Annotated[Discontinuation | None, Tag("Seponering")] = None
    dispensed: Annotated[tuple[DispensedTotal, ...], Tag("Utlevering")] = ()

    @property
    def recalled(self) -> bool:
        """Recalled, possibly while still being dispensed (then status stays U)."""
        return self.recall is not None or bool(self.older_recalled)

    @property
    def recall_reason(self) -> str | None:
        """The code of 7500, whatever edition."""
        reason = self.recall.reason if self.recall else self.older_recall_reason
        return reason.code if reason else None


@dataclass(frozen=True, kw_only=True)
class PrescriptionList:
    """M96. `search_status` (7407) stands instead of the list when nothing is returned."""

    patient: Annotated[PatientIdentity | None, Tag("PasientInfo")] = None
    has_locked: Annotated[bool | None, Tag("LastResept")] = None
    patient_reservation: Annotated[bool | None, Tag("Pasientreservasjon")] = None
    search_status: Annotated[CS | None, Tag("StatusSok")] = None
    prescriptions: Annotated[tuple[ListedPrescription, ...], Tag("Listeelement")] = ()


ANSWER = Root(PrescriptionList, "M96", *M96)
to_xml = ANSWER.to_xml
parse = ANSWER.parse
