"""What is often written to the pharmacy with a dispensing request."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.db import models

from sfm.tenancy.fields import EncryptedTextField
from sfm.tenancy.models import JournalModel


class DispatchComment(JournalModel):
    """(Kommentarmal til ekspederingsanmodning) For everyone in the journal; about no patient. At most one is the
    default: it stands ready in every new request."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    text = EncryptedTextField()
    is_default = models.BooleanField(default=False)
    saved_by = models.UUIDField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="one_default_comment", fields=["is_default"], condition=models.Q(is_default=True)
            )
        ]
