"""The log of what became of each record of a source; why something was deleted; reactions kept apart."""

import uuid

from django.db import migrations, models

import sfm.tenancy.fields

TABLE = "medication_mergedecision"
IMMUTABLE = (
    f"CREATE TRIGGER immutable BEFORE UPDATE OR DELETE ON {TABLE} "
    "FOR EACH ROW EXECUTE FUNCTION medication_refuse_change()"
)


class Migration(migrations.Migration):
    dependencies = [("medication", "0014_note_event")]
    operations = [
        migrations.AddField(
            "criticalreaction", "deletion_reason", models.CharField(blank=True, default="", max_length=1)
        ),
        migrations.AddField("criticalreaction", "kept_apart", models.JSONField(default=list)),
        migrations.AddField(
            "treatment", "deletion_reason", models.CharField(blank=True, default="", max_length=1)
        ),
        migrations.CreateModel(
            name="MergeDecision",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("patient_key", models.UUIDField(db_index=True)),
                ("treatment_id", models.UUIDField(db_index=True, null=True)),
                ("source", models.CharField(max_length=4)),
                ("record", models.CharField(max_length=80)),
                ("snapshot_id", models.UUIDField(null=True)),
                ("event_id", models.UUIDField(null=True)),
                ("kind", models.CharField(max_length=24)),
                ("told", sfm.tenancy.fields.EncryptedJSONField(default=dict)),
                ("by_id", models.UUIDField(null=True)),
                ("by_name", models.CharField(blank=True, max_length=255)),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["patient_key", "source", "record"], name="medication__patient_8936b5_idx"
                    )
                ],
            },
        ),
        migrations.RunSQL(IMMUTABLE, f"DROP TRIGGER IF EXISTS immutable ON {TABLE}"),
    ]
