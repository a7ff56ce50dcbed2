"""The profiles of resources we write, as data: name → (resource type, base, what binds)."""

from __future__ import annotations

from typing import Final

R4: Final = "http://hl7.org/fhir/StructureDefinition/"
NO_BASIS: Final = "http://hl7.no/fhir/StructureDefinition/no-basis-"
KJ: Final = "http://nhn.no/kj/fhir/StructureDefinition/"
ANY: Final = "*"
Rule = tuple[str, int, str]  # path below the resource, least, most
EXTENSION: Final = "extension:"

PROFILES: Final[dict[str, tuple[str, str, tuple[Rule, ...]]]] = {
    "sfm-Patient": (
        "Patient",
        f"{NO_BASIS}Patient",
        (("active", 1, "1"), ("identifier", 1, ANY), ("name", 1, ANY), ("address", 1, ANY)),
    ),
    "sfm-Practitioner": (
        "Practitioner",
        f"{NO_BASIS}Practitioner",
        (("identifier", 1, ANY), ("name", 1, ANY)),
    ),
    "sfm-Person": ("Person", f"{NO_BASIS}Person", (("identifier", 1, ANY), ("name", 1, ANY))),
    "sfm-Organization": (
        "Organization",
        f"{NO_BASIS}Organization",
        (("identifier", 0, ANY), ("name", 1, "1"), (f"{EXTENSION}sfm-epjinfo", 0, "1")),
    ),
    "sfm-PractitionerRole": ("PractitionerRole", f"{R4}PractitionerRole", (("code", 1, ANY),)),
    "sfm-MedicationStatement": (
        "MedicationStatement",
        f"{NO_BASIS}MedicationStatement",
        (
            ("identifier", 1, ANY),
            ("medication[x]", 1, "1"),
            ("subject", 1, "1"),
            ("dosage", 1, ANY),
            ("dosage.sequence", 1, "1"),
            ("dosage.timing.repeat", 0, "0"),
            (f"{EXTENSION}sfm-reseptamendment", 0, "1"),
            (f"{EXTENSION}sfm-regInfo", 0, ANY),
            (f"{EXTENSION}sfm-generic-substitution", 0, "1"),
            (f"{EXTENSION}sfm-discontinuation", 0, "1"),
            (f"{EXTENSION}sfm-deliverysummary", 0, ANY),
        ),
    ),
    "sfm-Medication": (
        "Medication",
        f"{NO_BASIS}Medication",
        (("code", 1, "1"), ("code.coding", 1, ANY), (f"{EXTENSION}sfm-medicationdetails", 0, "1")),
    ),
    "sfm-Magistrell-Medication": (
        "Medication",
        f"{NO_BASIS}Medication",
        (("code", 1, "1"), (f"{EXTENSION}sfm-name", 1, "1"), (f"{EXTENSION}sfm-recipe", 0, "1")),
    ),
    "sfm-Substance": ("Substance", f"{NO_BASIS}Substance", (("code", 1, "1"),)),
    "sfm-MedicationDispense": (
        "MedicationDispense",
        f"{R4}MedicationDispense",
        (
            ("medication[x]", 1, "1"),
            ("subject", 1, "1"),
            ("authorizingPrescription", 1, ANY),
            ("whenHandedOver", 1, "1"),
            (f"{EXTENSION}sfm-dispenseinfo", 0, "1"),
        ),
    ),
    "sfm-BandaPrescription": (
        "Basic",
        f"{R4}Basic",
        (
            ("identifier", 1, ANY),
            ("subject", 1, "1"),
            (f"{EXTENSION}sfm-reseptdocbanda", 1, "1"),
            (f"{EXTENSION}sfm-reseptamendment", 1, "1"),
        ),
    ),
    "sfm-NutritionStatement": (
        "Basic",
        f"{R4}Basic",
        (
            ("identifier", 1, ANY),
            ("subject", 1, "1"),
            (f"{EXTENSION}sfm-reseptdocbanda", 1, "1"),
            (f"{EXTENSION}sfm-reseptamendment", 1, "1"),
        ),
    ),
    "sfm-PLL-info": ("Basic", f"{R4}Basic", ((f"{EXTENSION}sfm-pllInformation", 1, "1"),)),
    "sfm-MedicationComposition": (
        "Composition",
        f"{R4}Composition",
        (("identifier", 1, "1"), ("subject", 1, "1"), ("section", 4, ANY), ("section.code", 1, "1")),
    ),
    "sfm-MedicationBundle": (
        "Bundle",
        f"{R4}Bundle",
        (("type", 1, "1"), ("entry", 4, ANY), ("entry.fullUrl", 1, "1")),
    ),
    "sfm-lib-List": (
        "List",
        f"{R4}List",
        (
            ("text", 1, "1"),
            ("subject", 1, "1"),
            (f"{EXTENSION}SfmLibListMetaData", 0, "1"),
            (f"{EXTENSION}sfm-correspondancedata", 1, "1"),
        ),
    ),
    "sfm-Condition": ("Condition", f"{R4}Condition", (("code", 1, "1"), ("subject", 1, "1"))),
    "sfm-Observation": ("Observation", f"{R4}Observation", (("code", 1, "1"), ("value[x]", 1, "1"))),
    "sfm-Task": ("Task", f"{R4}Task", (("identifier", 1, ANY), ("code", 1, "1"), ("description", 1, "1"))),
    "SfmJournalNote": (
        "Basic",
        f"{R4}Basic",
        (("subject", 0, "0"), ("code.text", 0, "0"), (f"{EXTENSION}JournalNote", 1, "1")),
    ),
    "sfm-Indicator": (
        "Basic",
        f"{R4}Basic",
        (("subject", 1, "1"), (f"{EXTENSION}sfm-IndicatorInfo", 1, "1")),
    ),
    "sfm-DrugReview": ("Basic", f"{R4}Basic", (("subject", 0, "1"),)),
}
