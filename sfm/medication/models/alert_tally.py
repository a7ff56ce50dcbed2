"""How often warnings are shown and what becomes of them: numbers only, for quietening the useless."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from sfm.tenancy.models import JournalModel


class AlertTally(JournalModel):
    """(Varselstatistikk) One day, one unit, one kind of warning. No patient, no person, no product of anybody."""

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    organisation_id = models.UUIDField()
    kind = models.CharField(max_length=16)  # reaction | interaction | duplicate | group
    grade = models.CharField(max_length=16)  # cave | red | yellow | duplicate
    interaction_id = models.CharField(max_length=80, blank=True)  # FEST
    fired = models.PositiveIntegerField(default=0)
    accepted = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)  # changed, discontinued or aborted because of it

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="alert_tally_once", fields=["day", "organisation_id", "kind", "grade", "interaction_id"]
            )
        ]
