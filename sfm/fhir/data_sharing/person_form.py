"""sfm-Practitioner and sfm-Person out and in (fhir.md 3.2, 3.3): two views of the people of a journal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings

from sfm.core.errors import Invalid
from sfm.core.ids import Hpr, NationalId, PidKind
from sfm.fhir.data_sharing import naming, versions
from sfm.fhir.data_sharing.r4.faults import BadContent, Fault, required

if TYPE_CHECKING:
    from sfm.identity.models import Practitioner

PRACTITIONER = f"{naming.PROFILE}sfm-Practitioner"
PERSON = f"{naming.PROFILE}sfm-Person"
CATEGORY, SPECIALITY = f"{naming.VOLVEN}9060", f"{naming.VOLVEN}7426"
NO_IDENTIFIER = (
    "No identifier supplied. Create or Update must include at least one official identifier (FNR/DNR) "
    "or an HPR number."
)
BOTH = "{} cannot have both FNR and DNR active."
LONGEST = 100  # characters of a name


@dataclass(frozen=True, kw_only=True, repr=False)
class Stated:
    """What the record system says of a person."""

    given: str
    family: str
    pid: str
    hpr: str
    active: bool
    category: str
    specialities: tuple[str, ...]
    phone: str
    email: str


def practitioner(row: Practitioner) -> dict[str, Any]:
    made = _common(row, "Practitioner", PRACTITIONER)
    if row.hpr:
        made["identifier"].append(naming.identifier(naming.HPR, row.hpr))
    codes = [(CATEGORY, row.personnel_category), *((SPECIALITY, code) for code in row.specialities)]
    if qualifications := [
        {"code": {"coding": [{"system": name, "code": code}]}} for name, code in codes if code
    ]:
        made["qualification"] = qualifications
    return _versioned(made, row)


def person(row: Practitioner) -> dict[str, Any]:
    return _versioned(_common(row, "Person", PERSON), row)


def read(content: dict[str, Any]) -> Stated:
    """Raises BadContent with every rule broken."""
    kind = content["resourceType"]
    given, family = naming.read_name(content)
    numbers = naming.identifiers(content)
    faults = [*_names(kind, given, family), *_identifiers(kind, content, numbers)]
    if faults:
        raise BadContent(*faults)
    return Stated(
        given=given,
        family=family,
        pid=next((numbers[name] for name in naming.NATIONAL if name in numbers), ""),
        hpr=numbers.get(naming.HPR, "") if kind == "Practitioner" else "",
        active=content.get("active", True),
        category=next(iter(_coded(content, CATEGORY)), ""),
        specialities=tuple(_coded(content, SPECIALITY)),
        phone=_telecom(content, "phone", 30),
        email=_telecom(content, "email", 200),
    )


def _common(row: Practitioner, kind: str, profile: str) -> dict[str, Any]:
    made: dict[str, Any] = {
        "resourceType": kind,
        "id": str(row.pk),
        "meta": {"profile": [profile]},
        "identifier": [_national(row.pid)] if row.pid else [],
        "active": row.may_enter,
        "name": naming.human_name(row.given_name, row.family_name),
    }
    reached = [
        {"system": name, "value": value}
        for name, value in (("phone", row.phone), ("email", row.email))
        if value
    ]
    return made | ({"telecom": reached} if reached else {})


def _versioned(made: dict[str, Any], row: Practitioner) -> dict[str, Any]:
    if not made["identifier"]:
        del made["identifier"]
    return versions.with_id(made, row.version)


def _national(pid: str) -> dict[str, Any]:
    kind = NationalId.parse(pid, environment=settings.SFM_ENVIRONMENT).kind
    return naming.identifier(naming.OF_KIND[kind], pid)


def _names(kind: str, given: str, family: str) -> list[Fault]:
    parts = (("given", "Fornavn", given), ("family", "Etternavn", family))
    faults = [required(f"{kind}.name[0].{name}", label) for name, label, text in parts if not text]
    return faults + [
        Fault(
            path=f"{kind}.name[0].{name}", code="value", text=f"{label} er for langt.", diagnostics="too long"
        )
        for name, label, text in parts
        if len(text) > LONGEST
    ]


def _identifiers(kind: str, content: dict[str, Any], numbers: dict[str, str]) -> list[Fault]:
    path = f"{kind}.identifier"
    national = [name for name in naming.NATIONAL if name in numbers]
    accepted = [*national, *([naming.HPR] if naming.HPR in numbers and kind == "Practitioner" else [])]
    if not accepted:
        said = NO_IDENTIFIER if kind == "Practitioner" else "No identifier supplied (FNR/DNR)."
        return [_fault(path, "Et fødselsnummer, D-nummer eller HPR-nummer mangler.", said, "required")]
    if len(national) > 1:
        return [_fault(path, "En person kan ikke ha både fødselsnummer og D-nummer.", BOTH.format(kind))]
    return [fault for name in accepted for fault in _number(name, numbers[name], _place(content, kind, name))]


def _number(name: str, value: str, path: str) -> list[Fault]:
    try:
        if name == naming.HPR:
            Hpr.parse(value)
            return []
        found = NationalId.parse(value, environment=settings.SFM_ENVIRONMENT).kind
    except Invalid as error:
        return [
            Fault(path=path, code="value", text=error.text, diagnostics="not a valid number of its system")
        ]
    wanted = PidKind.FNR if name == naming.FNR else PidKind.D_NUMBER
    said = "Nummeret er av en annen type enn oppgitt."
    return [] if found == wanted else [_fault(path, said, "the number is not of the kind its system says")]


def _fault(path: str, text: str, diagnostics: str, code: str = "value") -> Fault:
    return Fault(path=path, code=code, text=text, diagnostics=diagnostics)


def _place(content: dict[str, Any], kind: str, name: str) -> str:
    systems = [naming.system(str(one.get("system", ""))) for one in content["identifier"]]
    return f"{kind}.identifier[{systems.index(name)}].value"


def _coded(content: dict[str, Any], name: str) -> list[str]:
    codings = [
        coding for one in content.get("qualification", ()) for coding in one.get("code", {}).get("coding", ())
    ]
    wanted = [
        str(c["code"]) for c in codings if naming.system(str(c.get("system", ""))) == name and c.get("code")
    ]
    return [code for code in wanted if len(code) <= 4]


def _telecom(content: dict[str, Any], name: str, longest: int) -> str:
    values = [str(one.get("value", "")) for one in content.get("telecom", ()) if one.get("system") == name]
    return next((value for value in values if 0 < len(value) <= longest), "")
