import uuid

import sfm.tenancy.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('medication', '0016_join_patients'),
    ]

    operations = [
        migrations.CreateModel(
            name='DispatchComment',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('text', sfm.tenancy.fields.EncryptedTextField()),
                ('is_default', models.BooleanField(default=False)),
                ('saved_by', models.UUIDField()),
                ('saved_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('is_default',), name='one_default_comment')],
            },
        ),
        migrations.AddIndex(
            model_name='prescription',
            index=models.Index(fields=['prescriber_id', '-signed_at'], name='prescription_by_prescriber'),
        ),
    ]
