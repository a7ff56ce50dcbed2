"""M25.1, M25.2, M25.3: medications in use (LegemidlerIBruk). One set of classes, three namespaces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from sfm.wire import m1
from sfm.wire.binding import Root, Tag
from sfm.wire.ki import Reaction
from sfm.wire.m1 import Organisation, PrescribedMedication, Professional
from sfm.wire.namespaces import KI, M251, M252, M253
from sfm.wire.values import CS, CV, URL


@dataclass(frozen=True, kw_only=True)
class Role:
    """Rolle (7490): L, F, M, P, A for the list; R, I, S for an entry."""

    role: Annotated[CS, Tag("Rolle")]
    professional: Annotated[Professional | None, Tag("Helseperson")] = None
    organisation: Annotated[Organisation | None, Tag("Organisasjon")] = None


@dataclass(frozen=True, kw_only=True)
class Discontinuation:
    """Seponering in the list: the reason is a CS of 7494."""

    at: Annotated[datetime, Tag("Tidspunkt")]
    reason: Annotated[CS, Tag("Arsak")]
    note: Annotated[str | None, Tag("Merknad")] = None


@dataclass(frozen=True, kw_only=True)
class PharmacyAnswer:
    """Svar (7493)."""

    code: Annotated[CV, Tag("Kode")]
    note: Annotated[str | None, Tag("Merknad")] = None


@dataclass(frozen=True, kw_only=True)
class PharmacyQuestion:
    """Sporsmal (7495). `asker` and `recipient` are HER-ids."""

    code: Annotated[CV, Tag("Kode")]
    note: Annotated[str | None, Tag("Merknad")] = None
    at: Annotated[datetime, Tag("Tidspunkt")]
    asker: Annotated[str, Tag("Stiller")]
    recipient: Annotated[str | None, Tag("Mottaker")] = None
    answer: Annotated[PharmacyAnswer | None, Tag("Svar")] = None


@dataclass(frozen=True, kw_only=True)
class PackedDispensing:
    """SisteUtlevering (M25.3): the packed period. `dispensing` is one Utlevering element."""

    m10_id: Annotated[str | None, Tag("RefM10")] = None
    repacking_reason: Annotated[CS | None, Tag("Ompakkingsgrunn")] = None
    first_dose_on: Annotated[date, Tag("DatoForsteDose")]
    last_dose_on: Annotated[date, Tag("DatoSisteDose")]
    image: Annotated[URL | None, Tag("Bilderef")] = None
    dispensing: Annotated[bytes, Tag("UtleveringB64")]


@dataclass(frozen=True, kw_only=True)
class SharedListEntry:
    """EnkeltoppforingLIB. `id` never changes; `medication` is one ReseptDokLegemiddel, the M1's own bytes.

    `in_multidose` and `packed` in M25.3 only, `discontinuation` in M25.1 only, `questions` in M25.1 and M25.2.
    """

    id: Annotated[str, Tag("Id")]
    type: Annotated[CS, Tag("Type")]
    prescription_id: Annotated[str | None, Tag("ReseptId")] = None
    expires_on: Annotated[date | None, Tag("UtlopsdatoResept")] = None
    changed_at: Annotated[datetime, Tag("SistEndret")]
    started_on: Annotated[date | None, Tag("DatoOppstart")] = None
    in_multidose: Annotated[CS | None, Tag("InngarMultidose")] = None
    treatment_changed: Annotated[bool | None, Tag("MedEndring")] = None
    roles: Annotated[tuple[Role, ...], Tag("Rolle")] = ()
    medication: Annotated[bytes, Tag("ReseptDokLegemiddelB64")]
    packed: Annotated[tuple[PackedDispensing, ...], Tag("SisteUtlevering")] = ()
    discontinuation: Annotated[Discontinuation | None, Tag("Seponering")] = None
    questions: Annotated[tuple[PharmacyQuestion, ...], Tag("Sporsmal")] = ()

    def parsed_medication(self) -> PrescribedMedication:
        return m1.MEDICATION.parse(self.medication)


@dataclass(frozen=True, kw_only=True)
class Packing:
    """Pakkeinfo (M25.2, M25.3): what the pharmacy packs next, and until when it takes changes."""

    order_deadline: Annotated[datetime, Tag("Bestillingsfrist")]
    first_dose_on: Annotated[date | None, Tag("ForsteDoseringsdato")] = None
    last_dose_on: Annotated[date | None, Tag("SisteDoseringsdato")] = None


@dataclass(frozen=True, kw_only=True)
class SharedMedicationList:
    """LegemidlerIBruk: the whole list, replacing the one before. `substitute` (Vikar, 1101) in M25.1 only."""

    roles: Annotated[tuple[Role, ...], Tag("Rolle")] = ()
    entries: Annotated[tuple[SharedListEntry, ...], Tag("EnkeltoppforingLIB")] = ()
    packing: Annotated[Packing | None, Tag("Pakkeinfo")] = None
    reactions: Annotated[tuple[Reaction, ...], Tag("Allergi", ns=KI)] = ()
    note: Annotated[str | None, Tag("Merknad")] = None
    substitute: Annotated[CS | None, Tag("Vikar")] = None


LIST = Root(SharedMedicationList, "LegemidlerIBruk", *M251, *M252, *M253)
M251_LIST = Root(SharedMedicationList, "LegemidlerIBruk", *M251)
M252_LIST = Root(SharedMedicationList, "LegemidlerIBruk", *M252)
M253_LIST = Root(SharedMedicationList, "LegemidlerIBruk", *M253)
to_xml = LIST.to_xml
parse = LIST.parse
