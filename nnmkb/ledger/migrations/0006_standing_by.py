"""A delivery that stands by for another message: needless once that has arrived."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0005_bounced"),
    ]

    operations = [
        migrations.AddField(
            model_name="outgoing",
            name="unless",
            field=models.ForeignKey(
                db_index=False,
                default=None,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="standing_by",
                to="ledger.event",
            ),
        ),
        migrations.AddIndex(
            model_name="outgoing",
            index=models.Index(
                condition=models.Q(("unless__isnull", False)), fields=["unless"], name="outgoing_standing_by"
            ),
        ),
    ]
