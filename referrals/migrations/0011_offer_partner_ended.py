"""An index for the inbox of a partner: what it has now, and what ended, newest first."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("referrals", "0010_partner_question")]

    operations = [
        migrations.AddIndex(
            model_name="offer",
            index=models.Index(fields=["partner", "ended_at", "id"], name="offer_partner_ended"),
        ),
    ]
