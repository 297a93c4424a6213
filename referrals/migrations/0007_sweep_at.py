"""The sweep gets a moment of its own, so that the deadline stays where it was when it is missed."""

from typing import Any

from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F


def as_the_deadline(apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """Let the sweep look at open referrals at their deadline."""
    apps.get_model("referrals", "Referral").objects.filter(closed_at=None).update(sweep_at=F("next_due_at"))


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0007_search"),
        ("referrals", "0006_fast_lists"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="referral",
            name="referral_open_has_clock",
        ),
        migrations.RemoveIndex(
            model_name="referral",
            name="referral_state_due",
        ),
        migrations.AddField(
            model_name="referral",
            name="sweep_at",
            field=models.DateTimeField(default=None, null=True),
        ),
        migrations.RunPython(as_the_deadline, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True)),
                fields=["state", "next_due_at", "id", "reason", "partner", "owner", "created_at"],
                name="referral_state_due",
            ),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True)), fields=["sweep_at", "id"], name="referral_sweep"
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closed_at__isnull", False),
                    models.Q(("next_due_at__isnull", False), ("sweep_at__isnull", False)),
                    _connector="OR",
                ),
                name="referral_open_has_clock",
            ),
        ),
    ]
