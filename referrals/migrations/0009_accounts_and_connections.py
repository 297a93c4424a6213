"""People at partners with an account, and their systems: keys, endpoints, stored answers."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

NAMES = ("partner_reader", "partner_handler", "partner_manager")


def make_groups(apps: Any, editor: Any) -> None:
    for name in NAMES:
        apps.get_model("auth", "Group").objects.get_or_create(name=name)


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0005_bounced"),
        ("referrals", "0008_archive"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ApiAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=80)),
                ("request_digest", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField(default=None, null=True)),
                ("body", models.JSONField(default=dict)),
                ("etag", models.CharField(blank=True, default="", max_length=20)),
                ("created_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "verbose_name": "antwoord van de API",
                "verbose_name_plural": "antwoorden van de API",
            },
        ),
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                ("prefix", models.CharField(max_length=12, unique=True)),
                ("digest", models.CharField(max_length=64)),
                ("scopes", models.JSONField(default=list)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("last_used_on", models.DateField(default=None, null=True)),
                ("revoked_at", models.DateTimeField(default=None, null=True)),
            ],
            options={
                "verbose_name": "API-sleutel",
                "verbose_name_plural": "API-sleutels",
                "ordering": ("partner", "-created_at"),
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("email", models.EmailField(max_length=254)),
                ("role", models.CharField(max_length=20)),
                ("nonce", models.CharField(max_length=32)),
                ("link_digest", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(default=None, null=True)),
                ("accepted", models.BooleanField(default=False)),
            ],
            options={
                "verbose_name": "uitnodiging",
                "verbose_name_plural": "uitnodigingen",
                "ordering": ("partner", "-created_at"),
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("joined_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(default=None, null=True)),
            ],
            options={
                "verbose_name": "medewerker van een partner",
                "verbose_name_plural": "medewerkers van partners",
                "ordering": ("partner", "joined_at"),
            },
        ),
        migrations.CreateModel(
            name="Passkey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                ("credential_id", models.CharField(max_length=1400, unique=True)),
                ("public_key", models.BinaryField()),
                ("sign_count", models.PositiveBigIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("last_used_at", models.DateTimeField(default=None, null=True)),
            ],
            options={
                "verbose_name": "passkey",
                "verbose_name_plural": "passkeys",
                "ordering": ("user", "created_at"),
            },
        ),
        migrations.CreateModel(
            name="WebhookAttempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                ("at", models.DateTimeField(db_index=True)),
                ("status", models.PositiveSmallIntegerField(default=None, null=True)),
                ("error", models.CharField(blank=True, default="", max_length=40)),
                ("milliseconds", models.PositiveIntegerField(default=0)),
            ],
            options={
                "verbose_name": "poging bij een meldadres",
                "verbose_name_plural": "pogingen bij meldadressen",
                "ordering": ("-at", "-id"),
            },
        ),
        migrations.CreateModel(
            name="WebhookEndpoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("url", models.URLField(max_length=500)),
                ("nonce", models.CharField(max_length=32)),
                ("old_nonce", models.CharField(blank=True, default="", max_length=32)),
                ("old_until", models.DateTimeField(default=None, null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("pending", "nog niet bevestigd"), ("active", "aan"), ("off", "uit")],
                        default="pending",
                        max_length=8,
                    ),
                ),
                ("off_reason", models.CharField(blank=True, default="", max_length=20)),
                ("created_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(default=None, null=True)),
                ("last_success_at", models.DateTimeField(default=None, null=True)),
                ("rest_until", models.DateTimeField(default=None, null=True)),
                ("removed_at", models.DateTimeField(default=None, null=True)),
            ],
            options={
                "verbose_name": "meldadres",
                "verbose_name_plural": "meldadressen",
                "ordering": ("partner", "created_at"),
            },
        ),
        migrations.AddField(
            model_name="partner",
            name="connected_at",
            field=models.DateTimeField(blank=True, default=None, null=True),
        ),
        migrations.AddIndex(
            model_name="dossier",
            index=models.Index(fields=["digest"], name="dossier_digest"),
        ),
        migrations.AddField(
            model_name="apianswer",
            name="partner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="referrals.partner"
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="created_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="partner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="api_keys", to="referrals.partner"
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="invited_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="partner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="invitations", to="referrals.partner"
            ),
        ),
        migrations.AddField(
            model_name="membership",
            name="ended_by",
            field=models.ForeignKey(
                default=None,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="membership",
            name="partner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="members", to="referrals.partner"
            ),
        ),
        migrations.AddField(
            model_name="membership",
            name="user",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="membership", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="passkey",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="passkeys", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="webhookattempt",
            name="outgoing",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="ledger.outgoing"
            ),
        ),
        migrations.AddField(
            model_name="webhookendpoint",
            name="created_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="webhookendpoint",
            name="partner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="endpoints", to="referrals.partner"
            ),
        ),
        migrations.AddField(
            model_name="webhookattempt",
            name="endpoint",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="attempts", to="referrals.webhookendpoint"
            ),
        ),
        migrations.AddConstraint(
            model_name="apianswer",
            constraint=models.UniqueConstraint(fields=("partner", "key"), name="api_answer_once"),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at__isnull", True)), fields=("partner", "email"), name="invitation_one_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="webhookendpoint",
            constraint=models.UniqueConstraint(
                condition=models.Q(("removed_at__isnull", True)),
                fields=("partner", "url"),
                name="endpoint_once_per_url",
            ),
        ),
        migrations.AddIndex(
            model_name="webhookattempt",
            index=models.Index(fields=["endpoint", "-at"], name="webhook_attempt_newest"),
        ),
        # Going back leaves the groups: taking them away would take people's roles away.
        migrations.RunPython(make_groups, migrations.RunPython.noop),
    ]
