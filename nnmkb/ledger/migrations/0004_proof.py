"""Every history gets its tip, and anchors are never changed and never deleted."""

from django.db import migrations

from nnmkb.ledger.guards import append_only

TIPS = """
INSERT INTO ledger_tip (stream, seq, digest)
SELECT event.stream, event.seq, event.digest
FROM ledger_event AS event
JOIN (SELECT stream, MAX(seq) AS seq FROM ledger_event GROUP BY stream) AS newest
  ON newest.stream = event.stream AND newest.seq = event.seq
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_tip_and_anchor")]
    operations = [
        migrations.RunSQL(TIPS, "DELETE FROM ledger_tip"),
        append_only("ledger_anchor"),
    ]
