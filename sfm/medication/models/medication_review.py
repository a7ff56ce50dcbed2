"""A systematic look at everything a patient uses, by the people who were there."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.db import models

from sfm.tenancy.fields import EncryptedJSONField, EncryptedTextField
from sfm.tenancy.models import JournalModel


class MedicationReview(JournalModel):
    """(Legemiddelgjennomgang, LMG) Participants, sources, conclusion and next date; one open per patient."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    patient_key = models.UUIDField(db_index=True)
    template = models.CharField(max_length=24)  # of review_templates.yaml
    participants = EncryptedJSONField(default=list)  # names and roles
    sources = models.JSONField(default=list)  # codes of the template
    conclusion = EncryptedTextField(blank=True, default="")
    next_on = models.DateField(null=True)
    state = models.CharField(max_length=8, default="open")  # open | closed
    organisation_id = models.UUIDField(null=True)
    started_by_id = models.UUIDField()
    started_by = models.CharField(max_length=255)
    started_at = models.DateTimeField()
    closed_by = models.CharField(max_length=255, blank=True, default="")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="one_open_review", fields=["patient_key"], condition=models.Q(state="open")
            )
        ]
        indexes: ClassVar = [models.Index(fields=["state", "next_on"], name="review_by_next")]


class ReviewLine(JournalModel):
    """(Legemiddelgjennomgang, linje) What was found about one treatment, and what shall be done."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    review_id = models.UUIDField(db_index=True)
    patient_key = models.UUIDField()
    treatment_id = models.UUIDField()
    name = EncryptedTextField()  # as the list said it when the review was closed
    dose = EncryptedTextField(blank=True, default="")
    choice = models.CharField(max_length=12, blank=True, default="")  # of review_templates.yaml; "" = not yet
    problems = models.JSONField(default=list)  # codes of review_templates.yaml
    text = EncryptedTextField(blank=True, default="")
    by_name = models.CharField(max_length=255, blank=True, default="")
    updated = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_line_per_treatment", fields=["review_id", "treatment_id"])
        ]
