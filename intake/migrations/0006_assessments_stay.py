"""A stored assessment is never worked out again in its place; erasing a scan empties answers and result."""

from django.db import migrations

from nnmkb.ledger.guards import only_emptied

KEPT = ("id", "intake_id", "number", "made_at", "policy", "outcome", "intensity", "receipt")


class Migration(migrations.Migration):
    dependencies = [("intake", "0005_policy_versions")]
    operations = [only_emptied("intake_assessment", KEPT, ("answers", "result"))]
