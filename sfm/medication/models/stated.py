"""What the record system tells of a patient for our use: diagnoses and INR."""

from __future__ import annotations

from uuid import uuid4

from django.db import models

from sfm.tenancy.fields import EncryptedTextField
from sfm.tenancy.models import JournalModel


class StatedDiagnosis(JournalModel):
    """(Diagnose fra EPJ) Proposed as diagnosis and reimbursement code when prescribing. The record system is master."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    patient_key = models.UUIDField(db_index=True)
    system = models.CharField(max_length=64)  # OID of 7110, 7170 or 7171
    code = models.CharField(max_length=16)
    display = EncryptedTextField(blank=True, default="")
    source_id = models.CharField(max_length=200, blank=True)  # the record system's own identifier
    verification = models.CharField(max_length=20, blank=True)  # confirmed, provisional, refuted …
    stated_by = models.CharField(max_length=255, blank=True)
    version = models.PositiveIntegerField(default=1)
    updated = models.DateTimeField()


class Measurement(JournalModel):
    """(Måleverdi) An INR the record system has passed on."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    patient_key = models.UUIDField(db_index=True)
    kind = models.CharField(max_length=8)  # inr
    value = models.DecimalField(max_digits=6, decimal_places=2)
    status = models.CharField(max_length=20)  # final, amended, entered-in-error …
    measured_at = models.DateTimeField(null=True)
    source_id = models.CharField(max_length=200, blank=True)
    stated_by = models.CharField(max_length=255, blank=True)
    version = models.PositiveIntegerField(default=1)
    updated = models.DateTimeField()
