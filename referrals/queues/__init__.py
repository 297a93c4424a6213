"""The workbench's questions to the database: which referrals, in which order, how many."""

from referrals.queues.beside import Marks, marks_of, put_companies
from referrals.queues.counting import ARRIVALS, CAP, Counters, Saved, counters, forget, shown
from referrals.queues.filters import (
    NAMES,
    PROVINCES,
    STEPS,
    Filters,
    Order,
    Reading,
    View,
    read,
    read_day,
    read_filters,
)
from referrals.queues.paging import PAGE, Neighbour, Page, Walk, order_of, orders, page
from referrals.queues.selection import condition, referrals

__all__ = [
    "ARRIVALS",
    "CAP",
    "NAMES",
    "PAGE",
    "PROVINCES",
    "STEPS",
    "Counters",
    "Filters",
    "Marks",
    "Neighbour",
    "Order",
    "Page",
    "Reading",
    "Saved",
    "View",
    "Walk",
    "condition",
    "counters",
    "forget",
    "marks_of",
    "order_of",
    "orders",
    "page",
    "put_companies",
    "read",
    "read_day",
    "read_filters",
    "referrals",
    "shown",
]
