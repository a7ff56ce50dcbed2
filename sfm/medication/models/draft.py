"""Proposals by those who may not prescribe themselves."""

from __future__ import annotations

from uuid import uuid4

from django.db import models

from sfm.tenancy.fields import EncryptedJSONField, EncryptedTextField
from sfm.tenancy.models import JournalModel


class Draft(JournalModel):
    """(Utkast) A proposed change set on one treatment, or a new one, waiting for a prescriber."""

    OPEN = ("submitted", "deferred")  # nobody has decided yet

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    patient_key = models.UUIDField(db_index=True)
    treatment_id = models.UUIDField(null=True)  # null: a new treatment
    kind = models.CharField(
        max_length=16
    )  # new_treatment | change | renew | discontinue | recall | confirm | reaction
    proposal = EncryptedJSONField()  # TreatmentContent as data, or the arguments of the verb
    base_version = models.PositiveIntegerField(default=0)  # of the treatment
    comment = EncryptedTextField(blank=True, default="")
    author_id = models.UUIDField()
    author_name = models.CharField(max_length=255)
    addressee_hpr = models.CharField(max_length=9, blank=True)
    state = models.CharField(
        max_length=16, default="submitted"
    )  # submitted deferred approved approved_changed rejected withdrawn stale
    decided_by = models.CharField(max_length=255, blank=True)
    decided_at = models.DateTimeField(null=True)
    decision_note = EncryptedTextField(blank=True, default="")
    created = models.DateTimeField()
    updated = models.DateTimeField()
