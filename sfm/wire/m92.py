"""M9.1/M9.2: a pharmacy searches for prescriptions.

Spoken by the simulators; M9.12 of older editions borrows a part.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from sfm.wire.binding import Root, Tag
from sfm.wire.m274 import MultidosePharmacy, MultidosePhysician
from sfm.wire.namespaces import FK1, M91, M92, M274
from sfm.wire.values import CS, CV, PQ, Address, Ident


@dataclass(frozen=True, kw_only=True)
class PharmacySearch:
    """ForesporselReseptUtleverer (M9.1)."""

    national_id: Annotated[str | None, Tag("Fnr")] = None
    reference_numbers: Annotated[tuple[str, ...], Tag("RefNr")] = ()
    born_on: Annotated[date | None, Tag("Fdato")] = None
    given_name: Annotated[str | None, Tag("Fornavn")] = None
    family_name: Annotated[str | None, Tag("Etternavn")] = None
    reason: Annotated[CS | None, Tag("Arsak")] = None
    all_prescriptions: Annotated[CS, Tag("AlleResepter")]
    phonetic: Annotated[CS | None, Tag("FonetiskSok")] = None
    employee_id: Annotated[str, Tag("AnsattId")]
    include_guardian_reserved: Annotated[CS | None, Tag("InkluderVergeinnsynsreservasjon")] = None


@dataclass(frozen=True, kw_only=True)
class PrescriptionInfo:
    """Reseptinfo. Editions before 2023 lack some fields; the 2010 one spells the name NavnStyrkeForm."""

    prescribed_on: Annotated[date, Tag("Forskrivningsdato")]
    given_name: Annotated[str | None, Tag("Fornavn")] = None
    middle_name: Annotated[str | None, Tag("Mellomnavn")] = None
    family_name: Annotated[str | None, Tag("Etternavn")] = None
    address: Annotated[Address | None, Tag("Address", inner=FK1)] = None
    prescriber_id: Annotated[str | None, Tag("RekvirentId")] = None
    prescriber_name: Annotated[str | None, Tag("NavnRekvirent")] = None
    item_number: Annotated[str | None, Tag("Nr")] = None
    name_form_strength: Annotated[str | None, Tag("NavnFormStyrke")] = None
    name_form_strength_2010: Annotated[str | None, Tag("NavnStyrkeForm")] = None
    changed_by_pharmacist: Annotated[CS | None, Tag("EndretFarmasoyt")] = None
    legal_basis: Annotated[CV | None, Tag("RefHjemmel")] = None
    prescription_id: Annotated[str, Tag("ReseptId")]
    status: Annotated[CS, Tag("Status")]
    recall_note: Annotated[str | None, Tag("MerknadTilbakekalling")] = None
    dispenser_name: Annotated[str | None, Tag("NavnUtleverer")] = None
    reference_number: Annotated[str | None, Tag("RefNr")] = None
    product_group: Annotated[CV | None, Tag("ProdGruppe")] = None
    ident: Annotated[Ident | None, Tag("Ident", inner=FK1)] = None
    exemption_status: Annotated[CS | None, Tag("StatusSoknadSlv")] = None
    compounded_name: Annotated[str | None, Tag("LegemiddelblandingNavn")] = None
    dispensing_method: Annotated[CS | None, Tag("MetodeEkspedering")] = None
    guardian_access_reservation: Annotated[bool | None, Tag("Vergeinnsynsreservasjon")] = None
    last_dispensed_on: Annotated[date | None, Tag("SisteUtlevering")] = None
    indication_text: Annotated[str | None, Tag("Bruksomrade")] = None
    package_count: Annotated[Decimal | None, Tag("Antall")] = None
    package_size: Annotated[str | None, Tag("Pakningsstr")] = None
    package_unit: Annotated[CV | None, Tag("EnhetPakning")] = None
    quantity: Annotated[PQ | None, Tag("Mengde")] = None
    refills: Annotated[int | None, Tag("Reiterasjon")] = None
    earliest_dispensing_on: Annotated[date | None, Tag("TidligsteUtlevering")] = None
    use_type: Annotated[CS | None, Tag("Bruk")] = None


@dataclass(frozen=True, kw_only=True)
class MultidoseUser:
    national_id: Annotated[str, Tag("Fnr")]
    pharmacy: Annotated[MultidosePharmacy | None, Tag("Multidoseapotek", ns=M274)] = None
    physician: Annotated[MultidosePhysician | None, Tag("Multidoselege", ns=M274)] = None


@dataclass(frozen=True, kw_only=True)
class PharmacyList:
    """Reseptliste (M9.2)."""

    status: Annotated[CS | None, Tag("Status")] = None
    prescriptions: Annotated[tuple[PrescriptionInfo, ...], Tag("Reseptinfo")] = ()
    multidose_users: Annotated[tuple[MultidoseUser, ...], Tag("Multidosebruker")] = ()


SEARCH = Root(PharmacySearch, "ForesporselReseptUtleverer", *M91)
LIST = Root(PharmacyList, "Reseptliste", *M92)
to_xml = SEARCH.to_xml
parse = LIST.parse
