"""Consent rows are never changed and never deleted: withdrawing is a new row."""

from django.db import migrations

from nnmkb.ledger.guards import append_only


class Migration(migrations.Migration):
    dependencies = [("intake", "0001_initial")]
    operations = [append_only("intake_consent")]
