"""A patient file: the person into the vault, everything else to rows that know a patient key (integration.md 10.6)."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sfm.core.errors import Invalid
from sfm.medication.actions import ledger, lists
from sfm.medication.models import MedicationList
from sfm.migration import messages, papers, reactions, source, treatments
from sfm.migration.envelope import Unreadable
from sfm.migration.models import MigratedDocument, MigratedRow
from sfm.migration.report import TAKEN, WAITING, Report
from sfm.migration.rows import Taking
from sfm.patients import vault
from sfm.patients.identity import PatientIdentity
from sfm.wire import safe_xml

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfm.core.ids import PatientKey
    from sfm.migration.models import MigrationFile
    from sfm.wire.safe_xml import Element

MAIN: Final = "PatientData.xml"
NATIONAL: Final = ("FNR", "DNR")
OTHER: Final = "X" * 3  # 8116: a number of the source's own
SEXES: Final = ("1", "2", "9")
# What FM's inbox says, and which task it becomes here (integration.md 7.4)
INBOX_TASKS: Final = {"2": 101, "3": 102, "18": 4, "21": 104}
KEPT: Final = (
    ("comment", "EkspederingsAnmodningKommentar"),
    ("party", "Fastlege"),
    ("party", "MultidoseAnsvarligLege"),
    ("party", "PLOInformasjon"),
)
KEPT_BELOW: Final = (
    ("interaction", "HandterteInteraksjoner", "HandertInteraksjon"),
    ("approval", "VibGodkjenninger", "VibGodkjenning"),
)
HISTORY: Final = "UstrukturertHistorikk"


def take(file: MigrationFile, files: Mapping[str, bytes], *, organisation: str) -> tuple[Report, PatientKey]:
    """Inside a transaction of the caller. Raises Unreadable or WireFormatError for what is no patient file."""
    name = next((name for name in files if name.rpartition("/")[2].lower() == MAIN.lower()), "")
    if not name:
        raise Unreadable(f"Arkivet mangler {MAIN}.")
    patient, report = source.parse(files[name], source.PATIENT), Report()
    for fault in source.schema_faults(patient):
        report.deviates("schema", kind="patient", said=fault)
    key = _register(patient, report)
    lists.touch(key)
    taking = Taking(
        file=file, report=report, patient=key, source_patient=source.text(patient, "Id")[:64],
        organisation=organisation,
    )  # fmt: skip
    taking.took("patient", taking.source_patient, key)
    treatments.take_all(taking, patient)
    reactions.take_all(taking, patient)
    used = messages.take_all(taking, patient, files)
    papers.reviews(taking, patient)
    papers.applications(taking, patient)
    _keep_the_rest(taking, patient)
    _documents(taking, files, name, used)
    _multidose(key, patient)
    taking.write()
    _inbox(taking)
    return report, key


def _register(patient: Element, report: Report) -> PatientKey:
    """A number that cannot be used here gives way to the source's own id; the report says so."""
    about = source.child(patient, "DemografiskInfo")
    numbers = source.numbers(about)
    national = next((numbers[kind] for kind in NATIONAL if kind in numbers), "")
    if national:
        try:
            return vault.register(_identity(about, national))
        except Invalid as error:
            report.deviates("pid_refused", kind="patient", said=error.text)
    local = numbers.get(OTHER) or source.text(patient, "Id")
    if not local:
        raise Unreadable("Pasienten har verken fødselsnummer eller egen id.")
    return vault.register(_identity(about, f"xxx-{local.lower()}"))


def _identity(about: Element | None, pid: str) -> PatientIdentity:
    address = source.child(about, "Address")
    given = (source.text(about, "GivenName"), source.text(about, "MiddleName"))
    sex = source.code(about, "Sex")
    return PatientIdentity(
        family=source.text(about, "FamilyName") or "Ukjent",
        given=" ".join(name for name in given if name),
        pid=pid,
        born=source.day(about, "DateOfBirth"),
        sex=sex if sex in SEXES else "",
        address_line=source.text(address, "StreetAdr"),
        postal_code=source.text(address, "PostalCode"),
        city=source.text(address, "City"),
        phone=_phone(about),
    )


def _phone(about: Element | None) -> str:
    said = (source.code(one, "TeleAddress") for one in source.children(about, "TeleCom"))
    return next((one.removeprefix("tel:") for one in said if one.startswith("tel:")), "")


def _keep_the_rest(taking: Taking, patient: Element) -> None:
    for kind, name in KEPT:
        for number, element in enumerate(source.children(patient, name)):
            taking.keep(kind, f"{name}/{number}", element)
    for kind, above, name in KEPT_BELOW:
        for number, element in enumerate(source.children(patient, above, name)):
            taking.keep(kind, f"{name}/{number}", element)
    history = source.child(patient, HISTORY)
    if history is not None:
        taking.took(
            "history", HISTORY, document(taking, "history", "historikk.html", source.text(history).encode())
        )


def _documents(taking: Taking, files: Mapping[str, bytes], main: str, used: set[str]) -> None:
    """The file itself, and whatever the export never mentions."""
    document(taking, "export", main, files[main])
    for name in sorted(set(files) - used - {main}):
        taking.report.deviates("unused_file", kind="file", source=name[-64:])
        taking.took("file", name[-58:], document(taking, "other", name, files[name]))


def document(taking: Taking, kind: str, name: str, raw: bytes) -> UUID:
    """Kept once per patient and content, encrypted."""
    digest = sha256(raw).hexdigest()
    patient = taking.patient if taking.patient.int else None
    held = MigratedDocument.objects.filter(patient_key=patient, kind=kind, sha256=digest).first()
    if held is None:
        held = MigratedDocument.objects.create(
            file=taking.file, patient_key=patient, kind=kind, name=name[:300], raw=raw, sha256=digest
        )
    found: UUID = held.pk
    return found


def _multidose(key: PatientKey, patient: Element) -> None:
    name = source.text(patient, "MultidoseAnsvarligLege", "Navn")
    if name:
        MedicationList.objects.filter(patient_key=key, multidose_physician="").update(
            multidose_physician=name[:255]
        )


def _inbox(taking: Taking) -> None:
    """Messages to this patient that came with the organisation file and waited."""
    waiting = MigratedRow.objects.filter(kind="inbox", outcome=WAITING, source_patient=taking.source_patient)
    for row in waiting:
        element = safe_xml.parse((row.content or {})["xml"].encode())
        code = INBOX_TASKS[source.code(element, "MeldingsType")]
        item = ledger.work_item(
            code,
            patient=taking.patient,
            owner_id=taking.user(source.text(element, "LegeBrukerId")),
            subject_id=_prescription(taking, source.text(element, "PrescriptionId")),
        )
        row.outcome, row.target_id, row.patient_key, row.content = TAKEN, item.pk, taking.patient, None
        row.save()


def _prescription(taking: Taking, stated: str) -> UUID | None:
    rows = MigratedRow.objects.filter(
        kind="prescription", source_id=stated, source_patient=taking.source_patient
    )
    found: UUID | None = rows.values_list("target_id", flat=True).first()
    return found
