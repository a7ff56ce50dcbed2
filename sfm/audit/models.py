"""What was done, by whom, to which patient key. Rows are only ever added; a trigger refuses everything else."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from sfm.core import clock
from sfm.tenancy.models import JournalModel


class Result(models.TextChoices):
    OK = "ok", "Utført"
    DENIED = "denied", "Avvist"
    FAILED = "failed", "Feilet"


class AuditEvent(JournalModel):
    """(Hendelse i tilgangsloggen) Pseudonymous: a patient key, ids and codes; no free text, no number, no product."""

    seq = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(default=clock.now)
    action = models.CharField(max_length=60)
    result = models.CharField(max_length=6, choices=Result, default=Result.OK)
    source = models.CharField(max_length=10)  # portal | api | job | kj | rf | command
    actor_id = models.UUIDField(null=True)
    actor_hpr = models.CharField(max_length=9, blank=True)
    actor_name = models.CharField(max_length=200, blank=True)
    actor_category = models.CharField(max_length=4, blank=True)
    organisation_id = models.UUIDField(null=True)
    on_behalf_of = models.CharField(max_length=9, blank=True)
    client_id = models.CharField(max_length=200, blank=True)
    session_hash = models.CharField(max_length=16, blank=True)
    encounter = models.CharField(max_length=100, blank=True)
    patient_key = models.UUIDField(null=True)
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.CharField(max_length=60, blank=True)
    detail = models.JSONField(default=dict)  # codes and counts

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["patient_key", "-at"], name="audit_patient"),
            models.Index(fields=["actor_id", "-at"], name="audit_actor"),
        ]


class AuditSeal(JournalModel):
    """(Segl) A link of the hash chain: position, the event it covers, and the digest of everything up to it."""

    position = models.BigIntegerField(primary_key=True)
    event_seq = models.BigIntegerField(unique=True)
    digest = models.BinaryField(max_length=32)
    sealed_at = models.DateTimeField(default=clock.now)
