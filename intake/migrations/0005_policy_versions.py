"""Versions of the policy in the database, and the texts of the documents they lean on; those are append-only."""

from django.db import migrations, models

from nnmkb.ledger.guards import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0004_answer_vectors"),
    ]

    operations = [
        migrations.CreateModel(
            name="PolicyVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.SlugField(max_length=20, unique=True)),
                ("title", models.CharField(max_length=120)),
                ("base", models.CharField(blank=True, default="", max_length=20)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "concept"),
                            ("review", "in beoordeling"),
                            ("published", "in gebruik"),
                            ("retired", "vervallen"),
                            ("dropped", "weggegooid"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("files", models.JSONField()),
                ("digest", models.CharField(max_length=64)),
                ("lock", models.PositiveIntegerField(default=1)),
                ("author", models.CharField(blank=True, default="", max_length=40)),
                ("editors", models.JSONField(default=list)),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("submitted_by", models.CharField(blank=True, default="", max_length=40)),
                ("submitted_at", models.DateTimeField(blank=True, default=None, null=True)),
                ("published_by", models.CharField(blank=True, default="", max_length=40)),
                ("published_at", models.DateTimeField(blank=True, default=None, null=True)),
                ("replaced", models.CharField(blank=True, default="", max_length=20)),
                ("retired_by", models.CharField(blank=True, default="", max_length=40)),
                ("retired_at", models.DateTimeField(blank=True, default=None, null=True)),
                ("notes", models.JSONField(default=dict)),
                ("words", models.JSONField(default=dict)),
                ("impact", models.JSONField(blank=True, default=None, null=True)),
                ("impact_digest", models.CharField(blank=True, default="", max_length=130)),
            ],
            options={
                "verbose_name": "versie van het beleid",
                "verbose_name_plural": "versies van het beleid",
                "ordering": ("-created_at", "-id"),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "published")),
                        fields=("state",),
                        name="policy_one_version_in_force",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SourceText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=20)),
                ("text", models.TextField()),
                ("digest", models.CharField(max_length=64)),
                ("registered_by", models.CharField(max_length=40)),
                ("registered_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "brontekst",
                "verbose_name_plural": "bronteksten",
                "ordering": ("code", "-id"),
                "indexes": [models.Index(fields=["code", "-id"], name="source_newest")],
            },
        ),
        append_only("intake_sourcetext"),
    ]
