"""How the signature stands under what others have signed."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('medication', '0008_reaction_events'),
    ]

    operations = [
        migrations.AddField(
            model_name='prescription',
            name='signature',
            field=models.CharField(blank=True, default='', max_length=20),
        ),
        migrations.AddField(
            model_name='medicationlist',
            name='pll_signature',
            field=models.CharField(blank=True, default='', max_length=20),
        ),
    ]
