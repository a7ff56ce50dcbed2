"""The registry in the shared schema: journals, organisations, EPJ clients, and the service provider's own staff."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID, uuid4

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django_tenants.models import TenantMixin

from sfm.core import clock
from sfm.tenancy.scoped import JournalManager, JournalModel, JournalQuerySet

__all__ = [
    "EpjClient",
    "Journal",
    "JournalErasure",
    "JournalKey",
    "JournalManager",
    "JournalModel",
    "JournalQuerySet",
    "Organisation",
    "ProviderStaff",
    "SpareSchema",
    "Supplier",
]


class OrganisationType(models.IntegerChoices):
    """Organisation types of the data sharing API."""

    PLO = 1, "Pleie og omsorg"
    HOSPITAL = 2, "Sykehus"
    GP = 3, "Fastlege"
    OOH_CLINIC = 4, "Legevakt"
    HEALTH_STATION = 5, "Helsestasjon"
    DENTIST = 6, "Tannlege"
    HEALTH_HOUSE = 7, "Helsehus"
    SPECIALIST = 8, "Spesialist"
    OTHER = 99, "Annet"


class Journal(TenantMixin):  # type: ignore[misc]
    """(Journal) The legal record: the data boundary, one PostgreSQL schema. Made by `journals.create`."""

    auto_create_schema = False
    auto_drop_schema = False

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    name = models.CharField(max_length=200)
    organisation_type = models.PositiveSmallIntegerField(choices=OrganisationType)
    cell = models.CharField(max_length=40, default="default")  # which database; one until there are two
    active = models.BooleanField(default=True)
    ready = models.BooleanField(default=False)  # the schema exists and is migrated; until then nobody enters
    # What the ids an EPJ keeps are made with, wrapped, from when the journal's first key is forgotten
    identifier_key = models.BinaryField(null=True)
    created = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.name


class JournalKey(models.Model):
    """One version of a journal's key, wrapped by the key service. Without it the journal's texts are noise."""

    id = models.BigAutoField(primary_key=True)
    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="keys")
    version = models.PositiveSmallIntegerField()
    wrapped = models.BinaryField()
    created = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["journal", "version"], name="journal_key_version"),
        ]


class SpareSchema(models.Model):
    """(Ledig skjema) A schema made ahead of need, or one that waits to be removed. No journal's."""

    id = models.BigAutoField(primary_key=True)
    schema_name = models.CharField(max_length=34, unique=True)
    soiled = models.BooleanField(default=False)  # never given out; the owner removes it
    created = models.DateTimeField(default=clock.now)


class JournalErasure(models.Model):
    """(Slettet journal) What is left of a journal that was erased for good: that it was, when, by whom and why."""

    id = models.BigAutoField(primary_key=True)
    journal_id = models.UUIDField()
    name = models.CharField(max_length=200)
    organisations = models.JSONField(default=list)  # organisation numbers
    rows = models.JSONField(default=dict)  # how many rows each table held
    audit_head = models.CharField(max_length=64, blank=True)  # the last link of its log's hash chain
    by = models.CharField(max_length=200)
    reason = models.CharField(max_length=500)
    keys_gone_at = models.DateTimeField(null=True)  # from here on no back-up can be read
    schema_gone_at = models.DateTimeField(null=True)


class OrganisationKind(models.TextChoices):
    ORGANISATION = "organisation", "Virksomhet"
    DEPARTMENT = "department", "Avdeling"


class RfState(models.TextChoices):
    """What RF has said of a unit in use."""

    NONE = "", "Ikke meldt"
    ASKED = "asked", "Aktiveres"
    VERIFIED = "verified", "Bekreftet av Reseptformidleren"
    FAILED = "failed", "Aktivering feilet"


class Organisation(models.Model):
    """(Virksomhet, avdeling) A unit that works in a journal. Children share the journal or have one of their own."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="organisations")
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    kind = models.CharField(max_length=12, choices=OrganisationKind, default=OrganisationKind.ORGANISATION)
    type_code = models.PositiveSmallIntegerField(choices=OrganisationType)
    name = models.CharField(max_length=200)
    orgnr = models.CharField(max_length=9)
    her_id = models.CharField(max_length=8, blank=True)
    address_line = models.CharField(max_length=200, blank=True)
    postal_code = models.CharField(max_length=4, blank=True)
    city = models.CharField(max_length=100, blank=True)
    municipality_code = models.CharField(max_length=4, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    email = models.CharField(max_length=200, blank=True)
    active = models.BooleanField(default=False)
    pll_enabled_from = models.DateField(null=True, blank=True)
    settings = models.JSONField(default=dict, blank=True)  # the settings catalogue of portals.md 4.2
    epj_info = models.JSONField(default=dict, blank=True)  # systemcode, systemname, version, updatetime
    rf_state = models.CharField(max_length=10, choices=RfState.choices, blank=True, default="")
    rf_note = models.CharField(max_length=255, blank=True, default="")  # why it failed
    rf_at = models.DateTimeField(null=True, blank=True)
    created = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["her_id"], condition=Q(active=True) & ~Q(her_id=""), name="organisation_her_id_once"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["orgnr"])]

    def __str__(self) -> str:
        return self.name


class TicketForm(models.TextChoices):
    UUID = "uuid", "UUID"
    BASE64URL = "base64url", "43 tegn base64url"


class Supplier(models.Model):
    """(EPJ-leverandør) The owner of a multi-tenant HelseID client must be registered here beforehand."""

    id = models.BigAutoField(primary_key=True)
    orgnr = models.CharField(max_length=9, unique=True)
    name = models.CharField(max_length=200)
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class EpjClient(models.Model):
    """(EPJ-klient) A registered record system: which HelseID client it is, and which pages may hold our frame."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    client_id = models.CharField(max_length=200, unique=True)
    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    supplier_orgnr = models.CharField(max_length=9, blank=True)
    origins = models.JSONField(default=list)  # exact origins: scheme://host[:port]
    ticket_form = models.CharField(max_length=10, choices=TicketForm, default=TicketForm.UUID)
    embedded_browser = models.BooleanField(
        default=False
    )  # loads top-level; messages come through the host component
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class StaffManager(BaseUserManager["ProviderStaff"]):
    def get_by_natural_key(self, username: str | None) -> ProviderStaff:
        return self.get(id=UUID(str(username)))


class ProviderStaff(AbstractBaseUser):
    """(Ansatt hos tjenesteleverandøren) The only people who log in to SFM itself; HelseID, level 4, no password."""

    password = None  # type: ignore[assignment]

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    name = models.CharField(max_length=200)
    pid_bi = models.BinaryField(
        max_length=32, unique=True
    )  # keyed by the key service; never the number itself
    roles = models.JSONField(default=list)  # operator | support | fest
    active = models.BooleanField(default=True)

    USERNAME_FIELD = "id"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = StaffManager()

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        return self.active

    def __str__(self) -> str:
        return self.name
