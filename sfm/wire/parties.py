"""Who sends, who receives, whom it is about: the people and organisations of the envelope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from sfm.wire.binding import Tag
from sfm.wire.values import CS, CV, Address, Ident, TeleCom


@dataclass(frozen=True, kw_only=True)
class HealthcareProfessional:
    personnel_category: Annotated[CS | None, Tag("TypeHealthcareProfessional")] = None
    role_to_patient: Annotated[CV | None, Tag("RoleToPatient")] = None
    family_name: Annotated[str | None, Tag("FamilyName")] = None
    middle_name: Annotated[str | None, Tag("MiddleName")] = None
    given_name: Annotated[str | None, Tag("GivenName")] = None
    born_on: Annotated[date | None, Tag("DateOfBirth")] = None
    sex: Annotated[CS | None, Tag("Sex")] = None
    nationality: Annotated[CS | None, Tag("Nationality")] = None
    idents: Annotated[tuple[Ident, ...], Tag("Ident")] = ()
    address: Annotated[Address | None, Tag("Address")] = None
    telecoms: Annotated[tuple[TeleCom, ...], Tag("TeleCom")] = ()

    def number(self, kind: str) -> str | None:
        return _number(self.idents, kind)


@dataclass(frozen=True, kw_only=True)
class Organisation:
    name: Annotated[str, Tag("OrganisationName")]
    type: Annotated[CV | None, Tag("TypeOrganisation")] = None
    idents: Annotated[tuple[Ident, ...], Tag("Ident")] = ()
    address: Annotated[Address | None, Tag("Address")] = None
    telecoms: Annotated[tuple[TeleCom, ...], Tag("TeleCom")] = ()
    department: Annotated[Organisation | None, Tag("Organisation")] = None
    professional: Annotated[HealthcareProfessional | None, Tag("HealthcareProfessional")] = None

    def number(self, kind: str) -> str | None:
        """The identifier of a kind (ENH, HER, RSH), if given."""
        return _number(self.idents, kind)

    @property
    def prescriber(self) -> HealthcareProfessional | None:
        """The person of the organisation or of its department."""
        return self.professional or (self.department.professional if self.department else None)


@dataclass(frozen=True, kw_only=True)
class Patient:
    family_name: Annotated[str | None, Tag("FamilyName")] = None
    middle_name: Annotated[str | None, Tag("MiddleName")] = None
    given_name: Annotated[str | None, Tag("GivenName")] = None
    born_on: Annotated[date | None, Tag("DateOfBirth")] = None
    sex: Annotated[CS | None, Tag("Sex")] = None
    nationality: Annotated[CS | None, Tag("Nationality")] = None
    idents: Annotated[tuple[Ident, ...], Tag("Ident")] = ()
    address: Annotated[Address | None, Tag("Address")] = None
    telecoms: Annotated[tuple[TeleCom, ...], Tag("TeleCom")] = ()

    @property
    def national_id(self) -> str | None:
        """The fødselsnummer or D-nummer."""
        return _number(self.idents, "FNR") or _number(self.idents, "DNR")


@dataclass(frozen=True, kw_only=True)
class Party:
    """A sender or receiver."""

    com_method: Annotated[CS | None, Tag("ComMethod")] = None
    organisation: Annotated[Organisation, Tag("Organisation")]


@dataclass(frozen=True, kw_only=True)
class OtherReceiver:
    com_method: Annotated[CS | None, Tag("ComMethod")] = None
    role: Annotated[CS, Tag("RoleReceiver")]
    organisation: Annotated[Organisation | None, Tag("Organisation")] = None
    patient: Annotated[Patient | None, Tag("Patient")] = None
    person: Annotated[Patient | None, Tag("Person")] = None
    professional: Annotated[HealthcareProfessional | None, Tag("HealthcareProfessional")] = None


def _number(idents: tuple[Ident, ...], kind: str) -> str | None:
    return next((ident.id for ident in idents if ident.type.code == kind), None)
