"""The extensions we write, as data: name → (title, base address or "" for our own, parts)."""

from __future__ import annotations

from typing import Final

from sfm.fhir.data_sharing import naming

Part = tuple[str, str, int, str]  # name, type, least, most
EXTENSIONS: Final[dict[str, tuple[str, str, tuple[Part, ...]]]] = {
    "sfm-open-list-state": (
        "Listens tilstand: når den er endret, og om den er signert",
        "",
        (
            ("lastChanged", "dateTime", 0, "1"),
            ("reactionsLastChanged", "dateTime", 0, "1"),
            ("signed", "boolean", 1, "1"),
            ("signedBy", "Reference", 0, "1"),
            ("signedAt", "dateTime", 0, "1"),
            ("unsignedChanges", "integer", 1, "1"),
            ("drafts", "integer", 1, "1"),
        ),
    ),
    "sfm-open-history": (
        "Én endring av én behandling",
        "",
        (
            ("timestamp", "dateTime", 1, "1"),
            ("verb", "code", 1, "1"),
            ("title", "string", 1, "1"),
            ("reference", "Reference", 1, "1"),
            ("text", "string", 0, "1"),
            ("change", "Extension", 0, "*"),
        ),
    ),
    "sfm-open-message": (
        "En sendt eller mottatt melding",
        "",
        (
            ("timestamp", "dateTime", 1, "1"),
            ("kind", "code", 1, "1"),
            ("title", "string", 1, "1"),
            ("direction", "code", 1, "1"),
            ("state", "code", 1, "1"),
            ("stateText", "string", 1, "1"),
            ("parent", "Identifier", 0, "1"),
            ("content", "Reference", 0, "1"),
        ),
    ),
    "SfmLibListMetaData": (
        "Siste vellykkede oppslag i hver kilde",
        naming.PROFILE,
        (
            ("lastRFLookup", "dateTime", 0, "1"),
            ("lastKJLookup", "dateTime", 0, "1"),
            ("lastKILookup", "dateTime", 0, "1"),
        ),
    ),
    "JournalNote": (
        "Journalnotat",
        naming.PROFILE,
        (
            ("timestamp", "dateTime", 1, "1"),
            ("type", "Coding", 1, "1"),
            ("encounterIdentifier", "Identifier", 0, "1"),
            ("reference", "Reference", 0, "1"),
            ("title", "string", 1, "1"),
            ("text", "string", 1, "1"),
            ("comment", "string", 0, "1"),
        ),
    ),
    "sfm-IndicatorInfo": (
        "Endringsindikator",
        naming.PROFILE,
        (
            ("lastCreatedOnUtc", "dateTime", 1, "1"),
            ("count", "integer", 1, "1"),
            ("event", "Extension", 0, "*"),
        ),
    ),
    "sfm-correspondancedata": ("Listen som XML til korrespondanse", naming.PROFILE, ()),
}

