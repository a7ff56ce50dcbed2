"""What someone must do, and what was done: the raw material of the EPJ's task list and journal notes."""

from __future__ import annotations

from uuid import uuid4

from django.db import models

from sfm.tenancy.fields import EncryptedTextField
from sfm.tenancy.models import JournalModel


class WorkItem(JournalModel):
    """(Oppgave) Something that waits for a person; read by the EPJ as sfm-Task. Codes: clinical.md 14."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    patient_key = models.UUIDField(null=True, db_index=True)
    code = models.PositiveSmallIntegerField()
    owner_hpr = models.CharField(max_length=9, blank=True)
    owner_id = models.UUIDField(null=True)
    subject_id = models.UUIDField(null=True)
    open = models.BooleanField(default=True)
    created = models.DateTimeField()
    updated = models.DateTimeField()


class JournalNote(JournalModel):
    """(Journalnotat) One human sentence about an act that became real, under the EPJ's encounter. Never updated."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    patient_key = models.UUIDField(db_index=True)
    encounter = models.CharField(max_length=200, blank=True)
    event = models.CharField(
        max_length=40
    )  # TreatmentCreated, ReseptRenewal, LibSigned … (integration.md 8.3)
    text = EncryptedTextField()
    comment = EncryptedTextField(blank=True, null=True)  # what the person wrote beside it, in their own words
    treatment_id = models.UUIDField(null=True)
    performer_id = models.UUIDField()
    performer_name = models.CharField(max_length=255)
    at = models.DateTimeField()
