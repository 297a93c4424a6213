"""Every order, list and filter of the workbench stays quick at a million referrals (docs/benchmarks.md)."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0007_search"),
        ("referrals", "0005_offer_partner_newest"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="referral",
            name="referral_due",
        ),
        migrations.AddIndex(
            model_name="offer",
            index=models.Index(
                fields=["offered_at", "partner", "answered_at", "respond_by", "state", "organisation"],
                name="offer_settled",
            ),
        ),
        migrations.AddIndex(
            model_name="offer",
            index=models.Index(
                condition=models.Q(("state__in", ("declined", "returned"))),
                fields=["ended_at", "reason", "state"],
                name="offer_refused",
            ),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True)),
                fields=["next_due_at", "id", "province", "step", "way", "sector", "activity", "created_at"],
                name="referral_due",
            ),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True)),
                fields=[
                    "state",
                    "next_due_at",
                    "id",
                    "reason",
                    "partner",
                    "owner",
                    "created_at",
                    "entered_at",
                    "misses",
                ],
                name="referral_state_due",
            ),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True), ("state__in", ("offered", "accepted", "in_progress"))),
                fields=["next_due_at", "id"],
                name="referral_with_partner",
            ),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True), ("state__in", ("awaiting_consent", "needs_info"))),
                fields=["next_due_at", "id"],
                name="referral_with_entrepreneur",
            ),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True), ("attempts__gte", 1)),
                fields=["next_due_at", "id", "attempts"],
                name="referral_again",
            ),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("attempts__gte", 2)),
                fields=["-created_at", "-id", "attempts"],
                name="referral_often",
            ),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True)), fields=["created_at", "id"], name="referral_came_in"
            ),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True)), fields=["entered_at", "id"], name="referral_changed"
            ),
        ),
    ]
