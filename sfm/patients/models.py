"""The link between a person and the patient key. Only sfm.patients imports this; the door is `vault`."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q

from sfm.core import clock
from sfm.tenancy.models import JournalModel


class PatientLink(JournalModel):
    """(Pasient, identitet) One number of one person, encrypted.

    Nothing here is readable or joinable without the key service: the number and the patient key are found through
    keyed digests, the rest is sealed under the person's own key, so deleting the row erases the person.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    pid_bi = models.BinaryField(max_length=32)
    pid_type = models.CharField(max_length=5)  # sfm.core.ids.PidKind
    key_bi = models.BinaryField(max_length=32)
    patient_key_enc = models.BinaryField()
    dek_wrapped = models.BinaryField()
    identity_enc = models.BinaryField()
    key_ver = models.PositiveSmallIntegerField()
    valid_from = models.DateTimeField(default=clock.now)
    valid_to = models.DateTimeField(null=True)  # a superseded number still finds its patient
    replaced_by = models.UUIDField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["pid_bi"], name="patient_link_number_once"),
            models.UniqueConstraint(
                fields=["key_bi"], condition=Q(valid_to=None), name="patient_link_current_once"
            ),
        ]
