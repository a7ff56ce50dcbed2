"""What this journal prescribes and FEST does not know."""

from __future__ import annotations

from uuid import uuid4

from django.db import models

from sfm.tenancy.fields import EncryptedJSONField
from sfm.tenancy.models import JournalModel


class OwnProduct(JournalModel):
    """(Lokalt legemiddel, lokalt magistrelt legemiddel, lokalt kosttilskudd) Saved for use again by everyone in the
    journal. Holds nothing about any patient."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kind = models.CharField(max_length=16)  # compounded | local
    product = EncryptedJSONField()  # typed by people: sfm.medication.content.Product, as data
    saved_by = models.UUIDField()
    saved_by_name = models.CharField(max_length=255)
    saved_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)
