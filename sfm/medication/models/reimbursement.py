"""What the state pays for, and why: confirmed terms, decisions on individual reimbursement, applications to Helfo."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.db import models

from sfm.tenancy.fields import EncryptedJSONField, EncryptedTextField
from sfm.tenancy.models import JournalModel


class TermConfirmation(JournalModel):
    """(Vilkår oppfylt) A person's word that a term of the reimbursement is met, or why it is set aside. Only added to:
    the newest of a treatment and term holds."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    patient_key = models.UUIDField()
    treatment_id = models.UUIDField()
    legal_basis = models.CharField(max_length=8)  # 7427
    term_id = models.CharField(max_length=80)  # FEST
    outcome = models.CharField(max_length=12)  # met | exception | withdrawn
    content = EncryptedJSONField()  # the term's text as it was read, the reason, who started the treatment
    by_id = models.UUIDField()
    by_name = models.CharField(max_length=255)
    by_hpr = models.CharField(max_length=9, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["patient_key", "treatment_id", "at"])]


class ReimbursementDecision(JournalModel):
    """(Vedtak) Helfo's answer about one patient's medicine: from Helfo itself, or typed in from a letter. What it is
    about stands sealed in `content` (sfm.medication.rules.decisions, as data)."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    patient_key = models.UUIDField(db_index=True)
    source = models.CharField(max_length=8)  # helfo | letter
    outcome = models.CharField(max_length=1)  # 7482: J granted, N refused, A not considered
    reference = EncryptedTextField()  # saksnummer
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    content = EncryptedJSONField()
    application_id = models.UUIDField(null=True)
    recorded_by = models.UUIDField()
    recorded_by_name = models.CharField(max_length=255)
    recorded_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)  # typed in by mistake, or replaced


class ApplicationState(models.TextChoices):
    """How far an application has come (clinical.md 10.4)."""

    DRAFT = "draft", "Påbegynt"
    SENDING = "sending", "Sendes til Helfo"
    MANUAL = "manual", "Til manuell behandling"
    GRANTED = "granted", "Innvilget"
    REFUSED = "refused", "Avslått"
    DISMISSED = "dismissed", "Avvist uten behandling"
    ABANDONED = "abandoned", "Forkastet"


class ReimbursementApplication(JournalModel):
    """(Helfo-søknad) An individual application: what for, the form Helfo made, the answers, and its fate."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    patient_key = models.UUIDField(db_index=True)
    state = models.CharField(max_length=12, choices=ApplicationState.choices, default=ApplicationState.DRAFT)
    content = (
        EncryptedJSONField()
    )  # product, diagnosis, form, answers: sfm.medication.rules.applications, as data
    reference = EncryptedTextField(blank=True, default="")  # Helfo's number of the case
    problem = models.CharField(max_length=255, blank=True)  # why it could not be sent
    decision_id = models.UUIDField(null=True)
    author_id = models.UUIDField()
    author_name = models.CharField(max_length=255)
    sent_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    created = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
