"""Templates and protocols."""

import sfm.tenancy.fields
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('medication', '0009_signature'),
    ]

    operations = [
        migrations.CreateModel(
            name='PrescriptionTemplate',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('owner_id', models.UUIDField(db_index=True)),
                ('owner_name', models.CharField(max_length=255)),
                ('organisation_id', models.UUIDField()),
                ('shared', models.BooleanField(default=False)),
                ('content', sfm.tenancy.fields.EncryptedJSONField()),
                ('changed_at', models.DateTimeField()),
                ('retired_at', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='TreatmentProtocol',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('owner_id', models.UUIDField(db_index=True)),
                ('owner_name', models.CharField(max_length=255)),
                ('organisation_id', models.UUIDField()),
                ('shared', models.BooleanField(default=False)),
                ('content', sfm.tenancy.fields.EncryptedJSONField()),
                ('changed_at', models.DateTimeField()),
                ('retired_at', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
    ]
