"""Names of Basis: profiles, extensions, code systems and sections (fhir.md 4 to 6)."""

from __future__ import annotations

from sfm.fhir.data_sharing.naming import FEST, HER_ID, HPR, PROFILE, SYSTEM, VOLVEN

__all__ = ["FEST", "HER_ID", "HPR", "PROFILE", "SYSTEM", "VOLVEN"]

ATC = "http://www.whocc.no/atc"
LOINC = "http://loinc.org"
GROUP = "http://hl7.no/fhir/StructureDefinition/no-basis-prescriptiongroup"
AMENDMENT = f"{PROFILE}sfm-reseptamendment"
REGISTERED = f"{PROFILE}sfm-regInfo"
SUBSTITUTION = f"{PROFILE}sfm-generic-substitution"
DISCONTINUATION = f"{PROFILE}sfm-discontinuation"
DELIVERY = f"{PROFILE}sfm-deliverysummary"
DETAILS = f"{PROFILE}sfm-medicationdetails"
AMOUNT_TEXT = f"{PROFILE}sfm-amountText"
AREA = f"{PROFILE}sfm-application-area"
SHORT_DOSE = f"{PROFILE}sfm-shortdosage"
USE = f"{PROFILE}sfm-use"
PLL_INFORMATION = f"{PROFILE}sfm-pllInformation"
WARE = f"{PROFILE}sfm-reseptdocbanda"

STATEMENT = f"{PROFILE}sfm-MedicationStatement"
MEDICATION = f"{PROFILE}sfm-Medication"
COMPOUNDED = f"{PROFILE}sfm-Magistrell-Medication"
SUBSTANCE = f"{PROFILE}sfm-Substance"
BANDA = f"{PROFILE}sfm-BandaPrescription"
DISPENSE = f"{PROFILE}sfm-MedicationDispense"
DISPENSE_INFO = f"{PROFILE}sfm-dispenseinfo"
PLL = f"{PROFILE}sfm-PLL-info"
ROLE = f"{PROFILE}sfm-PractitionerRole"
BUNDLE = f"{PROFILE}sfm-MedicationBundle"
COMPOSITION = f"{PROFILE}sfm-MedicationComposition"
ORGANIZATION = f"{PROFILE}sfm-Organization"

SECTION_TYPES = f"{SYSTEM}sfm-section-types"
MESSAGE_TYPES = f"{SYSTEM}sfm-message-type"
RESULT_CODES = f"{SYSTEM}sfm-kj-rf-error-code"
REGISTRATION_STATUS = f"{SYSTEM}sfm-medicationstatement-registration-status"
PERFORMER_ROLES = f"{SYSTEM}sfm-performer-roles"
REGISTRATION_TYPES = f"{SYSTEM}sfm-festregistrationtype"
MESSAGES = {
    "M25.1": "PLL",
    "M25.2": "Multidose spørremelding fra apotek",
    "M25.3": "Multidose utleveringsmelding",
    "M9.12": "PLL",
}
EMPTY_REASON = "http://terminology.hl7.org/CodeSystem/list-empty-reason"

MEDICATIONS, LIST_INFO, ALLERGIES = "sectionMedication", "sectionPLLinfo", "sectionAllergies"
OTHERS, DISPENSES = "sectionOtherPrescriptions", "sectionDispense"
# code → (title, display, text)
SECTIONS = {
    MEDICATIONS: ("Medication", "List of Medication statements", "List of medications"),
    LIST_INFO: ("PllInfo", "PLL Info", "Info read from M25"),
    ALLERGIES: ("Allergies", "Section allergies", "List of allergies"),
    OTHERS: ("Other Prescriptions", "List of non medical prescriptions", "List of non medical prescriptions"),
    DISPENSES: ("sectionDispense", "Section dispense", "List of dispensings"),
}
NEEDED = (MEDICATIONS, LIST_INFO, ALLERGIES, OTHERS)  # in a document that is sent to us

# sfm-kj-rf-error-code: 0, 1 and 5 are seen in real answers, the others are ours
RESULTS = {
    "0": "OK",
    "1": "Tilbakekalt",
    "5": "Ingen rettighet til KJ oppslag",
    "90": "Kilden svarer ikke",
    "91": "Tidsavbrudd",
    "92": "Pasienten har reservert seg",
    "93": "Avvist av kilden",
    "94": "Samtykke mangler",
    "95": "Ukjent person",
    "96": "Ingen rettighet til RF oppslag",
    "97": "Oppslag ikke utført",
    "99": "Ukjent",
}
