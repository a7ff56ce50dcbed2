"""Utlending of an M1: the EØS insurance and convention country the record system has stated (requirement 2.3.5)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from sfm.wire import m1
from sfm.wire.values import cs

if TYPE_CHECKING:
    from sfm.patients.identity import PatientIdentity

# 7416, without A: it is said by ArbeidstakerNorge
DOCUMENTS: Final = {
    "E112": "EØS-blankett E112",
    "E123": "EØS-blankett E123",
    "EHIC": "Helsetrygdkort (European Health Insurance Card)/EØS-kort",
    "HAST": "Hasteblankett (hasteblankett benyttes som erstatning for EØS-kort)",
    "PASS": "Pass",
}


def of(person: PatientIdentity) -> m1.ForeignPatient | None:
    said = dict(person.insurance)
    if not said:
        return None
    country = said.get("conventioncountry")
    return m1.ForeignPatient(
        works_in_norway=said["employeeinnorway"] == "true" if "employeeinnorway" in said else None,
        treaty_country=cs(country, country) if country else None,
        eea=_card(said) if "eeadok" in said else None,
    )


def _card(said: dict[str, str]) -> m1.EeaCard:
    return m1.EeaCard(
        document=cs(said["eeadok"], DOCUMENTS.get(said["eeadok"], said["eeadok"])),
        card_id=said.get("eeacardid"),
        person_id=said.get("eeaid"),
        office_name=said.get("eeaofficename"),
        office_number=said.get("eeaofficenumber"),
        valid_from=_day(said.get("eeavalidfrom")),
        valid_to=_day(said.get("eeavalidto")),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
