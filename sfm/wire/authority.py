"""Messages around the medicines authority, the subscription to M8, and the pharmacy's inbox and download.

M3, M14, M15 (godkjenningsfritak), M21 (dispensing request), M24.1/M24.2 (subscription), M9.3/M9.4 (download).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from sfm.wire.binding import Root, Tag
from sfm.wire.m1 import DispensingRequest
from sfm.wire.m10 import CoPayment
from sfm.wire.namespaces import M1, M3, M14, M15, M21, M93, M94, M241, M242
from sfm.wire.values import CS


@dataclass(frozen=True, kw_only=True)
class ExemptionPrompt:
    """M3 AnmodningSLV."""

    prescription_id: Annotated[str, Tag("ReseptId")]
    comment: Annotated[str | None, Tag("Kommentar")] = None


@dataclass(frozen=True, kw_only=True)
class ExemptionApplication:
    """M14 SoknadSLV, with the M1 and M3 attached."""

    prescription_id: Annotated[str, Tag("ReseptId")]
    prompt_id: Annotated[str | None, Tag("AnmodningSLVId")] = None


@dataclass(frozen=True, kw_only=True)
class ExemptionAnswer:
    """M15 SvarSLV."""

    prescription_id: Annotated[str, Tag("ReseptId")]
    granted: Annotated[CS, Tag("Innvilget")]
    refusal_reason: Annotated[str | None, Tag("BegrunnelseAvslag")] = None
    case_worker: Annotated[str, Tag("Saksbehandler")]


@dataclass(frozen=True, kw_only=True)
class ForwardedRequest:
    """M21 Ekspederingsanmodning: built by RF from EkspAnm of an M1."""

    prescription_id: Annotated[str, Tag("ReseptId")]
    reference_number: Annotated[str | None, Tag("RefNr")] = None
    national_id: Annotated[str | None, Tag("Fnr")] = None
    name: Annotated[str | None, Tag("Navn")] = None
    request: Annotated[DispensingRequest, Tag("EkspAnm", ns=M1)]


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """M24.1 Samtykke, used today as subscription to M8 (7456, 7455)."""

    given_by: Annotated[CS, Tag("SamtykkeGittAv")]
    until: Annotated[date, Tag("SamtykkeTil")]
    type: Annotated[CS, Tag("TypeSamtykke")]
    value: Annotated[CS | None, Tag("Samtykkeverdi")] = None


@dataclass(frozen=True, kw_only=True)
class SubscriptionAnswer:
    """M24.2 SvarSamtykke (7457, 7458)."""

    answer: Annotated[CS, Tag("Svar")]
    reason: Annotated[CS | None, Tag("Begrunnelse")] = None


@dataclass(frozen=True, kw_only=True)
class DownloadRequest:
    """M9.3: the prescription becomes U, under ekspedering."""

    prescription_id: Annotated[str | None, Tag("ReseptId")] = None
    cancellation: Annotated[CS | None, Tag("Kansellering")] = None
    reference_number: Annotated[str | None, Tag("RefNr")] = None
    employee_id: Annotated[str, Tag("AnsattId")]


@dataclass(frozen=True, kw_only=True)
class Download:
    """M9.4 ReseptNedlasting, with the M1 attached."""

    exemption_sent_on: Annotated[date | None, Tag("DatoSoknadSendtSLV")] = None
    exemption_answered_on: Annotated[date | None, Tag("SvarSLVDato")] = None
    exemption_granted: Annotated[bool | None, Tag("InnvligetGodkjFritak")] = None
    status: Annotated[CS, Tag("Status")]
    exemption_status: Annotated[CS | None, Tag("StatusSoknadSlv")] = None
    co_payments: Annotated[tuple[CoPayment, ...], Tag("Egenandel")] = ()


EXEMPTION_PROMPT = Root(ExemptionPrompt, "AnmodningSLV", *M3)
EXEMPTION_APPLICATION = Root(ExemptionApplication, "SoknadSLV", *M14)
EXEMPTION_ANSWER = Root(ExemptionAnswer, "SvarSLV", *M15)
FORWARDED_REQUEST = Root(ForwardedRequest, "Ekspederingsanmodning", *M21)
SUBSCRIPTION = Root(Subscription, "Samtykke", *M241)
SUBSCRIPTION_ANSWER = Root(SubscriptionAnswer, "SvarSamtykke", *M242)
DOWNLOAD_REQUEST = Root(DownloadRequest, "M93", *M93)
DOWNLOAD = Root(Download, "ReseptNedlasting", *M94)
