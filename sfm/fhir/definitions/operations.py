"""OperationDefinitions: the four of Basis (fhir.md 4.2 to 4.4) and `$resetPIN` (3.2)."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from sfm.fhir.data_sharing.naming import PROFILE
from sfm.fhir.definitions.codes import VALUES
from sfm.fhir.definitions.structures import head

Resource = dict[str, Any]
URL: Final = "http://nhn.no/sfm/fhir/OperationDefinition/SFM-"
IN, OUT = "in", "out"
CONSENT, LOOK_UP, ORIGINALS = (
    f"{VALUES}sfm-kj-consentcodes",
    f"{VALUES}sfm-rfkj-lookupcodes",
    f"{VALUES}sfm-include-binary.valueset",
)
# name, use, least, most, type, profile or value set
Parameter = tuple[str, str, int, str, str, str]
PATIENT: Final[Parameter] = ("patient", IN, 1, "1", "Patient", f"{PROFILE}sfm-Patient")
DOCUMENT: Final = f"{PROFILE}sfm-MedicationBundle"
RESULT: Final[Parameter] = ("resultCode", OUT, 1, "1", "Coding", LOOK_UP)
PARTIES: Final[tuple[Parameter, ...]] = (
    PATIENT,
    ("practitioner", IN, 0, "1", "Identifier", ""),
    ("organization", IN, 0, "1", "Identifier", ""),
    ("role", IN, 0, "1", "code", ""),
    RESULT,
    ("messageID", OUT, 0, "1", "string", ""),
)
OPERATIONS: Final[dict[str, tuple[str, tuple[Parameter, ...]]]] = {
    "getMedication": (
        "Hent legemidlene fra Reseptformidleren, kjernejournal og journalen",
        (
            PATIENT,
            ("Referansenummer", IN, 0, "*", "string", ""),
            ("historyTimestamp", IN, 0, "1", "dateTime", ""),
            ("SamtykkeKjernejournal", IN, 0, "1", "code", CONSENT),
            ("SamtykkeSperretLegemidler", IN, 0, "1", "code", CONSENT),
            ("SamtykkeLasteResepter", IN, 0, "1", "code", CONSENT),
            ("IncludeOriginal", IN, 0, "*", "code", ORIGINALS),
            ("medication", OUT, 1, "1", "Bundle", DOCUMENT),
            ("KJHentetTidspunkt", OUT, 0, "1", "dateTime", ""),
            ("RFHentetTidspunkt", OUT, 0, "1", "dateTime", ""),
            ("KJFeilkode", OUT, 1, "1", "CodeableConcept", LOOK_UP),
            ("RFM96Feilkode", OUT, 1, "1", "CodeableConcept", LOOK_UP),
            ("RFM912Feilkode", OUT, 1, "1", "CodeableConcept", LOOK_UP),
            ("KJHarLegemidler", OUT, 0, "1", "boolean", ""),
            ("KJHarLaste", OUT, 0, "1", "boolean", ""),
            ("RFHarLaste", OUT, 0, "1", "boolean", ""),
        ),
    ),
    "sendMedication": (
        "Gjør i journalen det som er endret i dokumentet, og send meldingene",
        (
            ("medication", IN, 1, "1", "Bundle", DOCUMENT),
            ("recallCount", OUT, 1, "1", "integer", ""),
            ("prescriptionCount", OUT, 1, "1", "integer", ""),
            ("prescriptionOperationResult", OUT, 0, "*", "", ""),
            ("PllResult", OUT, 0, "1", "", ""),
            ("Referansenummer", OUT, 0, "*", "string", ""),
            ("advice", OUT, 0, "1", "OperationOutcome", ""),
        ),
    ),
    "registerResponsibility": ("Registrer multidoseansvarlig lege", PARTIES),
    "deRegisterResponsibility": ("Avregistrer multidoseansvarlig lege", PARTIES),
}
PARTS: Final[dict[str, tuple[Parameter, ...]]] = {
    "prescriptionOperationResult": (
        ("reseptID", OUT, 1, "1", "string", ""),
        ("refnum", OUT, 0, "1", "string", ""),
        RESULT,
    ),
    "PllResult": (("PllmessageID", OUT, 1, "1", "string", ""), RESULT),
}


RESET_PIN: Final = "resetPIN"
OF_PRACTITIONER: Final[dict[str, tuple[str, tuple[Parameter, ...]]]] = {
    RESET_PIN: (
        "Nullstill PIN; SFM bruker ingen",
        (("identifier", IN, 0, "1", "Identifier", ""), ("return", OUT, 1, "1", "OperationOutcome", "")),
    )
}


@cache
def every() -> tuple[Resource, ...]:
    return (
        *(_operation(name, "Patient", *said) for name, said in OPERATIONS.items()),
        *(
            _operation(name, "Practitioner", *said) | {"instance": True}
            for name, said in OF_PRACTITIONER.items()
        ),
    )


def _operation(name: str, resource: str, title: str, parameters: tuple[Parameter, ...]) -> Resource:
    return head("OperationDefinition", f"SFM-{name}", URL + name) | {
        "name": name[0].upper() + name[1:],
        "title": title,
        "kind": "operation",
        "affectsState": True,
        "code": name,
        "resource": [resource],
        "system": False,
        "type": True,
        "instance": False,
        "parameter": [_parameter(*one) for one in parameters],
    }


def _parameter(name: str, use: str, least: int, most: str, kind: str, bound: str) -> Resource:
    made: Resource = {"name": name, "use": use, "min": least, "max": most}
    if kind:
        made["type"] = kind
    if bound.startswith(VALUES):
        made["binding"] = {"strength": "required", "valueSet": bound}
    elif bound:
        made["targetProfile" if kind == "Reference" else "documentation"] = bound
    if name in PARTS:
        made["part"] = [_parameter(*one) for one in PARTS[name]]
    return made
