"""The treatment (legemiddelbehandling), the primary object of the product, and its history."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID, uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models

from sfm.core import clock
from sfm.tenancy.fields import EncryptedJSONField, EncryptedTextField
from sfm.tenancy.models import JournalModel


class Lifecycle(models.TextChoices):
    """Clinical life of a treatment (clinical.md 4.5)."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    DISCONTINUED = "discontinued"
    ENTERED_IN_ERROR = "entered_in_error"


class Review(models.TextChoices):
    """What a person of this journal has made of the row (rulings.md 17)."""

    UNSEEN_NEW = "unseen_new"
    UNSEEN_CHANGED = "unseen_changed"
    PENDING_DECISION = (
        "pending_decision"  # loose prescription or new PLL line: blocks sending for PLL patients
    )
    HISTORY_ONLY = "history_only"  # dispensings, paper, ended: never blocks
    DISMISSED = "dismissed"  # «ikke aktuelt» in this journal: kept, not shown
    CONFIRMED = "confirmed"


class UseType(models.TextChoices):
    """Legemiddelbruk, Volven 9101."""

    PERMANENT = "1", "Fast"
    COURSE = "2", "Kur"
    AS_NEEDED = "3", "Ved behov"
    VACCINE = "4", "Vaksine"
    NUTRITION = "5", "Næringsmiddel"


class Treatment(JournalModel):
    """(Legemiddelbehandling) What a patient uses, with 0..n prescriptions over time.

    `id` is the lib_id: the entry's id in every M25.1, never changed and never reused (clinical.md 4.6, invariant 1).
    The product is copied from FEST at the version it was chosen in, so that the row shows what was meant even when
    FEST has moved on.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    patient_key = models.UUIDField()
    shared_id = models.UUIDField(null=True)  # when another list named the same entry first: it keeps that Id
    version = models.PositiveIntegerField(default=1)  # of the row; the list has its own in MedicationList

    # product, as chosen
    product_kind = models.CharField(max_length=16)  # group | package | brand | compounded | local | text
    fest_id = models.CharField(max_length=64, blank=True)
    fest_version = models.CharField(max_length=64, blank=True)
    varenr = models.CharField(max_length=16, blank=True)
    name_form_strength = models.CharField(max_length=255)
    substance = models.CharField(max_length=255)
    strength = models.CharField(max_length=120, blank=True)
    form = models.CharField(max_length=120, blank=True)
    form_code = models.CharField(max_length=16, blank=True)  # 7448
    brand = models.CharField(max_length=255, blank=True)
    atc = models.CharField(max_length=8, blank=True)
    atc_name = models.CharField(max_length=255, blank=True)
    dispensing_group = models.CharField(max_length=4, blank=True)  # 7421: A, B, C, CF, F
    dose_unit = models.CharField(max_length=16, blank=True)  # 7480 code
    substance_ids = ArrayField(models.CharField(max_length=64), default=list)
    recipe = EncryptedJSONField(null=True)  # of a compounded medicine: sfm.medication.particulars, as data
    shelf = models.CharField(max_length=8, default="lib")  # lib | nib | fib | vib | practice

    use_type = models.CharField(max_length=1, choices=UseType.choices)
    indication_text = EncryptedTextField(blank=True, default="")

    # dosage: one of three kinds; the text is what people read, always filled
    dosage_kind = models.CharField(max_length=12)  # short | structured | text
    short_dose = models.CharField(max_length=16, blank=True)  # 7478 code, only while the text is unedited
    dosage = EncryptedJSONField(default=dict)  # may hold text: sfm.medication.rules.dosage, as data
    dosage_text = EncryptedTextField(blank=True, default="")

    starts_on = models.DateField(null=True)
    dosage_ends_on = models.DateField(null=True)
    discontinued_at = models.DateTimeField(null=True)  # past or future; authoritative over dosage_ends_on
    discontinuation_reason = models.CharField(max_length=1, blank=True)  # 7494
    discontinuation_note = EncryptedTextField(blank=True, default="")
    deletion_reason = models.CharField(
        max_length=1, blank=True, default=""
    )  # 9237, of what was entered in error
    review_date = models.DateField(null=True)
    suspended_from = models.DateField(null=True)
    suspended_to = models.DateField(null=True)
    suspension_note = EncryptedTextField(blank=True, null=True)  # why it is paused
    in_multidose = models.BooleanField(default=False)

    lifecycle = models.CharField(max_length=20, choices=Lifecycle.choices, default=Lifecycle.ACTIVE)
    review = models.CharField(max_length=20, choices=Review.choices, default=Review.CONFIRMED)
    review_note = models.CharField(max_length=255, blank=True)  # «løs resept, Legevakten 20.11»
    difference = EncryptedJSONField(
        null=True
    )  # {field: [before, after], "by": …, "at": …} found by the last merge

    # unsent local work: what the row looked like when it was last in step with the world; null = nothing unsent
    unsent_base = EncryptedJSONField(null=True)
    unsent_verb = models.CharField(
        max_length=24, blank=True
    )  # created | changed | renewed | discontinued | recalled …
    unsent_by = models.UUIDField(null=True)  # practitioner

    sources = ArrayField(models.CharField(max_length=8), default=list)  # PLL, RF, KJ, lokal
    reviewed_at = models.DateTimeField(null=True)  # when a person here last acted on the row or confirmed it
    reviewed_by = models.CharField(max_length=255, blank=True, default="")
    registered_by = models.CharField(max_length=255, blank=True)
    last_changed = models.DateTimeField()  # SistEndret of M25.1: moves only when an attribute really changed
    last_changed_by = models.CharField(max_length=255, blank=True)
    created = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["patient_key", "lifecycle"])]

    @property
    def is_erased(self) -> bool:
        """Marked as entered in error, and nobody waits to send that: nowhere but in the history."""
        return self.lifecycle == Lifecycle.ENTERED_IN_ERROR and not self.unsent_verb

    @property
    def has_ended(self) -> bool:
        """Discontinued, or the day it was to be discontinued on has come."""
        passed = self.discontinued_at is not None and self.discontinued_at <= clock.now()
        return self.lifecycle == Lifecycle.DISCONTINUED or passed

    @property
    def lib_id(self) -> UUID:
        """The entry's Id in every M25.1."""
        return self.shared_id or self.id


class TreatmentEvent(JournalModel):
    """(Endringshistorikk) One change of one treatment: who, when, what, before and after. Never updated."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    treatment_id = models.UUIDField(db_index=True)
    patient_key = models.UUIDField(db_index=True)
    version = models.PositiveIntegerField(default=0)  # of the row, after the change
    verb = models.CharField(max_length=24)
    before = EncryptedJSONField(null=True)
    after = EncryptedJSONField(null=True)
    note = EncryptedTextField(blank=True, default="")
    by_id = models.UUIDField(null=True)
    by_name = models.CharField(max_length=255)
    at = models.DateTimeField()
