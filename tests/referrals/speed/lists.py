"""Every list that the workbench has, one filter or order at a time, for the tests of what each asks of the database."""

from __future__ import annotations

from referrals.domain.lifecycle import State
from referrals.queues import Filters, Order, View

STATES = tuple(state.value for state in State)
NARROWER: dict[str, dict[str, object]] = {
    "province": {"province": "drenthe"},
    "step": {"step": "S"},
    "way": {"way": "N"},
    "activity": {"activity": "P4"},
    "group of activities": {"activity": "N"},
    "sector": {"sector": "vervoer"},
    "owner": {"owner": "1"},
    "nobody's": {"owner": "niemand"},
    "partner": {"partner": "1"},
    "late": {"due": "laat"},
    "today": {"due": "vandaag"},
    "this week": {"due": "week"},
    "reason": {"reason": "no_response"},
    "second attempt": {"attempts": "2"},
    "third attempt": {"attempts": "3"},
    "consent": {"consent": "ontbreekt"},
    "delivery": {"delivery": "mislukt"},
    "label": {"label": "beurs"},
    "came in": {"since": "2026-11-20", "until": "2026-11-23"},
    "number": {"search": "NN-0000-0000-1"},
    "KvK number": {"search": "90000001"},
    "e-mail": {"search": "Hinke@skalkant-1.example"},
    "part of a name": {"search": "bakker"},
    "closed": {"states": ("gesloten",)},
    "all": {"states": ("open", "gesloten")},
    "two states": {"states": ("queued", "returned")},
}
LISTS: dict[str, Filters] = (
    {f"view {view.value}": Filters(view=view) for view in View}
    | {f"order {order.value}": Filters(view=View.ALL, order=order) for order in Order}
    | {f"state {state}": Filters(view=View.ALL, states=(state,)) for state in STATES}
    | {f"filter {name}": Filters(view=View.ALL, **more) for name, more in NARROWER.items()}  # type: ignore[arg-type]
)
