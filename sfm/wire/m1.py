"""M1: the prescription (resept). Its MsgId is the ReseptId."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from sfm.wire import safe_xml
from sfm.wire.binding import Attribute, Root, Tag
from sfm.wire.commodities import Commodity, Consumable, NutritionProduct
from sfm.wire.compounded import CompoundedMedication
from sfm.wire.dosing import DosagePeriod
from sfm.wire.medications import Brand, Dose, Package, SubstanceGroup
from sfm.wire.namespaces import FK1, FORSKRIVNING, M1, M1_EXTENSION
from sfm.wire.safe_xml import WireFormatError
from sfm.wire.values import CS, CV, PQ, Address, Ident


@dataclass(frozen=True, kw_only=True)
class AdministrationPlan:
    """AdministreringForskrivning: who helps the patient (9074) and how (9075)."""

    by: Annotated[CS, Tag("AdmVed")]
    how: Annotated[CS, Tag("AdmMate")]
    by_scheme: Annotated[bool | None, Tag("AdmEtterSkjema")] = None
    scheme: Annotated[str | None, Tag("AdmSkjema")] = None


@dataclass(frozen=True, kw_only=True)
class Prescribing:
    """Forskrivning: use, dosage, and exactly one of the five kinds of medication."""

    indication_text: Annotated[str | None, Tag("Bruksomrade")] = None
    dosage_text: Annotated[str | None, Tag("DosVeiledEnkel")] = None
    no_combination: Annotated[bool | None, Tag("IngenKombinasjon")] = None
    use_type: Annotated[CS | None, Tag("Bruk")] = None
    short_dose: Annotated[CV | None, Tag("Kortdose")] = None
    administration: Annotated[AdministrationPlan | None, Tag("AdministreringForskrivning")] = None
    dosage: Annotated[tuple[DosagePeriod, ...], Tag("Dosering")] = ()
    brand: Annotated[Brand | None, Tag("LegemiddelMerkevare")] = None
    package: Annotated[Package | None, Tag("Legemiddelpakning")] = None
    substance: Annotated[SubstanceGroup | None, Tag("LegemiddelVirkestoff")] = None
    compounded: Annotated[CompoundedMedication | None, Tag("Legemiddelblanding")] = None
    dose: Annotated[Dose | None, Tag("Legemiddeldose")] = None

    @property
    def medication(self) -> Brand | Package | SubstanceGroup | CompoundedMedication | Dose:
        """The one that is present; T02 when none is."""
        found = self.package or self.substance or self.compounded or self.brand or self.dose
        if found is None:
            raise WireFormatError("T02", "Forskrivningen mangler legemiddel.")
        return found

    @property
    def name(self) -> str:
        """Name, form and strength as the message says it."""
        medication = self.medication
        return (
            medication.name if isinstance(medication, CompoundedMedication) else medication.name_form_strength
        )


@dataclass(frozen=True, kw_only=True)
class Unlicensed:
    """LegemiddelUtenMt: makes the prescription an application for godkjenningsfritak."""

    reason: Annotated[str, Tag("Begrunnelse")]
    manufacturer: Annotated[str, Tag("Produsent")]
    apply_directly: Annotated[bool, Tag("DirektesoknadSlv")]


@dataclass(frozen=True, kw_only=True)
class _PrescribedItem:
    """`package_count` is Antall, per dispensing; fractions occur (2.5), zero does not."""

    item_group: Annotated[CS, Tag("Varegruppekode")]
    package_count: Annotated[Decimal | None, Tag("Antall")] = None
    note: Annotated[str | None, Tag("Merknad")] = None
    legal_basis: Annotated[CV | None, Tag("RefHjemmel")] = None


@dataclass(frozen=True, kw_only=True)
class PrescribedMedication(_PrescribedItem):
    """ReseptDokLegemiddel. The same element stands, byte for byte, in M25.1."""

    home_care_her_id: Annotated[str | None, Tag("KomLegemdlAdm")] = None
    reimbursement_code: Annotated[CV | None, Tag("RefKode")] = None
    refills: Annotated[int, Tag("Reiterasjon")] = 0
    no_generic_substitution: Annotated[CS | None, Tag("BytteresRekvirent")] = None
    quantity: Annotated[PQ | None, Tag("Mengde")] = None
    unlicensed: Annotated[Unlicensed | None, Tag("LegemiddelUtenMt")] = None
    prescribing: Annotated[Prescribing, Tag("Forskrivning", ns=FORSKRIVNING)]


@dataclass(frozen=True, kw_only=True)
class PrescribedCommodity(_PrescribedItem):
    """ReseptDokHandelsvare."""

    instructions: Annotated[str | None, Tag("Bruksveiledning")] = None
    product_group: Annotated[CV | None, Tag("ProdGruppe")] = None
    prosthesis: Annotated[Commodity | None, Tag("Brystprotese", ns=FORSKRIVNING)] = None
    nutrition: Annotated[NutritionProduct | None, Tag("Naringsmiddel", ns=FORSKRIVNING)] = None
    consumable: Annotated[Consumable | None, Tag("MedForbMatr", ns=FORSKRIVNING)] = None


@dataclass(frozen=True, kw_only=True)
class Organisation:
    her_id: Annotated[Ident, Tag("HerId", inner=FK1)]
    institution: Annotated[str | None, Tag("Inst")] = None
    department: Annotated[str | None, Tag("Dept")] = None
    institution_id: Annotated[CV | None, Tag("InstitusjonsID")] = None


@dataclass(frozen=True, kw_only=True)
class Professional:
    hpr: Annotated[Ident, Tag("HprId", inner=FK1)]
    given_name: Annotated[str | None, Tag("Fornavn")] = None
    family_name: Annotated[str | None, Tag("Etternavn")] = None
    speciality: Annotated[CV | None, Tag("Spesialitet")] = None


@dataclass(frozen=True, kw_only=True)
class Initiator:
    """Instituert: who began the treatment."""

    organisation: Annotated[Organisation | None, Tag("Organisasjon")] = None
    professional: Annotated[Professional | None, Tag("Helseperson")] = None


@dataclass(frozen=True, kw_only=True)
class DispensingRequest:
    """EkspAnm: the first dispensing is tied to one utleverer."""

    terms_met: Annotated[bool, Tag("Vilkar")] = True
    method: Annotated[CS, Tag("MetodeEkspedering")]
    her_id: Annotated[str, Tag("Utleverer")]
    contact: Annotated[str, Tag("Kontaktperson")]
    address: Annotated[Address | None, Tag("Adresse", inner=FK1)] = None
    note: Annotated[str | None, Tag("Merknad")] = None
    organisation_number: Annotated[str, Tag("OrgNrUtleverer")]
    name: Annotated[str, Tag("UtlevererNavn")]


@dataclass(frozen=True, kw_only=True)
class EeaCard:
    document: Annotated[CS, Tag("EEADok")]
    card_id: Annotated[str | None, Tag("EEACardId")] = None
    person_id: Annotated[str | None, Tag("EEAId")] = None
    office_name: Annotated[str | None, Tag("EEATrygdekontorNavn")] = None
    office_number: Annotated[str | None, Tag("EEATrygdekontorNr")] = None
    valid_from: Annotated[date | None, Tag("EEAGyldighetFra")] = None
    valid_to: Annotated[date | None, Tag("EEAGyldighet")] = None


@dataclass(frozen=True, kw_only=True)
class ForeignPatient:
    works_in_norway: Annotated[bool | None, Tag("ArbeidstakerNorge")] = None
    treaty_country: Annotated[CS | None, Tag("Konvensjonsland")] = None
    eea: Annotated[EeaCard | None, Tag("EEA")] = None


@dataclass(frozen=True, kw_only=True)
class Prescription:
    """Resept. Exactly one of `medication` and `commodity`."""

    prescribed_on: Annotated[date, Tag("Forskrivningsdato")]
    expires_on: Annotated[date, Tag("Utloper")]
    military: Annotated[bool | None, Tag("Vernepliktig")] = None
    individual_reimbursement: Annotated[bool | None, Tag("SoktIndividRefusjon")] = None
    exemption_card: Annotated[bool | None, Tag("Frikort")] = None
    guardian_access_reservation: Annotated[bool | None, Tag("Vergeinnsynsreservasjon")] = None
    own_practice: Annotated[bool | None, Tag("TilEgenPraksis")] = None
    in_prescribers_name: Annotated[bool | None, Tag("RekvLegensNavn")] = None
    reference_number: Annotated[str | None, Tag("RefNr")] = None
    speciality: Annotated[CV | None, Tag("Spesialitet")] = None
    medication: Annotated[PrescribedMedication | None, Tag("ReseptDokLegemiddel")] = None
    commodity: Annotated[PrescribedCommodity | None, Tag("ReseptDokHandelsvare")] = None
    initiator: Annotated[Initiator | None, Tag("Instituert")] = None
    dispensing_request: Annotated[DispensingRequest | None, Tag("EkspAnm")] = None
    foreign_patient: Annotated[ForeignPatient | None, Tag("Utlending")] = None
    catalogue_updated_at: Annotated[datetime, Tag("OppdatertFest")]
    earliest_dispensing_on: Annotated[date | None, Tag("TidligsteUtlevering")] = None
    discharge_from_hospital: Annotated[bool | None, Tag("UtskrevetSykehus")] = None
    locked: Annotated[bool | None, Tag("LastResept")] = None


@dataclass(frozen=True, kw_only=True)
class DosageExtension:
    intake_advice: Annotated[tuple[CV, ...], Tag("ForholdsregelInntak")] = ()
    dosage_text: Annotated[str | None, Tag("Doseringstekst")] = None
    additional_text: Annotated[str | None, Tag("Tilleggstekst")] = None


@dataclass(frozen=True, kw_only=True)
class Discontinuation:
    """Seponering in the extensions: the reason is a CV of 7494."""

    at: Annotated[datetime, Tag("Tidspunkt")]
    reason: Annotated[CV, Tag("Arsak")]
    note: Annotated[str | None, Tag("Merknad")] = None


@dataclass(frozen=True, kw_only=True)
class PrescriptionExtension:
    """ReseptUtvidelse, M1 extension 1."""

    version: Annotated[str | None, Attribute("version")] = None
    dosage: Annotated[DosageExtension | None, Tag("Dosering")] = None
    discontinuation: Annotated[Discontinuation | None, Tag("Seponering")] = None
    diagnosis: Annotated[CV | None, Tag("Diagnose")] = None


PRESCRIPTION = Root(Prescription, "Resept", *M1)
MEDICATION = Root(PrescribedMedication, "ReseptDokLegemiddel", *M1)
COMMODITY = Root(PrescribedCommodity, "ReseptDokHandelsvare", *M1)
EXTENSION = Root(PrescriptionExtension, "ReseptUtvidelse", *M1_EXTENSION)
to_xml = PRESCRIPTION.to_xml
parse = PRESCRIPTION.parse


def medication_bytes(message: bytes) -> bytes:
    """The ReseptDokLegemiddel of an M1 in canonical form: what M25.1 repeats unchanged (M25-krav 7)."""
    root = safe_xml.parse(message)
    found = [e for ns in M1 for e in root.iter(f"{{{ns}}}ReseptDokLegemiddel")]
    if len(found) != 1:
        raise WireFormatError("T02", "Resepten har ikke ett legemiddel.")
    return safe_xml.exclusive_c14n(found[0])
