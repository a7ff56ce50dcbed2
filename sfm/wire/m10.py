"""M10 from the pharmacy, and what RF makes of it: M6 to the prescriber, M8 to the gp."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from sfm.wire.binding import Root, Tag
from sfm.wire.m1 import PrescribedCommodity, PrescribedMedication
from sfm.wire.namespaces import FK1, M1, M6, M8, M10, UTLEVERING
from sfm.wire.values import CS, CV, MO, Ident


@dataclass(frozen=True, kw_only=True)
class Dispenser:
    her_id: Annotated[Ident, Tag("HerId", inner=FK1)]
    name: Annotated[str, Tag("Navn")]


@dataclass(frozen=True, kw_only=True)
class Intervention:
    """Intervensjon: the pharmacist changed something (7412, 7413)."""

    code: Annotated[CV | None, Tag("Kode")] = None
    change_type: Annotated[CS | None, Tag("EndringsType")] = None
    customer_consulted: Annotated[bool | None, Tag("KonfKunde")] = None
    physician_consulted: Annotated[Ident | None, Tag("KonfLege", inner=FK1)] = None
    reason: Annotated[str | None, Tag("Begrunnelse")] = None


@dataclass(frozen=True, kw_only=True)
class Dispensing:
    """Utlevering. The medication is what was *dispensed*; it may be another brand than prescribed.

    An annulled report has `annulled` and the id of the M10 it replaces.
    """

    prescription_id: Annotated[str, Tag("ReseptId")]
    dispensed_on: Annotated[date, Tag("Utleveringsdato")]
    annulled: Annotated[bool, Tag("Annullering")] = False
    ended: Annotated[CS | None, Tag("Avsluttet")] = None
    customer_refused_substitution: Annotated[bool | None, Tag("ByttereservasjonKunde")] = None
    annulled_id: Annotated[str | None, Tag("AnnulleringsId")] = None
    batch: Annotated[str | None, Tag("Batchnr")] = None
    medication: Annotated[PrescribedMedication | None, Tag("ReseptDokLegemiddel", ns=M1)] = None
    commodity: Annotated[PrescribedCommodity | None, Tag("ReseptDokHandelsvare", ns=M1)] = None
    dispenser: Annotated[Dispenser, Tag("Utleverer")]
    interventions: Annotated[tuple[Intervention, ...], Tag("Intervensjon")] = ()


@dataclass(frozen=True, kw_only=True)
class PaperPrescriber:
    ident: Annotated[Ident | None, Tag("Ident", inner=FK1)] = None
    given_name: Annotated[str | None, Tag("Fornavn")] = None
    family_name: Annotated[str | None, Tag("Etternavn")] = None
    speciality: Annotated[CV | None, Tag("Spesialitet")] = None
    institution: Annotated[str | None, Tag("Inst")] = None
    department: Annotated[str | None, Tag("Dept")] = None
    nordic: Annotated[bool | None, Tag("RekvirentNordisk")] = None
    institution_id: Annotated[CV | None, Tag("InstitusjonsID")] = None


@dataclass(frozen=True, kw_only=True)
class CoPayment:
    """Egenandel: none or four of them."""

    period_from: Annotated[date, Tag("StartEgenandelsperiode")]
    paid: Annotated[MO, Tag("BetaltEgenandel")]


@dataclass(frozen=True, kw_only=True)
class DispensingReport:
    """M10 Utleveringsrapport. A `cancellation` (7411) gives the prescription back undispensed."""

    dispensing: Annotated[Dispensing, Tag("Utlevering", ns=UTLEVERING)]
    cancellation: Annotated[CS | None, Tag("Kanselleringskode")] = None
    not_to_gp: Annotated[bool, Tag("ReservasjonRapportFastlege")] = False
    unlicensed_price: Annotated[MO | None, Tag("PrisLegemiddelUtenMt")] = None
    employee_id: Annotated[str, Tag("AnsattId")]
    co_payments: Annotated[tuple[CoPayment, ...], Tag("Egenandel")] = ()
    paper_prescription: Annotated[bool | None, Tag("Papirresept")] = None
    paper_prescriber: Annotated[PaperPrescriber | None, Tag("RekvirentPapir", ns=UTLEVERING)] = None


@dataclass(frozen=True, kw_only=True)
class PrescriberReport:
    """M6 UtleveringsrapportRekvirent."""

    dispensing: Annotated[Dispensing, Tag("Utlevering", ns=UTLEVERING)]
    m10_id: Annotated[str, Tag("ReferanseM10")]


@dataclass(frozen=True, kw_only=True)
class GpReport:
    """M8 UtleveringsrapportFastlege."""

    dispensing: Annotated[Dispensing, Tag("Utlevering", ns=UTLEVERING)]
    m10_id: Annotated[str, Tag("ReferanseM10")]
    paper_prescription: Annotated[bool | None, Tag("Papirresept")] = None
    paper_prescriber: Annotated[PaperPrescriber | None, Tag("RekvirentPapir", ns=UTLEVERING)] = None


DISPENSING = Root(Dispensing, "Utlevering", *UTLEVERING)
REPORT = Root(DispensingReport, "Utleveringsrapport", *M10)
PRESCRIBER_REPORT = Root(PrescriberReport, "UtleveringsrapportRekvirent", *M6)
GP_REPORT = Root(GpReport, "UtleveringsrapportFastlege", *M8)
to_xml = REPORT.to_xml
parse = REPORT.parse
