"""What a prescriber keeps to begin from: a filled-in form, and sets of them. Nothing here is about any patient."""

from __future__ import annotations

from uuid import uuid4

from django.db import models

from sfm.tenancy.fields import EncryptedJSONField
from sfm.tenancy.models import JournalModel


class Kept(JournalModel):
    """Somebody's own; with `shared`, offered to everyone in the same organisation."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    owner_id = models.UUIDField(db_index=True)
    owner_name = models.CharField(max_length=255)
    organisation_id = models.UUIDField()
    shared = models.BooleanField(default=False)
    content = (
        EncryptedJSONField()
    )  # typed by people, the name too: see queries.templates and queries.protocols
    changed_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class PrescriptionTemplate(Kept):
    """(Mal) A treatment with its prescription, without dates and without a patient."""


class TreatmentProtocol(Kept):
    """(Protokoll) Several templates that are begun together."""
