"""What became of each thing a source said, and who decided it."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.db import models

from sfm.tenancy.fields import EncryptedJSONField
from sfm.tenancy.models import JournalModel


class MergeDecision(JournalModel):
    """(Avgjørelse om en oppføring) One record of a source, and what the machine or a person made of it. Never
    updated: a new decision about the same record is a new row."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    patient_key = models.UUIDField(db_index=True)
    treatment_id = models.UUIDField(null=True, db_index=True)  # null: kept out of the list
    source = models.CharField(max_length=4)  # PLL, RF, KJ
    record = models.CharField(max_length=80)  # the entry's Id in the shared list, else the prescription's
    snapshot_id = models.UUIDField(null=True)  # the answer it stood in; null for what a person decided
    event_id = models.UUIDField(null=True)  # the line of the treatment's history it left
    kind = models.CharField(max_length=24)  # of sfm.medication.rules.merge.Kind, or a person's verb
    told = EncryptedJSONField(default=dict)  # {"by", "at", "changes": [[field, before, after]], "note"}
    by_id = models.UUIDField(null=True)  # null: the machine
    by_name = models.CharField(max_length=255, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["patient_key", "source", "record"])]
