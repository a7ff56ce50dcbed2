"""M25.1 extension 1: handled warnings, changes, comments and reviews travel beside the list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from sfm.wire.binding import Attribute, Root, Tag
from sfm.wire.namespaces import M251_EXTENSION
from sfm.wire.values import CV


@dataclass(frozen=True, kw_only=True)
class AuthorPerson:
    hpr_number: Annotated[str, Tag("HprId")]
    given_name: Annotated[str, Tag("Fornavn")]
    family_name: Annotated[str, Tag("Etternavn")]
    role: Annotated[CV | None, Tag("Rolle")] = None


@dataclass(frozen=True, kw_only=True)
class AuthorOrganisation:
    her_id: Annotated[str | None, Tag("HerId")] = None
    organisation_number: Annotated[str | None, Tag("OrgId")] = None
    name: Annotated[str, Tag("Navn")]


@dataclass(frozen=True, kw_only=True)
class Author:
    person: Annotated[AuthorPerson, Tag("Helseperson")]
    organisation: Annotated[AuthorOrganisation | None, Tag("Organisasjon")] = None


@dataclass(frozen=True, kw_only=True)
class EntryDosage:
    entry_id: Annotated[str, Tag("EnkeltoppforingLIB_ref")]
    intake_advice: Annotated[tuple[CV, ...], Tag("ForholdsregelInntak")] = ()
    additional_text: Annotated[str | None, Tag("Tilleggstekst")] = None
    dosage_text: Annotated[str | None, Tag("Doseringstekst")] = None


@dataclass(frozen=True, kw_only=True)
class Reference:
    identifier: Annotated[str, Tag("Identifier")]
    timestamp: Annotated[datetime | None, Tag("Timestamp")] = None
    type: Annotated[str, Tag("Type")]
    display: Annotated[str, Tag("Display")]


@dataclass(frozen=True, kw_only=True)
class HandledWarning:
    """VarselHandtert. One or two entries: an interaction stands between two."""

    entry_ids: Annotated[tuple[str, ...], Tag("EnkeltoppforingLIB_ref")]
    id: Annotated[str, Tag("Id")]
    type: Annotated[CV, Tag("TypeVarsel")]
    code: Annotated[CV, Tag("Kode")]
    note: Annotated[str | None, Tag("Merknad")] = None
    at: Annotated[datetime | None, Tag("Tidspunkt")] = None
    author: Annotated[Author, Tag("Forfatter")]
    reference: Annotated[Reference | None, Tag("Referanse")] = None


@dataclass(frozen=True, kw_only=True)
class TreatmentChange:
    """MedisinskEndring."""

    entry_id: Annotated[str, Tag("EnkeltoppforingLIB_ref")]
    codes: Annotated[tuple[CV, ...], Tag("Kode")]
    at: Annotated[datetime, Tag("Tidspunkt")]
    note: Annotated[str | None, Tag("Merknad")] = None
    author: Annotated[Author, Tag("Forfatter")]


@dataclass(frozen=True, kw_only=True)
class TreatmentComment:
    entry_id: Annotated[str, Tag("EnkeltoppforingLIB_ref")]
    at: Annotated[datetime, Tag("Tidspunkt")]
    note: Annotated[str, Tag("Merknad")]
    author: Annotated[Author, Tag("Forfatter")]


@dataclass(frozen=True, kw_only=True)
class MedicationReview:
    """Legemiddelgjennomgang."""

    at: Annotated[datetime, Tag("Tidspunkt")]
    note: Annotated[str | None, Tag("Merknad")] = None
    author: Annotated[Author, Tag("Forfatter")]


@dataclass(frozen=True, kw_only=True)
class ListExtension:
    """LegemidlerIbrukUtvidelse (sic)."""

    version: Annotated[str | None, Attribute("version")] = None
    dosages: Annotated[tuple[EntryDosage, ...], Tag("Dosering")] = ()
    warnings: Annotated[tuple[HandledWarning, ...], Tag("VarselHandtert")] = ()
    changes: Annotated[tuple[TreatmentChange, ...], Tag("MedisinskEndring")] = ()
    comments: Annotated[tuple[TreatmentComment, ...], Tag("KommentarBehandling")] = ()
    review: Annotated[MedicationReview | None, Tag("Legemiddelgjennomgang")] = None


EXTENSION = Root(ListExtension, "LegemidlerIbrukUtvidelse", *M251_EXTENSION)
to_xml = EXTENSION.to_xml
parse = EXTENSION.parse
