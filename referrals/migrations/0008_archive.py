"""Every filter of the archive stays quick at a million referrals (docs/benchmarks.md)."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0007_search"),
        ("referrals", "0007_sweep_at"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="referral",
            name="referral_newest",
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                fields=[
                    "-created_at",
                    "-id",
                    "closed_at",
                    "state",
                    "province",
                    "sector",
                    "activity",
                    "owner",
                    "partner",
                ],
                name="referral_newest",
            ),
        ),
    ]