# Of Basis (fhir.md 6): our reading of what the guides and real payloads show
OF_BASIS: Final[dict[str, tuple[str, tuple[Part, ...]]]] = {
    "sfm-reseptamendment": (
        "Resepten",
        (
            ("reseptdate", "date", 0, "1"),
            ("expirationdate", "date", 0, "1"),
            ("festUpdate", "dateTime", 1, "1"),
            ("earliestdispence", "dateTime", 0, "1"),
            ("guardiantransparencyreservation", "boolean", 0, "1"),
            ("ownpractice", "boolean", 0, "1"),
            ("indoctorsname", "boolean", 0, "1"),
            ("lockedresept", "boolean", 0, "1"),
            ("refnum", "string", 0, "1"),
            ("itemgroup", "CodeableConcept", 1, "1"),
            ("numberofpackages", "decimal", 0, "1"),
            ("amount", "Quantity", 0, "1"),
            ("reit", "string", 0, "1"),
            ("reimbursementparagraph", "CodeableConcept", 0, "1"),
            ("reimbursementcode", "CodeableConcept", 0, "1"),
            ("dssn", "string", 0, "1"),
            ("note", "string", 0, "1"),
            ("typeresept", "CodeableConcept", 0, "1"),
            ("lastchanged", "dateTime", 0, "1"),
            ("createeresept", "boolean", 0, "1"),
            ("rfstatus", "Extension", 0, "1"),
            ("recallinfo", "Extension", 0, "1"),
            ("ereseptdosing", "Extension", 0, "*"),
        ),
    ),
    "sfm-regInfo": (
        "Hvem som har forskrevet eller seponert",
        (
            ("status", "CodeableConcept", 1, "1"),
            ("type", "CodeableConcept", 1, "1"),
            ("provider", "Reference", 1, "1"),
            ("timestamp", "dateTime", 1, "1"),
        ),
    ),
    "sfm-deliverysummary": (
        "Hva som er utlevert",
        (
            ("varenummer", "string", 0, "1"),
            ("varenavn", "string", 1, "1"),
            ("pakningsstr", "Quantity", 0, "1"),
            ("antallpkntotalt", "decimal", 1, "1"),
            ("antallpknsiste", "decimal", 1, "1"),
            ("sistutlevert", "dateTime", 1, "1"),
        ),
    ),
    "sfm-generic-substitution": ("Generisk bytte", (("genericSubstitutionAccepted", "boolean", 1, "1"),)),
    "sfm-discontinuation": (
        "Seponering",
        (
            ("timedate", "dateTime", 1, "1"),
            ("reason", "CodeableConcept", 0, "1"),
            ("note", "string", 0, "1"),
        ),
    ),
    "sfm-application-area": ("Bruksområde", (("text", "string", 1, "1"),)),
    "sfm-shortdosage": ("Kortdose", ()),
    "sfm-use": ("Legemiddelbruk", ()),
    "sfm-medicationdetails": (
        "Hvilken varetype i FEST",
        (
            ("registreringstype", "CodeableConcept", 0, "1"),
            ("name", "string", 0, "1"),
            ("packinginfoprescription", "Extension", 0, "1"),
        ),
    ),
    "sfm-amountText": (
        "Mengde med tekst",
        (("amounttext", "string", 1, "1"), ("quantity", "Quantity", 0, "1")),
    ),
    "sfm-pllInformation": (
        "Om den delte listen",
        (
            ("createPLL", "boolean", 0, "1"),
            ("PLLdate", "dateTime", 0, "1"),
            ("substitute", "boolean", 0, "1"),
            ("relatedparties", "Reference", 0, "*"),
        ),
    ),
    "sfm-reseptdocbanda": ("Produktgruppen av en vare", (("productgroup", "CodeableConcept", 1, "1"),)),
    "sfm-dispenseinfo": (
        "Om utleveringen",
        (("concluded", "boolean", 0, "1"), ("prescriptionid", "string", 0, "1")),
    ),
    "sfm-name": ("Navnet på et magistrelt legemiddel", ()),
    "sfm-recipe": ("Framgangsmåten for et magistrelt legemiddel", ()),
    "sfm-adqs": (
        "Mengde til (ad) eller så mye som trengs (qs)",
        (("ad", "boolean", 0, "1"), ("qs", "boolean", 0, "1")),
    ),
    "sfm-eea": (
        "EØS-trygd og konvensjonsland",
        (
            ("employeeinnorway", "boolean", 0, "1"),
            ("conventioncountry", "code", 0, "1"),
            ("eeadok", "code", 0, "1"),
            ("eeacardid", "string", 0, "1"),
            ("eeaid", "string", 0, "1"),
            ("eeaofficename", "string", 0, "1"),
            ("eeaofficenumber", "string", 0, "1"),
            ("eeavalidfrom", "date", 0, "1"),
            ("eeavalidto", "date", 0, "1"),
        ),
    ),
    "sfm-epjinfo": (
        "Journalsystemet og hvem som drifter det",
        (("systeminfo", "Extension", 1, "1"), ("operationsupplierinfo", "Extension", 1, "1")),
    ),
}
SIMPLE: Final = {
    "sfm-correspondancedata": "base64Binary",
    "sfm-shortdosage": "CodeableConcept",
    "sfm-use": "CodeableConcept",
    "sfm-name": "string",
    "sfm-recipe": "string",
}
