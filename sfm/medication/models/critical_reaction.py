"""What a patient must not be given again."""

from __future__ import annotations

from uuid import uuid4

from django.db import models

from sfm.tenancy.fields import EncryptedJSONField, EncryptedTextField
from sfm.tenancy.models import JournalModel


class CriticalReaction(JournalModel):
    """(Kritisk legemiddelreaksjon, CAVE) A reaction to a substance, ATC group, brand or excipient."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    patient_key = models.UUIDField(db_index=True)
    agent_kind = models.CharField(max_length=12)  # substance | atc | brand | excipient | text
    agent_code = models.CharField(max_length=64, blank=True)  # FEST substance id, ATC code, FEST brand id
    agent_text = EncryptedTextField()  # at most 255 characters; may be what somebody wrote
    reaction = models.CharField(max_length=4, blank=True)  # 7497
    severity = models.CharField(max_length=1, blank=True)  # 7520
    certainty = models.CharField(max_length=1, blank=True)  # 7521
    verification = models.CharField(max_length=1, blank=True)  # 7524: 1 verified, 2 refuted
    source_of_information = models.CharField(max_length=2, blank=True)  # 7498
    discovered_on = models.DateField(null=True)
    comment = EncryptedTextField(blank=True, default="")
    known_to = models.JSONField(default=list)  # lokal, PLL, KJ
    registered_by = models.CharField(max_length=255, blank=True)
    kj_id = models.CharField(max_length=80, blank=True, default="")  # the resource's id in KJ
    kj_state = models.CharField(max_length=10, blank=True, default="")  # "" waiting told refused
    kj_error = models.CharField(max_length=255, blank=True, default="")
    kept_apart = models.JSONField(
        default=list
    )  # ids of reactions a person has said are others («Behold begge»)
    deletion_reason = models.CharField(max_length=1, blank=True, default="")  # 9237
    active = models.BooleanField(default=True)
    updated = models.DateTimeField()
    created = models.DateTimeField()


class ReactionEvent(JournalModel):
    """(Reaksjonshistorikk) One change of one reaction: who, when, before and after. Never updated."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    reaction_id = models.UUIDField()
    patient_key = models.UUIDField(db_index=True)
    verb = models.CharField(max_length=24)
    before = EncryptedJSONField(null=True)
    after = EncryptedJSONField(null=True)
    note = EncryptedTextField(blank=True, default="")
    by_id = models.UUIDField(null=True)
    by_name = models.CharField(max_length=255)
    at = models.DateTimeField()
