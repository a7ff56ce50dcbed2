"""What an administrator types about a unit, with everything that is wrong told at once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import UUID

from sfm.core.errors import Invalid
from sfm.core.ids import HerId, OrgNr
from sfm.tenancy.models import Organisation, OrganisationKind, OrganisationType
from sfm.tenancy.organisations import OrganisationData

if TYPE_CHECKING:
    from collections.abc import Mapping

FIELDS = (
    "kind", "parent", "name", "orgnr", "her_id", "type_code", "address_line", "postal_code", "city", "phone", "email",
)  # fmt: skip
LONGEST = {"name": 200, "address_line": 200, "city": 100, "phone": 30, "email": 200}
POSTAL_CODE = re.compile(r"[0-9]{4}", re.ASCII)
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def typed(form: Mapping[str, str]) -> dict[str, str]:
    return {name: str(form.get(name, "")).strip() for name in FIELDS}


def of_unit(unit: Organisation) -> dict[str, str]:
    parent = str(unit.parent_id or "")
    return {name: parent if name == "parent" else str(getattr(unit, name)) for name in FIELDS}


def read(
    fields: Mapping[str, str], units: list[Organisation], unit: Organisation | None = None
) -> OrganisationData:
    """The unit as typed. `units` are those of this journal, `unit` the one that is changed. Raises Invalid."""
    problems = _malformed(fields) | _misplaced(fields, units, unit)
    problems |= {name: text for name, text in _taken(fields, units, unit).items() if name not in problems}
    if problems:
        raise Invalid("Ingenting er lagret.", fields=problems)
    parent = next((one for one in units if str(one.pk) == fields["parent"]), None)
    texts = {name: fields[name] for name in ("name", "address_line", "postal_code", "city", "phone", "email")}
    return OrganisationData(
        kind=fields["kind"],
        parent=parent,
        orgnr=fields["orgnr"],
        her_id=fields["her_id"],
        type_code=int(fields["type_code"]),
        municipality_code=unit.municipality_code if unit else "",
        pll_enabled_from=unit.pll_enabled_from if unit else None,
        **texts,
    )


def _malformed(fields: Mapping[str, str]) -> dict[str, str]:
    problems: dict[str, str] = {}
    for parse, value in ((OrgNr.parse, fields["orgnr"]), (HerId.parse, fields["her_id"])):
        try:
            if value or parse is OrgNr.parse:
                parse(value)
        except Invalid as error:
            problems |= error.fields
    if not fields["name"]:
        problems["name"] = "Enheten må ha et navn."
    for name, longest in LONGEST.items():
        if len(fields[name]) > longest:
            problems[name] = f"Kan ha inntil {longest} tegn."
    if fields["postal_code"] and not POSTAL_CODE.fullmatch(fields["postal_code"]):
        problems["postal_code"] = "Postnummer har fire sifre."
    if fields["email"] and not EMAIL.fullmatch(fields["email"]):
        problems["email"] = "E-postadressen er ikke gyldig."
    return problems


def _misplaced(
    fields: Mapping[str, str], units: list[Organisation], unit: Organisation | None
) -> dict[str, str]:
    problems: dict[str, str] = {}
    if fields["kind"] not in OrganisationKind.values:
        problems["kind"] = "Velg virksomhet eller avdeling."
    if fields["type_code"] not in {str(code) for code in OrganisationType.values}:
        problems["type_code"] = "Velg en virksomhetstype."
    is_root = unit is not None and unit.parent_id is None
    if fields["parent"] not in _possible_parents(units, unit) and not (is_root and not fields["parent"]):
        problems["parent"] = "Velg hvilken enhet den ligger under."
    return problems


def _possible_parents(units: list[Organisation], unit: Organisation | None) -> set[str]:
    """All but the unit itself and what lies below it."""
    below: set[UUID] = {unit.pk} if unit else set()
    for _ in units:
        below |= {one.pk for one in units if one.parent_id in below}
    return {str(one.pk) for one in units if one.pk not in below}


def _taken(fields: Mapping[str, str], units: list[Organisation], unit: Organisation | None) -> dict[str, str]:
    """An organisation number may recur below its own owner; a HER-id never; a name not beside itself."""
    others = [one for one in units if unit is None or one.pk != unit.pk]
    number = fields["orgnr"].replace(" ", "")
    problems: dict[str, str] = {}
    for one in others:
        if fields["her_id"] and one.her_id == fields["her_id"]:
            problems["her_id"] = f"HER-id {one.her_id} er allerede registrert på «{one.name}»."
        if one.orgnr == number and not fields["parent"]:
            problems["orgnr"] = f"Organisasjonsnummeret er allerede registrert på «{one.name}»."
        beside = str(one.parent_id or "") == fields["parent"]
        if beside and one.name.casefold() == fields["name"].casefold():
            problems["name"] = f"Det finnes allerede en enhet som heter «{one.name}» her."
    if fields["her_id"] and "her_id" not in problems and _used_elsewhere(fields["her_id"], unit):
        problems["her_id"] = f"HER-id {fields['her_id']} er i bruk av en annen virksomhet."
    return problems


def _used_elsewhere(her_id: str, unit: Organisation | None) -> bool:
    others = Organisation.objects.filter(her_id=her_id, active=True)
    return bool((others.exclude(pk=unit.pk) if unit else others).exists())
