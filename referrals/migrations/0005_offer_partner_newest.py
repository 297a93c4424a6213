"""An index for how long a partner waits for an offer; it takes the place of the one on the partner alone."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("referrals", "0004_workbench")]

    operations = [
        migrations.AddIndex(
            model_name="offer",
            index=models.Index(fields=["partner", "-offered_at"], name="offer_partner_newest"),
        ),
        migrations.AlterField(
            model_name="offer",
            name="partner",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="offers",
                to="referrals.partner",
            ),
        ),
    ]
