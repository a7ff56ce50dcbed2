"""What became of a clinical warning: decided once, seen by all, asked again only when something is worse."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models

from sfm.tenancy.fields import EncryptedTextField
from sfm.tenancy.models import JournalModel


class WarningDecision(JournalModel):
    """(Håndtert varsel) A person's decision on a warning, keyed by substances (clinical.md 9.2). Never updated: the
    newest of a key holds."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    patient_key = models.UUIDField()
    warning_key = models.CharField(max_length=40)  # sfm.medication.rules.alerts: of substances, not of rows
    kind = models.CharField(max_length=16)  # reaction | interaction | duplicate | group
    severity = models.CharField(max_length=16)  # grade when decided: cave | red | yellow | duplicate
    interaction_id = models.CharField(max_length=80, blank=True)  # FEST
    reaction_id = models.UUIDField(null=True)
    treatments = ArrayField(models.UUIDField(), default=list)  # lib_id 1 and 2, where they were rows already
    action = models.CharField(max_length=16)  # accepted | changed | discontinued | aborted
    reason_code = models.CharField(max_length=24)
    reason_text = EncryptedTextField(blank=True, default="")
    doses = models.JSONField(default=dict)  # substances → [amount, measure]: highest in a day, when decided
    revision = models.CharField(max_length=40, blank=True)  # of FEST's text on handling
    knowledge_version = models.PositiveIntegerField(null=True)  # FEST version in use
    by_id = models.UUIDField()
    by_name = models.CharField(max_length=255)
    by_hpr = models.CharField(max_length=9, blank=True)
    at = models.DateTimeField()
    valid_until = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["patient_key", "at"])]
