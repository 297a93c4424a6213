"""Offers and referrals keep the organisation and the name of the partner as they were when it was asked."""

from typing import Any

from django.db import migrations, models
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce


def fill(apps: Any, editor: Any) -> None:
    partners = apps.get_model("referrals", "Partner").objects.filter(pk=OuterRef("partner"))
    organisation = Subquery(partners.values("organisation")[:1])
    offers = apps.get_model("referrals", "Offer").objects
    offers.update(organisation=organisation)
    asked = offers.filter(referral=OuterRef("pk"), partner=OuterRef("partner")).order_by("-attempt")
    apps.get_model("referrals", "Referral").objects.filter(partner__isnull=False).update(
        organisation=organisation,
        partner_name=Coalesce(Subquery(asked.values("partner_name")[:1]), Subquery(partners.values("name")[:1])),
    )


class Migration(migrations.Migration):
    dependencies = [("referrals", "0002_groups")]

    operations = [
        migrations.AddField(
            model_name="offer",
            name="organisation",
            field=models.SlugField(default="", max_length=60, db_index=False),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="referral",
            name="organisation",
            field=models.SlugField(blank=True, default="", max_length=60, db_index=False),
        ),
        migrations.AddField(
            model_name="referral",
            name="partner_name",
            field=models.CharField(blank=True, default="", max_length=120),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=Q(partner__isnull=True, organisation="", partner_name="")
                | Q(partner__isnull=False, organisation__gt="", partner_name__gt=""),
                name="referral_partner_as_asked",
            ),
        ),
    ]
