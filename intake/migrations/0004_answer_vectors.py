"""Answers for replaying: a vector for every intake that was assessed and not erased."""

from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

BATCH = 1000


def write_vectors(apps, schema_editor):
    """Write the vector of the newest assessed answers of each intake."""
    alias = schema_editor.connection.alias
    assessments = apps.get_model("intake", "Assessment").objects.using(alias).exclude(intake__state="erased")
    rows = assessments.order_by("intake_id", "number").values_list("intake_id", "policy", "answers")
    vectors = vectors_of(apps.get_model("intake", "AnswerVector"), rows.iterator())
    while batch := list(islice(vectors, BATCH)):
        type(batch[0]).objects.using(alias).bulk_create(batch)


def vectors_of(model, rows):
    """Yield a vector for each intake; answers that their own policy folder cannot read get none."""
    # Imported late: a migration is also loaded where there is nothing to write.
    from intake.policy import AnswerProblem, PolicyProblems, load_policy, read_answers
    from intake.policy.vectors import to_vector

    policies = {}
    for intake, assessed in groupby(rows, key=itemgetter(0)):
        *_, (_, name, answers) = assessed
        try:
            if name not in policies:
                policies[name] = load_policy(Path(settings.POLICY_ROOT) / name)
            known = read_answers(policies[name], answers)
        except (PolicyProblems, AnswerProblem):
            continue
        yield model(intake_id=intake, vector=to_vector(policies[name].register, known))


class Migration(migrations.Migration):
    dependencies = [("intake", "0003_find_by_mail")]

    operations = [
        migrations.CreateModel(
            name="AnswerVector",
            fields=[
                (
                    "intake",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="intake.intake",
                    ),
                ),
                ("vector", models.BinaryField()),
            ],
            options={"verbose_name": "antwoordvector", "verbose_name_plural": "antwoordvectoren"},
        ),
        migrations.RunPython(write_vectors, migrations.RunPython.noop),
    ]
