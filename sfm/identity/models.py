"""People who work in a journal, and what they may do."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q

from sfm.core import clock
from sfm.tenancy.fields import EncryptedTextField
from sfm.tenancy.models import JournalModel


class Practitioner(JournalModel):
    """(Helsepersonell, bruker) A person known to the journal. HPR decides the rights; the EPJ creates the person."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    pid_bi = models.BinaryField(max_length=32, null=True)
    pid = EncryptedTextField(null=True)
    hpr = models.CharField(max_length=9, blank=True)
    given_name = models.CharField(max_length=100)
    family_name = models.CharField(max_length=100)
    personnel_category = models.CharField(max_length=4, blank=True)  # Volven 9060; "" for administrators
    specialities = models.JSONField(default=list)  # Volven 7426
    hpr_rights = models.JSONField(
        default=dict
    )  # prescribing: none|limited|full; not_a, not_ab, licence, public_health: true
    hpr_read_at = models.DateTimeField(null=True)
    organisation_id = models.UUIDField(null=True)
    phone = models.CharField(max_length=30, blank=True)
    email = models.CharField(max_length=200, blank=True)
    system_admin = models.BooleanField(default=False)
    system_owner = models.BooleanField(default=False)
    read_only = models.BooleanField(default=False)
    active = models.BooleanField(default=True)
    blocked_reason = models.CharField(max_length=200, blank=True)  # blocked as long as there is a reason
    last_login = models.DateTimeField(null=True)
    created = models.DateTimeField(default=clock.now)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["pid_bi"], name="practitioner_pid_once"),
            models.UniqueConstraint(fields=["hpr"], condition=~Q(hpr=""), name="practitioner_hpr_once"),
        ]

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def may_enter(self) -> bool:
        return self.active and not self.blocked_reason

    def __str__(self) -> str:
        return self.name


class RoleProfile(JournalModel):
    """(Standardoppsett) What an organisation lets a personnel category do; within the ceiling of the law."""

    id = models.BigAutoField(primary_key=True)
    organisation_id = models.UUIDField()
    category = models.CharField(max_length=20)  # a row of the permission matrix
    permissions = models.JSONField(default=list)
    changed_by = models.UUIDField(null=True)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation_id", "category"], name="role_profile_once"),
        ]


class RightsOverride(JournalModel):
    """(Individuell tilpasning) One permission given to or taken from one person; within the ceiling."""

    id = models.BigAutoField(primary_key=True)
    practitioner = models.ForeignKey(Practitioner, on_delete=models.CASCADE, related_name="overrides")
    permission = models.CharField(max_length=40)
    allowed = models.BooleanField()
    reason = models.CharField(max_length=200, blank=True)
    changed_by = models.UUIDField(null=True)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["practitioner", "permission"], name="rights_override_once"),
        ]


class UserSetting(JournalModel):
    """(Mine innstillinger) What a person has chosen; anything absent follows the category's default."""

    practitioner = models.OneToOneField(
        Practitioner, on_delete=models.CASCADE, primary_key=True, related_name="setting"
    )
    values = models.JSONField(default=dict)
