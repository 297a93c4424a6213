"""Mail that came back, and how many attempts each kind of delivery gets."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0004_proof"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="outgoing",
            name="outgoing_dead",
        ),
        migrations.AddField(
            model_name="outgoing",
            name="attempts_allowed",
            field=models.PositiveSmallIntegerField(default=7),
        ),
        migrations.AddField(
            model_name="outgoing",
            name="bounced_at",
            field=models.DateTimeField(default=None, null=True),
        ),
        migrations.AlterField(
            model_name="outgoing",
            name="state",
            field=models.CharField(
                choices=[
                    ("pending", "klaargezet"),
                    ("leased", "wordt verzonden"),
                    ("done", "verzonden"),
                    ("dead", "mislukt"),
                    ("bounced", "teruggekomen"),
                ],
                default="pending",
                max_length=8,
            ),
        ),
        migrations.AddIndex(
            model_name="outgoing",
            index=models.Index(
                condition=models.Q(("state__in", ("dead", "bounced"))), fields=["created_at"], name="outgoing_dead"
            ),
        ),
    ]
