from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any
from uuid import uuid4

from django.conf import settings

from sfm.core.errors import Invalid
from sfm.core.ids import NationalId, PidKind, kind_of


@dataclass(frozen=True, kw_only=True, repr=False)
class PatientIdentity:
    """(Pasient, identitet) Who a patient is. Lives in memory only; stored sealed.

    `pid_type` is given by `normalised`; a person without number has PidKind.LOCAL and a local id.
    """

    family: str
    given: str
    pid: str = ""
    pid_type: PidKind = PidKind.LOCAL
    born: date | None = None
    sex: str = ""  # Volven 3101 as the record system states it (1, 2, 9); never read from the number
    address_line: str = ""
    postal_code: str = ""
    city: str = ""
    phone: str = ""
    insurance: tuple[
        tuple[str, str], ...
    ] = ()  # EØS and convention country, by the names of sfm-eea (fhir.md 3.1)
    inactive: bool = False  # the record system has closed the patient: no ticket, no list, nothing deleted

    @property
    def name(self) -> str:
        """Family name first, as in the banner: «Demosen, Kari»."""
        return f"{self.family}, {self.given}".strip(", ")

    @property
    def has_national_id(self) -> bool:
        return self.pid_type in (PidKind.FNR, PidKind.D_NUMBER)

    def __repr__(self) -> str:
        return "<PatientIdentity …>"


def normalised(identity: PatientIdentity) -> PatientIdentity:
    """The number checked for this environment, its kind and birth date filled in. Raises Invalid."""
    if not identity.family.strip():
        raise Invalid(fields={"family": "Pasienten må ha et navn."})
    kind, pid, born = read_pid(identity.pid)
    return replace(identity, pid=pid, pid_type=kind, born=identity.born or born)


def read_pid(pid: str) -> tuple[PidKind, str, date | None]:
    """Kind, normal form and birth date of a number; no number gives a fresh local id."""
    text = pid.strip()
    if not text:
        return PidKind.LOCAL, f"xxx-{uuid4()}", None
    kind = kind_of(text)
    if kind in (PidKind.LOCAL, PidKind.FH):
        if sum(character.isdigit() for character in text) >= 11 and not text.startswith("xxx-"):
            NationalId.parse(text, environment=settings.SFM_ENVIRONMENT)  # says what is wrong with it
        return kind, text, None
    number = NationalId.parse(text, environment=settings.SFM_ENVIRONMENT)
    return number.kind, number.value, number.born


def to_payload(identity: PatientIdentity) -> dict[str, Any]:
    values = {name: value for name, value in asdict(identity).items() if value}
    if identity.born:
        values["born"] = identity.born.isoformat()
    return values


def from_payload(values: dict[str, Any]) -> PatientIdentity:
    born = date.fromisoformat(values["born"]) if values.get("born") else None
    insurance = tuple((name, text) for name, text in values.get("insurance", ()))
    read = {"born": born, "insurance": insurance, "pid_type": PidKind(values["pid_type"])}
    return PatientIdentity(**{**values, **read})
