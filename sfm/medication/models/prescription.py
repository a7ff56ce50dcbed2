"""The prescription (resept): drafted, frozen when signed, followed to its end."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.db import models

from sfm.tenancy.fields import EncryptedJSONField, EncryptedTextField
from sfm.tenancy.models import JournalModel


class Delivery(models.TextChoices):
    """Where the message is (rulings.md 16). Not the same as what RF thinks of the prescription."""

    DRAFT = "draft"  # on an unsent row; may be edited or undone
    READY = "ready"
    HELD = "held"
    QUEUED = "queued"
    AWAITING_CONFIRMATION = "awaiting_confirmation"
    RESIGN = "resign"  # not delivered within four minutes: must be signed again
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    FOREIGN = "foreign"  # written elsewhere, known through RF or KJ


class RfStatus(models.TextChoices):
    """Status in RF, Volven 7408."""

    NONE = "", "Ikke sendt"
    DISPENSABLE = "E", "Ekspederbar"
    IN_DISPENSING = "U", "Under ekspedering"
    COMPLETED = "R", "Resept avsluttet"
    RECALLED = "T", "Tilbakekalt"
    EXPIRED = "F", "Foreldet"
    AWAITING_AGENCY = "B", "Under behandling av SLV"
    REFUSED_BY_AGENCY = "A", "Avslått søknad fra SLV"
    INVALID = "X", "Ugyldig"
    HPR_PROBLEM = "H", "HPR mangler fødselsnummer"


LIVE = (RfStatus.DISPENSABLE, RfStatus.IN_DISPENSING, RfStatus.AWAITING_AGENCY)
ON_THE_WAY = (
    Delivery.READY,
    Delivery.HELD,
    Delivery.QUEUED,
    Delivery.AWAITING_CONFIRMATION,
)


class Prescription(JournalModel):
    """(Resept) `id` is the MsgId of its M1. Content is frozen when `signed_at` is set (trigger in the database);
    only delivery, RF status and what is known of recall and dispensing may move after that."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    treatment_id = models.UUIDField(
        db_index=True, null=True
    )  # null: a loose prescription not yet tied to a treatment
    patient_key = models.UUIDField(db_index=True)
    previous_id = models.UUIDField(null=True)  # renewal chain

    # content, frozen at signing
    type = models.CharField(max_length=1, default="E")  # 7491: E, P (paper)
    prescribed_on = models.DateField()
    valid_from = models.DateField(null=True)
    expires_on = models.DateField()
    package_count = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    varenr = models.CharField(max_length=16, blank=True)
    quantity = models.DecimalField(max_digits=12, decimal_places=3, null=True)
    quantity_unit = models.CharField(max_length=16, blank=True)  # 7452
    refills = models.PositiveSmallIntegerField(default=0)
    legal_basis = models.CharField(max_length=8, blank=True)  # 7427
    reimbursement_code = models.CharField(max_length=32, blank=True)
    reimbursement_system = models.CharField(max_length=64, blank=True)
    no_substitution = models.BooleanField(default=False)
    note_to_pharmacy = EncryptedTextField(blank=True, default="")
    locked = models.BooleanField(default=False)  # RF shows it to nobody without the reference number
    reference_number = EncryptedTextField(blank=True, null=True)  # RefNr, given at signing
    particulars = EncryptedJSONField(null=True)  # null for an ordinary prescription
    content = EncryptedJSONField(
        null=True
    )  # the treatment's content as signed (product, dosage, use): immutable copy
    signed_at = models.DateTimeField(null=True)
    prescriber_id = models.UUIDField(null=True)  # practitioner of this journal, when it is ours
    prescriber_hpr = models.CharField(max_length=9, blank=True)
    prescriber_name = models.CharField(max_length=255, blank=True)
    prescriber_organisation = models.CharField(max_length=255, blank=True)

    # what happens to it
    delivery = models.CharField(max_length=24, choices=Delivery.choices, default=Delivery.DRAFT)
    agency_status = models.CharField(max_length=1, blank=True, default="")  # 7436, of a godkjenningsfritak
    agency_note = EncryptedTextField(blank=True, null=True)  # DMP's reason, when it refused (M15)
    errors = models.JSONField(default=list)  # [{"code": "330", "text": "…"}] of the last AppRec
    rf_status = models.CharField(max_length=1, choices=RfStatus.choices, blank=True, default="")
    # valid, invalid, untrusted, expired_at_signing, not_checked: of what others have signed
    signature = models.CharField(max_length=20, blank=True, default="")
    rf_status_at = models.DateTimeField(null=True)
    rf_missing_since = models.DateTimeField(null=True)  # RF has listed all it has, and not this any more
    recall_id = models.UUIDField(null=True)  # MsgId of the M5
    recall_reason = models.CharField(max_length=1, blank=True)  # 7500
    recall_note = EncryptedTextField(blank=True, default="")
    recall_delivery = models.CharField(
        max_length=24, blank=True, default=""
    )  # as Delivery; "" = not recalled by us
    recalled_at = models.DateTimeField(null=True)
    last_dispensed_at = models.DateTimeField(null=True)
    dispensed = models.JSONField(default=list)  # [{"at": iso, "name": …, "amount": …, "pharmacy": …}]
    created = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["patient_key", "treatment_id"]),
            models.Index(
                name="prescription_by_prescriber", fields=["prescriber_id", "-signed_at"]
            ),  # favourites
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="prescription_amount",
                condition=models.Q(package_count__isnull=True) | models.Q(quantity__isnull=True),
            ),
            models.UniqueConstraint(
                name="one_draft_per_treatment",
                fields=["treatment_id"],
                condition=models.Q(delivery="draft"),
            ),
        ]

    @property
    def is_active(self) -> bool:
        """Dispensable now or on its way to be, and not recalled by us."""
        if self.rf_missing_since or self.recall_delivery in (*ON_THE_WAY, Delivery.ACCEPTED):
            return False
        if self.rf_status:
            return self.rf_status in LIVE
        return self.delivery in (*ON_THE_WAY, Delivery.ACCEPTED)
