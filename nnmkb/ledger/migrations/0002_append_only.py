"""Events are never changed and never deleted."""

from django.db import migrations

from nnmkb.ledger.guards import append_only


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [append_only("ledger_event")]
