"""Every change of what a patient's list shows gives the list a new random stamp (see queries.remembered); every change
of what is known of the sources, another."""

from django.db import migrations, models

TABLES = ("medication_treatment", "medication_prescription", "medication_draft", "medication_criticalreaction")
SOURCES = "medication_sourcestatus"
FUNCTION = """
CREATE FUNCTION medication_stamp_{name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE medication_medicationlist SET {column} = gen_random_uuid()
    WHERE patient_key = CASE WHEN TG_OP = 'DELETE' THEN OLD.patient_key ELSE NEW.patient_key END;
    RETURN NULL;
END $$
"""
TRIGGER = "CREATE TRIGGER stamp AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION medication_stamp_{name}()"


def _function(name, column):
    return migrations.RunSQL(FUNCTION.format(name=name, column=column), f"DROP FUNCTION medication_stamp_{name}()")


def _trigger(table, name):
    return migrations.RunSQL(TRIGGER.format(table=table, name=name), f"DROP TRIGGER IF EXISTS stamp ON {table}")


class Migration(migrations.Migration):
    dependencies = [("medication", "0002_immutable")]
    operations = [
        migrations.AddField("medicationlist", "stamp", models.UUIDField(null=True)),
        migrations.AddField("medicationlist", "sources_stamp", models.UUIDField(null=True)),
        _function("list", "stamp"),
        _function("sources", "sources_stamp"),
        *[_trigger(table, "list") for table in TABLES],
        _trigger(SOURCES, "sources"),
    ]
