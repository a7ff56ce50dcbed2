from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from sfm.core import clock
from sfm.tenancy.models import JournalModel


class State(models.TextChoices):
    WAITING = "waiting", "Venter"
    LEASED = "leased", "Under sending"
    DONE = "done", "Ferdig"
    DEAD = "dead", "Stoppet"
    WITHDRAWN = "withdrawn", "Angret"


UNFINISHED = (State.WAITING, State.LEASED)


class OutboxEntry(JournalModel):
    """(Utboks) Work promised inside a domain transaction, done by a worker afterwards. Ids only, never content."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=40)
    subject = models.UUIDField()
    patient_key = models.UUIDField(null=True)
    order = models.PositiveSmallIntegerField(
        default=0
    )  # 0: may overtake; else waits for other orders before it
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    available_at = models.DateTimeField(default=clock.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    lease = models.UUIDField(null=True)  # whoever holds another lease cannot finish the entry
    problem = models.CharField(max_length=80, blank=True)  # an error code, never free text
    created = models.DateTimeField(default=clock.now)
    finished = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "subject"], condition=Q(state__in=["waiting", "leased"]), name="outbox_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["available_at"], condition=Q(state__in=["waiting", "leased"]), name="outbox_next"
            ),
            models.Index(
                fields=["patient_key", "id"],
                condition=Q(state__in=["waiting", "leased"]),
                name="outbox_patient",
            ),
        ]
