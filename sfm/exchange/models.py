"""What went out and what came in: the exact bytes, and what became of them."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.db import models

from sfm.tenancy.fields import EncryptedBytesField, EncryptedJSONField, EncryptedTextField
from sfm.tenancy.models import JournalModel


class SigningIntent(JournalModel):
    """(Signeringsintensjon) What the sign page showed: content hashes, single use, five minutes (security.md 8)."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    patient_key = models.UUIDField()
    practitioner_id = models.UUIDField()
    session_id = models.CharField(max_length=64)
    list_version = models.PositiveIntegerField()
    without = models.JSONField(default=list)  # rows the list is sent without the change of (rulings.md 1)
    content_hash = models.CharField(max_length=64)
    created = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class Message(JournalModel):
    """(Melding) One signed or received message. `raw` is never changed; only its fate moves."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)  # MsgId
    kind = models.CharField(max_length=12)  # ERM1, ERM5, ERM251, ERM95, ERM911 …
    direction = models.CharField(max_length=3)  # out | in
    patient_key = models.UUIDField(null=True, db_index=True)
    subject_id = models.UUIDField(null=True, db_index=True)  # prescription, or the question's look-up
    intent_id = models.UUIDField(null=True, db_index=True)  # the signing act it belongs to: idempotency key
    parent_id = models.UUIDField(null=True)  # RefToParent
    raw = EncryptedBytesField(null=True)  # null for KJ look-ups, which have no message
    claims = EncryptedJSONField(null=True)  # snapshot of the token's claims at signing
    token = EncryptedTextField(
        blank=True, default=""
    )  # exchanged access token the carrier shows, for its life only
    sha256 = models.CharField(max_length=64, blank=True)
    signed_by = models.UUIDField(null=True)  # practitioner
    signed_by_name = models.CharField(max_length=255, blank=True)
    generated_at = models.DateTimeField()
    state = models.CharField(max_length=24, default="queued")
    # queued held sending accepted rejected unknown awaiting_confirmation resign withdrawn blocked failed received
    # quarantined
    attempts = models.PositiveSmallIntegerField(default=0)
    receipt = EncryptedBytesField(null=True)  # AppRec as received
    errors = models.JSONField(default=list)  # [{"code", "text", "class"}]
    settled_at = models.DateTimeField(null=True)
    trace_id = models.CharField(max_length=32, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["patient_key", "generated_at"])]


class LookupSnapshot(JournalModel):
    """(Oppslag) What a source answered, unchanged: raw bytes, normalised records, hash. Never updated."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    patient_key = models.UUIDField(db_index=True)
    source = models.CharField(max_length=4)  # RF, PLL, KJ, KI
    received_at = models.DateTimeField()
    raw = EncryptedBytesField()
    records = EncryptedJSONField()
    digest = models.CharField(max_length=64)  # of the normalised records: equal digests bring no news


class ReferenceNumber(JournalModel):
    """(Referansenummer) Fetched by M4.1, belongs to the prescriber who asked and to one patient, used in one sending
    (rulings.md 11)."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    number = EncryptedTextField()
    practitioner_id = models.UUIDField(db_index=True)
    fetched_at = models.DateTimeField()
    patient_key = models.UUIDField(null=True)
    intent_id = models.UUIDField(null=True)  # the signing act that used it
    used_at = models.DateTimeField(null=True)


class MedicationDocument(JournalModel):
    """(Legemiddeldokument) What a record system without our screens was told by `$getMedication`, or told us by
    `$sendMedication` (fhir.md 4.3). The next sending must build on the newest one of its user and patient."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)  # Composition.identifier
    patient_key = models.UUIDField(db_index=True)
    practitioner_id = models.UUIDField()
    client_id = models.CharField(max_length=200)
    kind = models.CharField(max_length=4)  # get | send
    state = models.CharField(max_length=12, default="open")  # open | superseded | broken
    with_rf = models.BooleanField(default=False)  # RF answered the look-up it rests on
    looked_up_at = models.DateTimeField()  # four hours from here
    entries = EncryptedJSONField()  # fullUrl → resource, as it was written
    # of a sending: fullUrl → digest of our own form of each statement, to tell what is unchanged since
    ours = EncryptedJSONField(null=True)
    request_digest = models.CharField(
        max_length=64, blank=True
    )  # of a sending's body: the same again is no other
    intent_id = models.UUIDField(null=True)  # the signing act of a sending
    result = EncryptedJSONField(null=True)  # what a sending was answered
    created = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["patient_key", "practitioner_id", "created"])]
