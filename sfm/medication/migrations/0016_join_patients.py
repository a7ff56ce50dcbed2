"""Whom a row is about may be set right when two entries of one person become one; nothing else of it changes."""

from django.db import migrations

JOINING = """TG_OP = 'UPDATE' AND current_setting('sfm.joining_patients', true) = 'on'
        AND to_jsonb(NEW) - 'patient_key' = to_jsonb(OLD) - 'patient_key'"""
FROZEN = (
    "id", "patient_key", "previous_id", "type", "prescribed_on", "valid_from", "expires_on", "package_count",
    "varenr", "quantity", "quantity_unit", "refills", "legal_basis", "reimbursement_code", "reimbursement_system",
    "no_substitution", "note_to_pharmacy", "content", "signed_at", "prescriber_id", "prescriber_hpr",
)  # fmt: skip
REFUSE = """
CREATE OR REPLACE FUNCTION medication_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {allowed}
    RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""
GUARD = """
CREATE OR REPLACE FUNCTION medication_guard_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.signed_at IS NULL THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    {allowed}
    IF TG_OP = 'DELETE' OR {changed} THEN
        RAISE EXCEPTION 'a signed prescription never changes' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""
CHANGED = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in FROZEN)
ALLOW = f"""IF {JOINING} THEN
        RETURN NEW;
    END IF;"""


def _allowing(allowed):
    return tuple(text.format(allowed=allowed, changed=CHANGED) for text in (REFUSE, GUARD))


class Migration(migrations.Migration):
    dependencies = [("medication", "0015_merge_decision")]
    operations = [
        migrations.RunSQL(now, before) for now, before in zip(_allowing(ALLOW), _allowing(""), strict=True)
    ]
