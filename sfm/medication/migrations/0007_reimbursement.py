"""Confirmed terms, decisions from Helfo, and applications. What was confirmed is only added to."""

import sfm.tenancy.fields
import uuid
from django.db import migrations, models


CONFIRMED = "medication_termconfirmation"
IMMUTABLE = f"CREATE TRIGGER immutable BEFORE UPDATE OR DELETE ON {CONFIRMED} FOR EACH ROW EXECUTE FUNCTION medication_refuse_change()"


class Migration(migrations.Migration):

    dependencies = [
        ('medication', '0006_row_actions'),
    ]

    operations = [
        migrations.CreateModel(
            name='ReimbursementApplication',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('patient_key', models.UUIDField(db_index=True)),
                ('state', models.CharField(choices=[('draft', 'Påbegynt'), ('sending', 'Sendes til Helfo'), ('manual', 'Til manuell behandling'), ('granted', 'Innvilget'), ('refused', 'Avslått'), ('dismissed', 'Avvist uten behandling'), ('abandoned', 'Forkastet')], default='draft', max_length=12)),
                ('content', sfm.tenancy.fields.EncryptedJSONField()),
                ('reference', sfm.tenancy.fields.EncryptedTextField(blank=True, default='')),
                ('problem', models.CharField(blank=True, max_length=255)),
                ('decision_id', models.UUIDField(null=True)),
                ('author_id', models.UUIDField()),
                ('author_name', models.CharField(max_length=255)),
                ('sent_at', models.DateTimeField(null=True)),
                ('settled_at', models.DateTimeField(null=True)),
                ('created', models.DateTimeField()),
                ('version', models.PositiveIntegerField(default=1)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='ReimbursementDecision',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('patient_key', models.UUIDField(db_index=True)),
                ('source', models.CharField(max_length=8)),
                ('outcome', models.CharField(max_length=1)),
                ('reference', sfm.tenancy.fields.EncryptedTextField()),
                ('valid_from', models.DateField()),
                ('valid_until', models.DateField(null=True)),
                ('content', sfm.tenancy.fields.EncryptedJSONField()),
                ('application_id', models.UUIDField(null=True)),
                ('recorded_by', models.UUIDField()),
                ('recorded_by_name', models.CharField(max_length=255)),
                ('recorded_at', models.DateTimeField()),
                ('retired_at', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='TermConfirmation',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('patient_key', models.UUIDField()),
                ('treatment_id', models.UUIDField()),
                ('legal_basis', models.CharField(max_length=8)),
                ('term_id', models.CharField(max_length=80)),
                ('outcome', models.CharField(max_length=12)),
                ('content', sfm.tenancy.fields.EncryptedJSONField()),
                ('by_id', models.UUIDField()),
                ('by_name', models.CharField(max_length=255)),
                ('by_hpr', models.CharField(blank=True, max_length=9)),
                ('at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['patient_key', 'treatment_id', 'at'], name='medication__patient_05be1f_idx')],
            },
        ),
        migrations.RunSQL(IMMUTABLE, f"DROP TRIGGER IF EXISTS immutable ON {CONFIRMED}"),
    ]
