"""Decisions on clinical warnings: only ever added, and a change of what a list shows."""

import uuid

import django.contrib.postgres.fields
from django.db import migrations, models

import sfm.tenancy.fields

TABLE = "medication_warningdecision"
IMMUTABLE = f"CREATE TRIGGER immutable BEFORE UPDATE OR DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION medication_refuse_change()"
STAMP = f"CREATE TRIGGER stamp AFTER INSERT ON {TABLE} FOR EACH ROW EXECUTE FUNCTION medication_stamp_list()"


class Migration(migrations.Migration):
    dependencies = [("medication", "0003_stamp")]
    operations = [
        migrations.CreateModel(
            name="WarningDecision",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("patient_key", models.UUIDField()),
                ("warning_key", models.CharField(max_length=40)),
                ("kind", models.CharField(max_length=16)),
                ("severity", models.CharField(max_length=16)),
                ("interaction_id", models.CharField(blank=True, max_length=80)),
                ("reaction_id", models.UUIDField(null=True)),
                (
                    "treatments",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), default=list, size=None
                    ),
                ),
                ("action", models.CharField(max_length=16)),
                ("reason_code", models.CharField(max_length=24)),
                ("reason_text", sfm.tenancy.fields.EncryptedTextField(blank=True, default="")),
                ("doses", models.JSONField(default=dict)),
                ("revision", models.CharField(blank=True, max_length=40)),
                ("knowledge_version", models.PositiveIntegerField(null=True)),
                ("by_id", models.UUIDField()),
                ("by_name", models.CharField(max_length=255)),
                ("by_hpr", models.CharField(blank=True, max_length=9)),
                ("at", models.DateTimeField()),
                ("valid_until", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["patient_key", "at"], name="medication__patient_f0e83a_idx")]
            },
        ),
        migrations.RunSQL(IMMUTABLE, f"DROP TRIGGER IF EXISTS immutable ON {TABLE}"),
        migrations.RunSQL(STAMP, f"DROP TRIGGER IF EXISTS stamp ON {TABLE}"),
    ]
