"""Every mail of the house: one function a message, written from the event and the rows it points to.

The texts are in templates/mail, once; letters.py makes both the plain and the HTML part of it. Mails to partners and
advisors hold no personal data: a number, a date, a link. `WRITERS` finds the function by the kind of the delivery.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import ModuleType

from django.core.mail import EmailMultiAlternatives

from nnmkb.ledger.models import Outgoing
from referrals.mail import account, advisor, endpoint, entrepreneur, lead, partner, proof, system
from referrals.mail.addressing import Outdated

__all__ = ["WRITERS", "Outdated"]

Writer = Callable[[Outgoing], EmailMultiAlternatives]


def _writers(module: ModuleType) -> dict[str, Writer]:
    return {
        f"mail.{name}": write
        for name, write in inspect.getmembers(module, inspect.isfunction)
        if write.__module__ == module.__name__
    }


WRITERS: dict[str, Writer] = {
    **_writers(entrepreneur),
    **_writers(partner),
    **_writers(advisor),
    **_writers(endpoint),
    **_writers(lead),
    **_writers(proof),
    **_writers(system),
    **_writers(account),
}
