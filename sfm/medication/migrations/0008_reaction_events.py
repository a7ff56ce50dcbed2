"""Reactions that are told to KJ, and the history of each: only ever added."""

import uuid

from django.db import migrations, models

import sfm.tenancy.fields

TABLE = "medication_reactionevent"
IMMUTABLE = f"CREATE TRIGGER immutable BEFORE UPDATE OR DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION medication_refuse_change()"


class Migration(migrations.Migration):
    dependencies = [("medication", "0007_reimbursement")]
    operations = [
        migrations.AddField(
            "criticalreaction", "kj_id", models.CharField(blank=True, default="", max_length=80)
        ),
        migrations.AddField(
            "criticalreaction", "kj_state", models.CharField(blank=True, default="", max_length=10)
        ),
        migrations.AddField(
            "criticalreaction", "kj_error", models.CharField(blank=True, default="", max_length=255)
        ),
        migrations.CreateModel(
            name="ReactionEvent",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("reaction_id", models.UUIDField()),
                ("patient_key", models.UUIDField(db_index=True)),
                ("verb", models.CharField(max_length=24)),
                ("before", sfm.tenancy.fields.EncryptedJSONField(null=True)),
                ("after", sfm.tenancy.fields.EncryptedJSONField(null=True)),
                ("note", sfm.tenancy.fields.EncryptedTextField(blank=True, default="")),
                ("by_id", models.UUIDField(null=True)),
                ("by_name", models.CharField(max_length=255)),
                ("at", models.DateTimeField()),
            ],
            options={"abstract": False, "base_manager_name": "objects"},
        ),
        migrations.RunSQL(IMMUTABLE, f"DROP TRIGGER IF EXISTS immutable ON {TABLE}"),
    ]
