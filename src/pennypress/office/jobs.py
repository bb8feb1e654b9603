"""What the office does by itself: each job with its interval, run by one process at a time."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from pennypress.office import clock, letters, rights
from pennypress.office.bank import reminding
from pennypress.office.law import prices, reminders
from pennypress.office.lifecycle import pausing, periods_end, refunding
from pennypress.office.models import JobRun
from pennypress.office.privacy import retention
from pennypress.office.signin import devices, upkeep
from pennypress.office.subscribe import codes
from pennypress.office.till import demo, reconcile

_log = logging.getLogger("pennypress")

_LEASE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do every so often; ``work`` may be done twice without harm."""

    name: str
    every: timedelta
    work: Callable[[], object]


def all_jobs() -> tuple[Job, ...]:
    """Every job of the office, in the order in which they run."""
    return (
        Job("letters", timedelta(minutes=1), letters.deliver_due),
        Job("rights", timedelta(minutes=1), rights.project_due),
        Job("sign-outs", timedelta(minutes=1), devices.finish_sign_outs),
        Job("sign-in", timedelta(hours=1), upkeep.forget_old),
        Job("demo-till", timedelta(minutes=1), demo.renew_due),
        Job("codes", timedelta(hours=1), codes.release_left),
        Job("periods", timedelta(minutes=1), periods_end.end_due),
        Job("pauses-begin", timedelta(minutes=1), pausing.begin_due),
        Job("pauses-end", timedelta(minutes=1), pausing.end_due),
        Job("refunds", timedelta(minutes=5), refunding.send_due),
        Job("reminders", timedelta(hours=1), reminders.remind_due),
        Job("payments-due", timedelta(hours=1), reminding.remind_due),
        Job("prices", timedelta(hours=1), prices.change_due),
        Job("stripe", timedelta(days=1), reconcile.nightly),
        Job("retention", timedelta(days=1), retention.let_go),
    )


def run_due() -> list[str]:
    """Run every job whose time has come; the names of those that ran. One that fails is logged and tried again."""
    return [job.name for job in all_jobs() if _take(job) and _run(job)]


def _take(job: Job) -> bool:
    now = clock.now()
    with transaction.atomic():
        run, _ = JobRun.objects.select_for_update().get_or_create(name=job.name)
        is_due = run.ended is None or run.ended + job.every <= now
        is_free = run.lease is None or run.lease <= now
        if not (is_due and is_free):
            return False
        run.lease = now + _LEASE
        run.save(update_fields=["lease"])
    return True


def _run(job: Job) -> bool:
    failure = ""
    try:
        job.work()
    except Exception as error:
        failure = type(error).__name__
        _log.exception("the job %s failed and will be tried again", job.name)
    JobRun.objects.filter(name=job.name).update(lease=None, ended=clock.now(), failure=failure)
    return not failure
