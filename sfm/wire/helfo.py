"""M2 and M12, the application to Helfo and its answer, and RF's proof of a checked signature (SKO).

Legacy: Helfo has a web service now. The product reads these and sends none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from sfm.wire.binding import Root, Tag
from sfm.wire.m1 import Initiator, Organisation, Professional
from sfm.wire.namespaces import M2, M12, SKO
from sfm.wire.values import CS, CV, PQ


@dataclass(frozen=True, kw_only=True)
class ValidPrescriber:
    professional: Annotated[Professional | None, Tag("Helseperson")] = None
    organisation: Annotated[Organisation | None, Tag("Organisasjon")] = None


@dataclass(frozen=True, kw_only=True)
class GroupABTerms:
    """ReseptklasseAB: what Helfo asks about addictive medications."""

    highest_daily_dose: Annotated[PQ, Tag("HoyesteDogndose")]
    treatment_plan: Annotated[CS, Tag("Behandlingsplan")]
    addiction_risk_assessed: Annotated[CS, Tag("AvhengihetsfareVurdert")]
    pain_analysed: Annotated[CS, Tag("Smerteanalyse")]
    prescribers: Annotated[tuple[ValidPrescriber, ...], Tag("GyldigForskriver")] = ()


@dataclass(frozen=True, kw_only=True)
class AppliedMedication:
    """`prescribing` is one Forskrivning element."""

    id: Annotated[str, Tag("Uuid")]
    prescribing: Annotated[bytes, Tag("ForskrivningB64")]
    group_ab: Annotated[GroupABTerms | None, Tag("ReseptklasseAB")] = None


@dataclass(frozen=True, kw_only=True)
class EarlierTreatment:
    medical_reason: Annotated[CV, Tag("MedisinskeHensyn")]
    prescribing: Annotated[bytes, Tag("ForskrivningB64")]


@dataclass(frozen=True, kw_only=True)
class _MedicationApplication:
    medications: Annotated[tuple[AppliedMedication, ...], Tag("OmsoktLegemiddel")]
    no_earlier_treatment: Annotated[CV | None, Tag("IngenTidlBehandling")] = None
    earlier_treatments: Annotated[tuple[EarlierTreatment, ...], Tag("TidligereBehandling")] = ()


@dataclass(frozen=True, kw_only=True)
class Paragraph3Application(_MedicationApplication):
    serious_illness: Annotated[CV, Tag("AlvorligSykdom")]
    priority_criteria: Annotated[str | None, Tag("Prioriteringskriterier")] = None


@dataclass(frozen=True, kw_only=True)
class OccupationalInjuryApplication(_MedicationApplication):
    decision: Annotated[CS, Tag("Vedtak")]
    cause: Annotated[CS, Tag("Arsak")]


@dataclass(frozen=True, kw_only=True)
class OccupationalInjury:
    decision: Annotated[CS, Tag("Vedtak")]
    cause: Annotated[CS, Tag("Arsak")]


@dataclass(frozen=True, kw_only=True)
class EarlierNutrition:
    name: Annotated[str, Tag("Varenavn")]
    description: Annotated[str | None, Tag("Beskrivelse")] = None


@dataclass(frozen=True, kw_only=True)
class NutritionApplication:
    chronic_illness: Annotated[CS, Tag("KroniskSykdom")]
    name: Annotated[str | None, Tag("Varenavn")] = None
    description: Annotated[str | None, Tag("Beskrivelse")] = None
    product_group: Annotated[CV | None, Tag("Produktgruppe")] = None
    reason: Annotated[CV, Tag("Begrunnelse")]
    earlier: Annotated[tuple[EarlierNutrition, ...], Tag("TidligereBehandling")] = ()
    occupational_injury: Annotated[OccupationalInjury | None, Tag("Yrkesskade")] = None


@dataclass(frozen=True, kw_only=True)
class ReimbursementApplication:
    """M2 SoknadHelfo, the edition of 2017. Exactly one of nutrition, paragraph 3 and injury."""

    diagnosis: Annotated[CV, Tag("Diagnose")]
    related_diagnoses: Annotated[tuple[CV, ...], Tag("RelatertDiagnose")] = ()
    reason: Annotated[str, Tag("Begrunnelse")]
    note: Annotated[str | None, Tag("Merknad")] = None
    outside_institution: Annotated[CS, Tag("UtenforInstitusjon")]
    first_time: Annotated[CS, Tag("Forstegangs")]
    updated: Annotated[bool, Tag("Oppdatert")]
    attachments: Annotated[tuple[str, ...], Tag("Vedlegg")] = ()
    nutrition: Annotated[NutritionApplication | None, Tag("SoknadNaringsmiddel")] = None
    paragraph_3: Annotated[Paragraph3Application | None, Tag("Soknad3")] = None
    injury: Annotated[OccupationalInjuryApplication | None, Tag("Yrkesskade")] = None
    initiator: Annotated[Initiator, Tag("Instituert")]
    legal_basis: Annotated[CV, Tag("RefHjemmel")]
    long_term: Annotated[CS | None, Tag("LangvarigBehandling")] = None


@dataclass(frozen=True, kw_only=True)
class DecisionScope:
    """`reimbursement_codes` in the edition of 2014 only."""

    name: Annotated[str | None, Tag("Varenavn")] = None
    product_group: Annotated[CV | None, Tag("ProdGruppe")] = None
    legal_basis: Annotated[CV | None, Tag("RefHjemmel")] = None
    reimbursement_codes: Annotated[tuple[CV, ...], Tag("RefKode")] = ()
    daily_maximum: Annotated[PQ | None, Tag("DoseDognMaks")] = None
    valid_until: Annotated[date | None, Tag("GyldigTil")] = None


@dataclass(frozen=True, kw_only=True)
class ReimbursementDecision:
    """M12 Soknadssvar. Outcome 7482, refusal reasons 7481."""

    id: Annotated[str, Tag("Svar-ID")]
    application_id: Annotated[str, Tag("RefSoknad")]
    applied_for: Annotated[str, Tag("OmsoktVare")]
    outcome: Annotated[CS, Tag("Beslutning")]
    reason: Annotated[str | None, Tag("Begrunnelse")] = None
    refusal_reasons: Annotated[tuple[CS, ...], Tag("Avslagsgrunn")] = ()
    decided_on: Annotated[date, Tag("Vedtaksdato")]
    scope: Annotated[DecisionScope | None, Tag("VedtaketOmfatter")] = None


@dataclass(frozen=True, kw_only=True)
class SignatureProof:
    """SKO (signaturkontrollobjekt)."""

    prescription_id: Annotated[str, Tag("ReseptId")]
    certificate_id: Annotated[str, Tag("SertifikatId")]
    signature_status: Annotated[CS, Tag("Signatursatus")]
    received_at: Annotated[datetime, Tag("Mottatt")]
    digest: Annotated[str, Tag("Hashverdi")]
    hpr_number: Annotated[str, Tag("HprNr")]
    hpr_remark: Annotated[CV, Tag("HPRMerknad")]
    authorisation_code: Annotated[str, Tag("Autorisasjonskode")]
    prescribing_code: Annotated[str, Tag("Rekvireringskode")]


APPLICATION = Root(ReimbursementApplication, "SoknadHelfo", *M2)
DECISION = Root(ReimbursementDecision, "Soknadssvar", *M12)
PROOF = Root(SignatureProof, "SKO", *SKO)
