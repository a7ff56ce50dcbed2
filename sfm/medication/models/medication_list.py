"""The head of a patient's list: its version, its place in the PLL chain, and the age of each source."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.db import models

from sfm.tenancy.fields import EncryptedJSONField
from sfm.tenancy.models import JournalModel


class MedicationList(JournalModel):
    """(Legemidler i bruk, LIB) One row per patient. `version` moves with every change of anything on the list:
    it carries the optimistic lock, the ETag and the audit reference."""

    patient_key = models.UUIDField(primary_key=True)
    version = models.PositiveIntegerField(default=1)
    stamp = models.UUIDField(
        null=True
    )  # new with every change of a row shown; set by the database (0003_stamp)
    sources_stamp = models.UUIDField(null=True)  # likewise, with every change of a SourceStatus
    has_pll = models.BooleanField(default=False)
    pll_head = models.UUIDField(
        null=True
    )  # MsgId RF last received (M9.12 RefMsgId): parent of our next M25.1
    pll_signed_by = models.CharField(max_length=255, blank=True)
    pll_signature = models.CharField(max_length=20, blank=True, default="")  # as Prescription.signature
    pll_signed_at = models.DateTimeField(null=True)
    pll_outdated = models.BooleanField(default=False)  # changed by someone who may not send it (rulings.md 2)
    multidose_physician = models.CharField(max_length=255, blank=True)
    multidose_pharmacy = models.CharField(max_length=255, blank=True)
    no_known_reactions_at = models.DateTimeField(null=True)  # «Ingen kjente» as a recorded fact
    no_known_reactions_by = models.CharField(max_length=255, blank=True)
    locked_elsewhere = models.BooleanField(default=False)  # RF: a locked prescription we were not shown
    in_lar = models.BooleanField(default=False)  # under legemiddelassistert rehabilitering
    newer_identity = models.BooleanField(default=False)  # RF knows a newer number: warn, never rewrite
    news_version = models.PositiveIntegerField(
        default=0
    )  # list version at which the last look-up brought news

    @property
    def has_multidose(self) -> bool:
        return bool(self.multidose_physician or self.multidose_pharmacy)


class SourceStatus(JournalModel):
    """(Oppslag) How a source last answered for a patient: RF, PLL, KJ or KI (critical information)."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    patient_key = models.UUIDField()
    source = models.CharField(max_length=4)
    state = models.CharField(max_length=12, default="never")  # never | asking | ok | failed | refused
    asked_at = models.DateTimeField(null=True)
    succeeded_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    error_code = models.CharField(max_length=24, blank=True)  # E01–E07, KJF-…, 358 …
    error_text = models.CharField(max_length=255, blank=True)
    news = models.PositiveSmallIntegerField(default=0)  # changes the last answer brought
    asked_by = models.UUIDField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_status_per_source", fields=["patient_key", "source"])
        ]


class ListVersion(JournalModel):
    """(PLL) One M25.1/M25.2 as sent or received: the chain of references. Never updated."""

    id = models.UUIDField(primary_key=True, editable=False)  # MsgId
    patient_key = models.UUIDField(db_index=True)
    kind = models.CharField(max_length=8)  # ERM251, ERM252
    parent_id = models.UUIDField(null=True)
    direction = models.CharField(max_length=3)  # in | out
    signed_by = models.CharField(max_length=255, blank=True)
    generated_at = models.DateTimeField()
    entries = EncryptedJSONField()  # the list's entries, normalised, for merge and «vis forskjellene»
    recorded_at = models.DateTimeField()
