"""The groups that stand for the roles of nnmkb.web.permissions, and what an administrator may see and change."""

from typing import Any

from django.contrib.auth.management import create_permissions
from django.db import migrations

NAMES = ("advisor", "team_lead", "policy_author", "policy_publisher", "administrator")
SEEN = {
    "ledger": ("event", "outgoing"),
    "intake": ("intake", "assessment", "consent"),
    "referrals": ("referral", "offer"),
}
ADMINISTRATOR = (
    *(("referrals", f"{verb}_partner") for verb in ("add", "change", "view")),
    *(("auth", f"{verb}_user") for verb in ("add", "change", "view")),
    *((label, f"view_{model}") for label, models in SEEN.items() for model in models),
)


def make(apps: Any, editor: Any) -> None:
    group = apps.get_model("auth", "Group")
    permission = apps.get_model("auth", "Permission")
    for name in NAMES:
        group.objects.get_or_create(name=name)
    # Django makes the permissions after the last migration; here they are needed before.
    for label in ("auth", "ledger", "intake", "referrals"):
        config = apps.get_app_config(label)
        config.models_module = True
        create_permissions(config, apps=apps, verbosity=0)
        config.models_module = None
    administrator = group.objects.get(name="administrator")
    for label, codename in ADMINISTRATOR:
        administrator.permissions.add(permission.objects.get(content_type__app_label=label, codename=codename))


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0001_initial"),
        ("intake", "0002_append_only"),
        ("ledger", "0002_append_only"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    # Taking the groups away would take people's roles away: going back leaves them.
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
