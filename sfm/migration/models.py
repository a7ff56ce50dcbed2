"""What came in from another system: files, what became of each, and the originals of what has no place of its own."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.db import models

from sfm.tenancy.fields import EncryptedBytesField, EncryptedJSONField
from sfm.tenancy.models import JournalModel


class FileKind(models.TextChoices):
    """FileType of the uploader."""

    ORGANISATION = "OrganizationFile", "Virksomhetsfil"
    PATIENT = "PatientFile", "Pasientfil"
    REPORT = "ReportFile", "Rapport"
    UNKNOWN = "Unknown", "Ukjent"


class FileState(models.TextChoices):
    UPLOADING = "uploading", "Lastes opp"
    UPLOADED = "uploaded", "Venter på innlesing"
    IMPORTED = "imported", "Tatt inn"
    DEVIATED = "deviated", "Tatt inn med avvik"
    FAILED = "failed", "Feilet"
    WITHDRAWN = "withdrawn", "Avbrutt"


class MigrationRun(JournalModel):
    """(Innflytting) One migration: the SessionId of the uploader."""

    id = models.UUIDField(primary_key=True, editable=False)
    client_id = models.CharField(max_length=200, blank=True)
    started_by = models.CharField(max_length=255, blank=True)
    started = models.DateTimeField()


class MigrationFile(JournalModel):
    """(Innflyttingsfil) One uploaded file. Its pieces are kept as they came, encrypted by the sender."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    run = models.ForeignKey(MigrationRun, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=300)
    kind = models.CharField(max_length=20, choices=FileKind.choices)
    length = models.BigIntegerField()
    offset = models.BigIntegerField(default=0)
    client_id = models.CharField(max_length=200)
    jkt = models.CharField(max_length=64, blank=True)  # the key that must prove itself for every piece
    state = models.CharField(max_length=12, choices=FileState.choices, default=FileState.UPLOADING)
    sha256 = models.CharField(max_length=64, blank=True)
    patient_key = models.UUIDField(null=True)
    counts = models.JSONField(default=dict)  # {kind: {"source": n, "taken": n, "left": n}}
    deviations = models.JSONField(default=dict)  # {kind of deviation: n}
    report = EncryptedJSONField(default=list)  # every line, with ids and words
    problem = models.CharField(max_length=255, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    created = models.DateTimeField()
    expires = models.DateTimeField()
    settled = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["run", "state"])]


class FilePiece(JournalModel):
    """(Filbit) A piece of an upload. Goes when the file has been taken in."""

    id = models.BigAutoField(primary_key=True)
    file = models.ForeignKey(MigrationFile, on_delete=models.CASCADE, related_name="pieces")
    start = models.BigIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["file", "start"], name="file_piece_once"),
        ]


class MigratedRow(JournalModel):
    """(Innflyttet opplysning) One element of a file: what it was called there, and what it is here."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    file = models.ForeignKey(MigrationFile, on_delete=models.CASCADE, related_name="rows")
    kind = models.CharField(max_length=24)
    source_id = models.CharField(max_length=64)
    source_patient = models.CharField(max_length=64, blank=True)  # FM's id of the patient
    patient_key = models.UUIDField(null=True, db_index=True)
    outcome = models.CharField(max_length=10)  # taken | kept | waiting | dropped
    target_id = models.UUIDField(null=True)
    content = EncryptedJSONField(null=True)  # {"xml": …} of what has no table of its own

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "source_id", "source_patient"], name="migrated_row_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["source_patient", "kind"])]


class MigratedDocument(JournalModel):
    """(Innflyttet dokument) An original, byte for byte: the file's own XML, unstructured history, reports."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    file = models.ForeignKey(MigrationFile, on_delete=models.CASCADE, related_name="documents")
    patient_key = models.UUIDField(null=True, db_index=True)
    kind = models.CharField(max_length=16)  # export | history | report | other
    name = models.CharField(max_length=300)
    raw = EncryptedBytesField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["file", "name"], name="migrated_document_once"),
        ]
