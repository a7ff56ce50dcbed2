"""The imported catalogue (varekatalog, FEST M30): read-only between two imports, one row per FEST object.

Rows are never deleted, because old prescriptions point at them: what a newer file leaves out gets `expired_on`.
Children that are always read with their parent (package sizes, codes, members) live in the parent's JSON.
"""

from __future__ import annotations

from django.db import models


class Version(models.Model):
    """An imported file (FEST-versjon). Exactly one is current."""

    extracted_at = models.CharField(max_length=40)  # HentetDato, verbatim: goes into M1 OppdatertFest
    extracted_on = models.DateTimeField()
    source = models.CharField(max_length=500)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()  # bytes of XML
    counts = models.JSONField()  # entries per catalogue element
    changes = models.JSONField(default=dict)  # rows written and expired per table
    imported_at = models.DateTimeField()
    is_current = models.BooleanField(default=False)
    kind = models.CharField(max_length=9, default="full")  # full | increment
    accepted_by = models.TextField(blank=True, default="")  # who took it in against the guards, and why
    rolled_back_at = models.DateTimeField(null=True)
    announced_at = models.DateTimeField(null=True)  # when the journals heard of what it takes away
    rolled_back_by = models.CharField(max_length=255, blank=True, default="")
    previous = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_current"], condition=models.Q(is_current=True), name="fest_one_current_version"
            )
        ]


class Replaced(models.Model):
    """A row as it stood before a version changed it: what a rollback puts back. `row` null: it was not there."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="replaced")
    table = models.CharField(max_length=40)
    key = models.CharField(max_length=80, db_collation="C")
    row = models.JSONField(null=True)

    class Meta:
        indexes = [models.Index(fields=["version", "table"])]


class UpdateAttempt(models.Model):
    """(FEST-oppdatering) One look at the source: what came of it, in words for the provider's administrators."""

    at = models.DateTimeField()
    source = models.CharField(max_length=500)
    outcome = models.CharField(max_length=10)  # imported | unchanged | refused | failed
    text = models.TextField(blank=True)
    etag = models.CharField(max_length=200, blank=True)
    modified = models.CharField(max_length=100, blank=True)
    version = models.ForeignKey(Version, null=True, on_delete=models.SET_NULL, related_name="+")


class FestRow(models.Model):
    """What every imported row carries."""

    # Inner id, or the natural key where FEST has none. Byte order: ids are compared, never read aloud, and the second
    # index Django adds for LIKE in a linguistic order would double the cost of an import.
    key = models.CharField(primary_key=True, max_length=80, db_collation="C")
    entry_id = models.CharField(max_length=80, db_collation="C")  # changes whenever FEST changes the entry
    # without a database constraint: checking 78 000 rows against one version costs a second of every import
    first_version = models.ForeignKey(
        Version, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    expired_on = models.DateField(null=True)

    class Meta:
        abstract = True


class Drug(FestRow):
    """A merkevare, pakning, virkestoffgruppe or legemiddeldose."""

    kind = models.CharField(max_length=8)  # brand | package | group | dose
    name = models.CharField(max_length=500)  # NavnFormStyrke
    brand = models.CharField(max_length=500)  # Varenavn; of a brand only
    varenr = models.CharField(max_length=20, db_index=True, db_collation="C")
    atc = models.CharField(max_length=12)
    atc_name = models.CharField(max_length=300)
    dispensing_group = models.CharField(max_length=4)  # 7421
    form = models.CharField(max_length=12)  # 7448
    form_name = models.CharField(max_length=200)
    preparation = models.CharField(max_length=4)  # 7424
    application = models.CharField(max_length=4)  # 7422
    opioid = models.BooleanField()
    black_triangle = models.BooleanField()
    substitution_group = models.CharField(max_length=80)
    marketed_on = models.DateField(null=True)
    withdrawn_on = models.DateField(null=True)  # AvregDato
    suspended_on = models.DateField(null=True)  # MidlUtgattDato
    reimbursed = models.BooleanField()
    detail = models.JSONField()


class Substance(FestRow):
    """A virkestoff; a parent substance (moderstoff) lists its salts."""

    name = models.CharField(max_length=500)
    english = models.CharField(max_length=500)
    salts = models.JSONField()
    reimbursement = models.JSONField()


class Strength(FestRow):
    """A virkestoff med styrke."""

    substance = models.CharField(max_length=80)
    amount = models.CharField(max_length=40)
    unit = models.CharField(max_length=60)
    per = models.CharField(max_length=40)
    per_unit = models.CharField(max_length=60)
    operator = models.CharField(max_length=2)  # 7445
    atc_combination = models.CharField(max_length=12)


class SubstitutionGroup(FestRow):
    """A byttegruppe: its packages are exchangeable at the pharmacy."""

    code = models.CharField(max_length=20)
    name = models.CharField(max_length=500)
    remark = models.TextField()
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)


class ReimbursementGroup(FestRow):
    """A refusjonsgruppe with its codes, and the hjemmel it stands under."""

    paragraph = models.CharField(max_length=8)  # 7427
    paragraph_name = models.CharField(max_length=100)
    number = models.CharField(max_length=20)
    name = models.CharField(max_length=500)
    atc = models.CharField(max_length=12)
    needs_link = models.BooleanField()
    needs_decision = models.BooleanField()
    needs_code = models.BooleanField()
    use = models.TextField()
    conditions = models.JSONField()
    codes = models.JSONField()


class Term(FestRow):
    """A vilkår: a text, and where FEST has it, a structure a program can check."""

    number = models.CharField(max_length=20)
    group = models.CharField(max_length=4)  # 7437
    applies_to = models.CharField(max_length=4)  # 7438
    text = models.TextField()
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    structure = models.JSONField()


class Interaction(FestRow):
    """An interaksjon between two groups of substances."""

    relevance = models.CharField(max_length=2)  # 7483
    criterion = models.TextField()
    consequence = models.TextField()
    mechanism = models.TextField()
    basis = models.CharField(max_length=4)  # 7485
    handling = models.TextField()
    audience = models.JSONField()  # 7442
    sources = models.JSONField()
    groups = models.JSONField()


class NotAssessed(FestRow):
    """An ATC code whose interactions are not assessed (interaksjon ikke vurdert)."""

    atc = models.CharField(max_length=12)
    name = models.CharField(max_length=300)


class ShortDose(FestRow):
    """The structure of a kortdose."""

    code = models.CharField(max_length=12)
    text = models.TextField()
    consumption = models.JSONField()


class Commodity(FestRow):
    """A handelsvare: næringsmiddel, forbruksmateriell or brystprotese."""

    kind = models.CharField(max_length=16)
    number = models.CharField(max_length=40)
    name = models.CharField(max_length=500)
    product_group = models.CharField(max_length=12)  # 7403
    supplier = models.CharField(max_length=300)
    detail = models.JSONField()


class Notice(FestRow):
    """A varsel from DMP."""

    type = models.CharField(max_length=4)  # 7441
    headline = models.TextField()
    text = models.TextField()
    audience = models.JSONField()
    from_date = models.DateField()
    link = models.JSONField()
    targets = models.JSONField()


class CodeValue(FestRow):
    """A value of a kodeverk that comes with FEST."""

    system = models.CharField(max_length=80, db_index=True, db_collation="C")  # OID
    code = models.CharField(max_length=120)
    name = models.CharField(max_length=1000)
    description = models.TextField()
    parent = models.CharField(max_length=80)
