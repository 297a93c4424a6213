"""Company names are found by any three characters; a search passes over who took back its consent to the KvK."""

from django.db import migrations, models

from intake.companies import put_on, take_off


class Migration(migrations.Migration):
    dependencies = [("intake", "0006_assessments_stay")]
    operations = [
        migrations.RunPython(put_on, take_off),
        migrations.AddIndex(
            model_name="consent",
            index=models.Index(
                fields=["intake"], name="consent_view_refused", condition=models.Q(("given", False), ("purpose", "C1"))
            ),
        ),
    ]
