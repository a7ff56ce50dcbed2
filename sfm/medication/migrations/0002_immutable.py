"""History is only ever added to; a signed prescription never changes (enforced by the database)."""

from django.db import migrations

APPEND_ONLY = ("medication_treatmentevent", "medication_listversion", "medication_journalnote")
FROZEN = (
    "id", "patient_key", "previous_id", "type", "prescribed_on", "valid_from", "expires_on", "package_count",
    "varenr", "quantity", "quantity_unit", "refills", "legal_basis", "reimbursement_code", "reimbursement_system",
    "no_substitution", "note_to_pharmacy", "content", "signed_at", "prescriber_id", "prescriber_hpr",
)
REFUSE = """
CREATE FUNCTION medication_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""
GUARD = """
CREATE FUNCTION medication_guard_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.signed_at IS NULL THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE' OR %s THEN
        RAISE EXCEPTION 'a signed prescription never changes' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
""" % " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in FROZEN)
TRIGGER = "CREATE TRIGGER immutable BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()"
DROP = "DROP TRIGGER IF EXISTS immutable ON {table}"


def _on(table, function):
    return migrations.RunSQL(TRIGGER.format(table=table, function=function), DROP.format(table=table))


class Migration(migrations.Migration):
    dependencies = [("medication", "0001_initial")]
    operations = [
        migrations.RunSQL(REFUSE, "DROP FUNCTION medication_refuse_change()"),
        migrations.RunSQL(GUARD, "DROP FUNCTION medication_guard_signed()"),
        *[_on(table, "medication_refuse_change") for table in APPEND_ONLY],
        _on("medication_prescription", "medication_guard_signed"),
    ]
