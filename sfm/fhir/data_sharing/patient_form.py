"""sfm-Patient out and in (fhir.md 3.1)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from sfm.core.errors import Invalid
from sfm.core.ids import PidKind
from sfm.fhir.data_sharing import insurance_form, naming, opaque, versions
from sfm.fhir.data_sharing.r4.faults import BadContent, Fault, required
from sfm.patients.identity import read_pid
from sfm.patients.vault import PatientIdentity

if TYPE_CHECKING:
    from uuid import UUID

GENDERS = {"1": "male", "2": "female", "9": "other"}  # Volven 3101
SEXES = {gender: sex for sex, gender in GENDERS.items()} | {"unknown": "0"}
LONGEST = 200  # characters of a text
PROFILE = f"{naming.PROFILE}sfm-Patient"


def resource(patient_key: UUID, person: PatientIdentity) -> dict[str, Any]:
    made: dict[str, Any] = {
        "resourceType": "Patient",
        "id": opaque.of_key(patient_key),
        "meta": {"profile": [PROFILE]},
        "identifier": [naming.identifier(naming.OF_KIND[person.pid_type], person.pid)],
        "active": not person.inactive,
        "name": naming.human_name(person.given, person.family),
        "gender": GENDERS.get(person.sex, "unknown"),
    }
    if person.phone:
        made["telecom"] = [{"system": "phone", "value": person.phone}]
    if person.born:
        made["birthDate"] = person.born.isoformat()
    if address := _address(person):
        made["address"] = [address]
    if insurance := insurance_form.written(person.insurance):
        made["extension"] = insurance
    return versions.by_content(made)


def read(content: dict[str, Any]) -> PatientIdentity:
    """Raises BadContent with every rule broken."""
    given, family = naming.read_name(content)
    pid, pid_faults = _pid(content)
    address: dict[str, Any] = next(iter(content.get("address", ())), {})
    born = content.get("birthDate", "")
    faults = [
        *pid_faults,
        *_broken_rules(content, given, family, address),
        *_number_rules(content, pid),
        *_lengths(content),
        *insurance_form.faults(content),
    ]
    if faults:
        raise BadContent(*faults)
    return PatientIdentity(
        family=family,
        given=given,
        pid=pid,
        born=date.fromisoformat(born) if len(born) == len("2026-01-01") else None,
        sex=SEXES.get(content.get("gender", ""), ""),
        address_line=", ".join(address.get("line", [])) or str(address.get("text", "")),
        postal_code=str(address.get("postalCode", "")),
        city=str(address.get("city", "")),
        inactive=content.get("active") is False,
        insurance=insurance_form.read(content),
        phone=next(
            (
                str(t["value"])
                for t in content.get("telecom", ())
                if t.get("system") == "phone" and "value" in t
            ),
            "",
        ),
    )


def number(name: str, value: str) -> str:
    """A number as the vault takes it, from system and value. Raises Invalid when it cannot be one."""
    if naming.system(name) == naming.LOCAL_ID and not value.startswith("xxx-"):
        return _local(value)
    return value


def _pid(content: dict[str, Any]) -> tuple[str, list[Fault]]:
    given = naming.identifiers(content)
    national = [name for name in naming.NATIONAL if name in given]
    if len(national) > 1:
        return "", [_fault("Patient.identifier", "Pasienten kan ikke ha både fødselsnummer og D-nummer.",
                           "Patient cannot have both FNR and DNR active.")]  # fmt: skip
    chosen = next((name for name in (*national, naming.LOCAL_ID) if name in given), "")
    if not chosen:
        return "", [Fault(path="Patient.identifier", code="required",
                          text="Pasienten må ha fødselsnummer, D-nummer eller xxx-id.",
                          diagnostics="one of FNR, DNR and xxx-id is required")]  # fmt: skip
    try:
        pid = number(chosen, given[chosen])
        kind, _, _ = read_pid(pid)
    except Invalid as error:
        return "", [_fault(_place(content, chosen), error.text, "not a valid number of its system")]
    if naming.OF_KIND[kind] != chosen:
        return "", [_fault(_place(content, chosen), "Nummeret er av en annen type enn oppgitt.",
                           "the number is not of the kind its system says")]  # fmt: skip
    return pid, []


def _broken_rules(content: dict[str, Any], given: str, family: str, address: dict[str, Any]) -> list[Fault]:
    needed = (
        ("Patient.active", "Feltet active", "active" in content),
        ("Patient.name[0].family", "Etternavn", bool(family)),
        ("Patient.name[0].given", "Fornavn", bool(given)),
        ("Patient.address[0].postalCode", "Postnummer", "postalCode" in address),
        ("Patient.address[0].city", "Poststed", "city" in address),
    )
    faults = [required(path, what) for path, what, there in needed if not there]
    if any(link.get("type") != "replaces" for link in content.get("link", ())):
        faults.append(_unsupported("Patient.link", "Bare link av typen replaces tilbys."))
    return faults


def _number_rules(content: dict[str, Any], pid: str) -> list[Fault]:
    if not pid:
        return []
    kind = read_pid(pid)[0]
    faults = []
    if kind in (PidKind.D_NUMBER, PidKind.LOCAL) and len(content.get("birthDate", "")) != len("2026-01-01"):
        faults.append(required("Patient.birthDate", "Fødselsdato"))
    if kind == PidKind.LOCAL and "gender" not in content:
        faults.append(required("Patient.gender", "Kjønn"))
    return faults


def _lengths(content: dict[str, Any]) -> list[Fault]:
    texts = [("Patient.name", text) for name in content.get("name", ()) for text in _texts(name)]
    texts += [("Patient.address", text) for one in content.get("address", ()) for text in _texts(one)]
    texts += [("Patient.identifier", value) for value in naming.all_values(content)]
    return [
        _fault(path, "Teksten er for lang.", f"at most {LONGEST} characters")
        for path, text in texts
        if len(text) > LONGEST
    ]


def _texts(value: dict[str, Any]) -> list[str]:
    flat = [part for one in value.values() for part in (one if isinstance(one, list) else [one])]
    return [part for part in flat if isinstance(part, str)]


def _local(value: str) -> str:
    """A record system's own id may be mostly digits; the vault knows ours by the prefix."""
    return value if sum(character.isdigit() for character in value) < 11 else f"xxx-{value}"


def _address(person: PatientIdentity) -> dict[str, Any]:
    parts = {
        "use": "home",
        "type": "physical",
        "text": person.address_line,
        "line": [person.address_line] if person.address_line else [],
        "city": person.city,
        "postalCode": person.postal_code,
    }
    there = {name: value for name, value in parts.items() if value}
    return there if len(there) > 2 else {}


def _place(content: dict[str, Any], name: str) -> str:
    systems = [naming.system(str(one.get("system", ""))) for one in content["identifier"]]
    return f"Patient.identifier[{systems.index(name)}].value"


def _fault(path: str, text: str, diagnostics: str) -> Fault:
    return Fault(path=path, code="value", text=text, diagnostics=diagnostics)


def _unsupported(path: str, text: str) -> Fault:
    return Fault(path=path, code="not-supported", text=text, diagnostics="not supported")
