"""What a source answered is only ever added to (enforced by the database)."""

from django.db import migrations

TABLE = "exchange_lookupsnapshot"
IMMUTABLE = (
    f"CREATE TRIGGER immutable BEFORE UPDATE OR DELETE ON {TABLE} "
    "FOR EACH ROW EXECUTE FUNCTION medication_refuse_change()"
)


class Migration(migrations.Migration):
    dependencies = [("exchange", "0004_medication_document"), ("medication", "0002_immutable")]
    operations = [migrations.RunSQL(IMMUTABLE, f"DROP TRIGGER IF EXISTS immutable ON {TABLE}")]
