import sfm.tenancy.fields
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('medication', '0017_dispatch_comment'),
    ]

    operations = [
        migrations.AddField(
            model_name='journalnote',
            name='comment',
            field=sfm.tenancy.fields.EncryptedTextField(blank=True, null=True),
        ),
    ]
