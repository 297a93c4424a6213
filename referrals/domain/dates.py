"""Dates and times in words, in Dutch and in English."""

from datetime import datetime

from referrals.domain.worktime import AMSTERDAM

WEEKDAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
MONTHS = (
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
)
WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS_EN = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def day(moment: datetime) -> str:
    """Return the date in Amsterdam: 25 november 2026."""
    at = moment.astimezone(AMSTERDAM)
    return f"{at.day} {MONTHS[at.month - 1]} {at.year}"


def weekday(moment: datetime, language: str = "nl") -> str:
    """Return the date with its weekday: woensdag 25 november 2026; also in English (en)."""
    at = moment.astimezone(AMSTERDAM)
    if language == "en":
        return f"{WEEKDAYS_EN[at.weekday()]} {at.day} {MONTHS_EN[at.month - 1]} {at.year}"
    return f"{WEEKDAYS[at.weekday()]} {day(at)}"


def clock(moment: datetime) -> str:
    """Return the date and time in Amsterdam: 25 november 2026, 17:00 uur."""
    return f"{day(moment)}, {moment.astimezone(AMSTERDAM):%H:%M} uur"
