"""sfm-MedicationDispense: what pharmacies have told of a prescription, each handing out by itself (fhir.md 6.5)."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sfm.core import clock
from sfm.fhir.basis import names
from sfm.fhir.basis.build import people
from sfm.fhir.basis.build.parts import extension, part, quantity, reference, url_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sfm.fhir.basis.build.parts import Entries, Part, Resource
    from sfm.medication.models import Prescription

NUMBER = re.compile(r"\d+([.,]\d+)?")
ENDED = "R"  # 7408


def put(entries: Entries, prescriptions: Iterable[Prescription], patient: Part) -> list[Part]:
    """References, oldest first; only of prescriptions the document has a statement for."""
    found = [
        (str(given["at"]), link, given)
        for link in prescriptions
        if url_of("statement", link.pk) in entries.found
        for given in link.dispensed
        if given.get("at")
    ]
    found.sort(key=lambda one: one[0])
    return [_put(entries, link, given, patient) for _, link, given in found]


def packages(amount: str) -> Decimal:
    """How many packages a report speaks of: «2 pk»; one where it says nothing."""
    found = NUMBER.match(amount)
    return Decimal(found[0].replace(",", ".")) if found else Decimal(1)


def _put(entries: Entries, link: Prescription, given: dict[str, Any], patient: Part) -> Part:
    name = str(given.get("name") or "Ukjent vare")
    statement = url_of("statement", link.pk)
    made: Resource = {
        "resourceType": "MedicationDispense",
        "meta": {"profile": [names.DISPENSE]},
        "extension": [_info(link)],
        "status": "completed",
        "medicationReference": _product(entries, name),
        "subject": patient,
        "authorizingPrescription": [reference(statement, "MedicationStatement", name)],
        "quantity": quantity(packages(str(given.get("amount", ""))), "pakning"),
        "whenHandedOver": clock.local(datetime.fromisoformat(str(given["at"]))).date().isoformat(),
    }
    if report := given.get("report"):
        made["identifier"] = [{"use": "usual", "type": {"text": "M10id"}, "value": str(report)}]
    if pharmacy := given.get("pharmacy"):
        made["performer"] = [{"actor": people.put_named_unit(entries, str(pharmacy))}]
    key = f"{link.pk}:{given.get('report') or given['at']}:{name}"
    return reference(entries.put("dispense", key, made), "MedicationDispense", name)


def _info(link: Prescription) -> Part:
    return extension(
        names.DISPENSE_INFO,
        part("concluded", "Boolean", link.rf_status == ENDED),
        part("prescriptionid", "String", str(link.pk)),
    )


def _product(entries: Entries, name: str) -> Part:
    """The pharmacy's name of what it gave; which product of FEST that is, the report does not always say."""
    made: Resource = {
        "resourceType": "Medication",
        "meta": {"profile": [names.MEDICATION]},
        "code": {"coding": [{"system": names.FEST, "display": name}]},
        "status": "active",
    }
    return reference(entries.put("dispensed", name, made), "Medication", name)
