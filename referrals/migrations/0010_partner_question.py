"""What a partner asks the KvK about an offer."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0009_accounts_and_connections"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PartnerQuestion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked_as", models.CharField(max_length=40)),
                ("asked_at", models.DateTimeField()),
                ("text", models.TextField(max_length=1000)),
                ("answer", models.TextField(blank=True, default="", max_length=2000)),
                ("salt", models.CharField(blank=True, default="", max_length=32)),
                ("closed_at", models.DateTimeField(default=None, null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        default=None,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "offer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="questions", to="referrals.offer"
                    ),
                ),
            ],
            options={
                "verbose_name": "vraag van een partner",
                "verbose_name_plural": "vragen van partners",
                "ordering": ("offer", "id"),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=("offer",),
                        name="partner_question_one_open",
                    )
                ],
            },
        ),
    ]
