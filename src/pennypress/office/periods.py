"""Periods of a subscription, on the calendar of the paper."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime, timedelta

from pennypress.office.installation import installation
from pennypress.office.models import Period

_MONTHS = {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}


def after(start: datetime, period: Period, count: int = 1) -> datetime:
    """The moment so many periods after ``start``: the same time of the same day, or of the month's last where that is
    no day of it. Counted from one start, so that an end of January comes back to the 31st in March."""
    here = start.astimezone(installation().config.paper.timezone)
    if period is Period.WEEK:
        there = here + timedelta(weeks=count)
    else:
        months = here.year * 12 + here.month - 1 + _MONTHS[period] * count
        year, month = months // 12, months % 12 + 1
        there = here.replace(year=year, month=month, day=min(here.day, monthrange(year, month)[1]))
    return there.astimezone(start.tzinfo)
