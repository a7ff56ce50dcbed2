"""What is prescribed: package, substance, brand, compounded medication (Forskrivning).

FEST-only parts stand here because old and foreign messages carry them; `m1` never writes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from sfm.wire.binding import Tag
from sfm.wire.values import CS, CV, MO, PQ, URL


@dataclass(frozen=True, kw_only=True)
class ReimbursementTerm:
    groups: Annotated[tuple[str, ...], Tag("RefRefusjonsgruppe")] = ()
    valid_from: Annotated[date, Tag("GyldigFraDato")]
    prescribable_until: Annotated[date | None, Tag("ForskrivesTilDato")] = None
    dispensable_until: Annotated[date | None, Tag("UtleveresTilDato")] = None


@dataclass(frozen=True, kw_only=True)
class SubstitutionGroup:
    ref: Annotated[str, Tag("RefByttegruppe")]
    valid_from: Annotated[date | None, Tag("GyldigFraDato")] = None
    valid_to: Annotated[date | None, Tag("GyldigTilDato")] = None


@dataclass(frozen=True, kw_only=True)
class Administration:
    mixing_fluid: Annotated[bool | None, Tag("Blandingsveske")] = None
    mixing_fluid_refs: Annotated[tuple[str, ...], Tag("RefBlandingsveske")] = ()
    routes: Annotated[tuple[CV, ...], Tag("Administrasjonsvei")] = ()
    crushable: Annotated[CS | None, Tag("KanKnuses")] = None
    openable: Annotated[CS | None, Tag("KanApnes")] = None
    bolus: Annotated[CS | None, Tag("Bolus")] = None
    bolus_rate: Annotated[CS | None, Tag("InjeksjonshastighetBolus")] = None
    divisible: Annotated[CS | None, Tag("Deling")] = None
    dose_units: Annotated[tuple[CV, ...], Tag("EnhetDosering")] = ()
    short_doses: Annotated[tuple[CV, ...], Tag("Kortdose")] = ()
    intake_advice: Annotated[tuple[CV, ...], Tag("ForhandsregelInntak")] = ()
    label_indications: Annotated[tuple[CV, ...], Tag("BruksomradeEtikett")] = ()
    dose_unit_prescribing: Annotated[CV | None, Tag("DosEnhetForordning")] = None


@dataclass(frozen=True, kw_only=True)
class Medication:
    """Legemiddel: what all kinds have in common."""

    atc: Annotated[CV | None, Tag("Atc")] = None
    name_form_strength: Annotated[str, Tag("NavnFormStyrke")]
    dispensing_group: Annotated[CS, Tag("Reseptgruppe")]
    form: Annotated[CV | None, Tag("LegemiddelformKort")] = None
    term_refs: Annotated[tuple[str, ...], Tag("RefVilkar")] = ()
    preparation_type: Annotated[CS | None, Tag("Preparattype")] = None
    exemption_type: Annotated[CS | None, Tag("TypeSoknadSlv")] = None
    opioid_application: Annotated[bool | None, Tag("Opioidsoknad")] = None
    reimbursements: Annotated[tuple[ReimbursementTerm, ...], Tag("Refusjon")] = ()
    substitution_group: Annotated[SubstitutionGroup | None, Tag("PakningByttegruppe")] = None
    administration: Annotated[Administration | None, Tag("AdministreringLegemiddel")] = None


@dataclass(frozen=True, kw_only=True)
class SortedSubstance:
    order: Annotated[int, Tag("Sortering")]
    ref: Annotated[str, Tag("RefVirkestoffMedStyrke")]


@dataclass(frozen=True, kw_only=True)
class Link:
    description: Annotated[str | None, Tag("Beskrivelse")] = None
    www: Annotated[URL, Tag("Www")]


@dataclass(frozen=True, kw_only=True)
class ProductTextSection:
    heading: Annotated[CS, Tag("Avsnittoverskrift")]
    link: Annotated[Link, Tag("Lenke")]


@dataclass(frozen=True, kw_only=True)
class PackageComponent:
    package_type: Annotated[CV, Tag("Pakningstype")]
    quantity: Annotated[PQ, Tag("Mengde")]
    count: Annotated[int | None, Tag("Antall")] = None


@dataclass(frozen=True, kw_only=True)
class CataloguePackage:
    """Pakningsinfo: the package as FEST describes it."""

    brand_ref: Annotated[str, Tag("RefLegemiddelMerkevare")]
    size: Annotated[str, Tag("Pakningsstr")]
    unit: Annotated[CV, Tag("EnhetPakning")]
    package_type: Annotated[CV, Tag("Pakningstype")]
    multiple: Annotated[int | None, Tag("Multippel")] = None
    count: Annotated[int | None, Tag("Antall")] = None
    quantity: Annotated[Decimal, Tag("Mengde")]
    order: Annotated[int | None, Tag("Sortering")] = None
    ddd: Annotated[PQ | None, Tag("DDD")] = None
    statistics_factor: Annotated[Decimal | None, Tag("Statistikkfaktor")] = None
    components: Annotated[tuple[PackageComponent, ...], Tag("Pakningskomponent")] = ()


@dataclass(frozen=True, kw_only=True)
class PrescribedPackage:
    """PakningsinfoResept: brand name, size and unit as the prescriber chose them."""

    brand_name: Annotated[str, Tag("Varenavn")]
    size: Annotated[str, Tag("Pakningsstr")]
    unit: Annotated[CV, Tag("EnhetPakning")]


@dataclass(frozen=True, kw_only=True)
class Price:
    type: Annotated[CV, Tag("Type")]
    amount: Annotated[MO, Tag("Pris")]
    valid_from: Annotated[date | None, Tag("GyldigFraDato")] = None
    valid_to: Annotated[date | None, Tag("GyldigTilDato")] = None


@dataclass(frozen=True, kw_only=True)
class MarketingInfo:
    outgoing_number: Annotated[str | None, Tag("VarenrUtgaende")] = None
    marketed_on: Annotated[date | None, Tag("Markedsforingsdato")] = None
    deregistered_on: Annotated[date | None, Tag("AvregDato")] = None
    temporarily_out_on: Annotated[date | None, Tag("MidlUtgattDato")] = None


@dataclass(frozen=True, kw_only=True)
class Package(Medication):
    """Legemiddelpakning."""

    id: Annotated[str | None, Tag("Id")] = None
    item_number: Annotated[str, Tag("Varenr")]
    ean: Annotated[str | None, Tag("Ean")] = None
    no_preservative: Annotated[bool | None, Tag("IkkeKonservering")] = None
    storage: Annotated[CV | None, Tag("Oppbevaring")] = None
    catalogue_packages: Annotated[tuple[CataloguePackage, ...], Tag("Pakningsinfo")] = ()
    prescribed_packages: Annotated[tuple[PrescribedPackage, ...], Tag("PakningsinfoResept")] = ()
    prices: Annotated[tuple[Price, ...], Tag("PrisVare")] = ()
    marketing: Annotated[MarketingInfo | None, Tag("Markedsforingsinfo")] = None
    product_texts: Annotated[tuple[ProductTextSection, ...], Tag("Preparatomtaleavsnitt")] = ()


@dataclass(frozen=True, kw_only=True)
class SubstanceGroup(Medication):
    """LegemiddelVirkestoff: prescribed on substance, form and strength.

    `id` is the FEST id. It is an xs:ID, so it begins with a letter or «_», never with a digit.
    """

    id: Annotated[str, Tag("Id")]
    substances: Annotated[tuple[SortedSubstance, ...], Tag("SortertVirkestoffMedStyrke")] = ()


@dataclass(frozen=True, kw_only=True)
class ProductInfo:
    warning_triangle: Annotated[bool | None, Tag("Varseltrekant")] = None
    reference_product: Annotated[str | None, Tag("Referanseprodukt")] = None
    vaccine_standard: Annotated[CV | None, Tag("Vaksinestandard")] = None
    manufacturer: Annotated[str | None, Tag("Produsent")] = None


@dataclass(frozen=True, kw_only=True)
class ValidityRule:
    """`duration` is an ISO 8601 duration, P1Y."""

    sex: Annotated[CS | None, Tag("Kjonn")] = None
    duration: Annotated[str, Tag("Varighet")]


@dataclass(frozen=True, kw_only=True)
class Excipient:
    name: Annotated[str, Tag("Navn")]


@dataclass(frozen=True, kw_only=True)
class Brand(Medication):
    """LegemiddelMerkevare: read only, we prescribe packages or substances."""

    id: Annotated[str | None, Tag("Id")] = None
    brand_name: Annotated[str, Tag("Varenavn")]
    long_form: Annotated[str | None, Tag("LegemiddelformLang")] = None
    substances: Annotated[tuple[SortedSubstance, ...], Tag("SortertVirkestoffMedStyrke")] = ()
    flavour: Annotated[CS | None, Tag("Smak")] = None
    substance_refs: Annotated[tuple[str, ...], Tag("Refvirkestoff")] = ()
    product_info: Annotated[ProductInfo | None, Tag("ProduktInfo")] = None
    validity_rules: Annotated[tuple[ValidityRule, ...], Tag("Reseptgyldighet")] = ()
    excipients: Annotated[tuple[Excipient, ...], Tag("Hjelpestoff")] = ()
    product_texts: Annotated[tuple[ProductTextSection, ...], Tag("Preparatomtaleavsnitt")] = ()


@dataclass(frozen=True, kw_only=True)
class Dose(Medication):
    """Legemiddeldose: read only, RF refuses it (259)."""

    id: Annotated[str, Tag("Id")]
    lmr_number: Annotated[str | None, Tag("LmrLopenr")] = None
    quantity: Annotated[PQ, Tag("Mengde")]
    package_type: Annotated[CV | None, Tag("Pakningstype")] = None
    brand_ref: Annotated[str, Tag("RefLegemiddelMerkevare")]
    package_refs: Annotated[tuple[str, ...], Tag("RefPakning")] = ()
    components: Annotated[tuple[PackageComponent, ...], Tag("Pakningskomponent")] = ()
