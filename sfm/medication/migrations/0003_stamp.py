"""Every change of what a patient's list shows gives the list a new random stamp (see queries.remembered)."""

from django.db import migrations, models

TABLES = ("medication_treatment", "medication_prescription", "medication_draft", "medication_criticalreaction")
FUNCTION = """
CREATE FUNCTION medication_stamp_list() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE medication_medicationlist SET stamp = gen_random_uuid()
    WHERE patient_key = CASE WHEN TG_OP = 'DELETE' THEN OLD.patient_key ELSE NEW.patient_key END;
    RETURN NULL;
END $$
"""
TRIGGER = "CREATE TRIGGER stamp AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION medication_stamp_list()"


class Migration(migrations.Migration):
    dependencies = [("medication", "0002_immutable")]
    operations = [
        migrations.AddField("medicationlist", "stamp", models.UUIDField(null=True)),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION medication_stamp_list()"),
        *[
            migrations.RunSQL(TRIGGER.format(table=table), f"DROP TRIGGER IF EXISTS stamp ON {table}")
            for table in TABLES
        ],
    ]
