"""Writing letters, and sending them until they have left."""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from smtplib import SMTPException

from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation

from pennypress.office import clock
from pennypress.office.installation import installation
from pennypress.office.models import Account, Letter
from pennypress.office.models.letters import WITH_CODES

_log = logging.getLogger("pennypress")

_PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=3))
_MOST_ATTEMPTS = 40
"""Letters that let whoever reads them sign in: their text is kept no longer than until they have left."""
_BREAK = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


def send(
    kind: str,
    key: str,
    to: str,
    facts: dict[str, object],
    *,
    language: str,
    account: Account | None = None,
    due: timedelta = timedelta(0),
) -> Letter:
    """Write the letter ``office/letters/KIND.txt``, whose first line is its subject, and send it after the commit.

    A letter of a ``key`` that was written before is not written again. An empty ``to`` is one for the printer.
    """
    subject, body = written(kind, facts, language)
    letter, is_new = Letter.objects.get_or_create(
        key=key,
        defaults={
            "account": account,
            "kind": kind,
            "to": to,
            "subject": subject,
            "body": body,
            "language": language,
            "made": clock.now(),
            "due": clock.now() + due,
        },
    )
    if is_new and to and not due:
        transaction.on_commit(lambda: deliver(letter.pk), robust=True)
    return letter


def written(kind: str, facts: dict[str, object], language: str) -> tuple[str, str]:
    """The subject and the text of a letter."""
    with translation.override(language):
        paper = installation().config.paper
        text = render_to_string(f"office/letters/{kind}.txt", {"paper": paper, "language": language, **facts})
    subject, _, body = text.strip().partition("\n")
    return _BREAK.sub(" ", subject).strip()[:200], re.sub(r"\n{3,}", "\n\n", body).strip() + "\n"


def deliver(pk: int) -> bool:
    """Hand one letter to the mail server; False where that failed and is tried again later."""
    with transaction.atomic():
        letter = Letter.objects.select_for_update().filter(pk=pk, sent=None).exclude(to="").first()
        if letter is None:
            return True
        message = EmailMessage(letter.subject, letter.body, to=[letter.to])
        try:
            message.send()
        except (SMTPException, OSError) as error:
            pause = _PAUSES[min(letter.attempts, len(_PAUSES) - 1)]
            letter.attempts += 1
            letter.due = clock.now() + pause
            letter.failure = type(error).__name__
            letter.save(update_fields=["attempts", "due", "failure"])
            _log.warning("letter %s could not be sent and will be again: %s", letter.pk, type(error).__name__)
            return False
        letter.sent = clock.now()
        if letter.kind in WITH_CODES:
            letter.subject = letter.body = ""
        letter.save(update_fields=["sent", "subject", "body"])
    return True


def deliver_due() -> int:
    """Send every letter that is due; how many left."""
    due = Letter.objects.filter(sent=None, due__lte=clock.now(), attempts__lt=_MOST_ATTEMPTS).exclude(to="")
    return sum(deliver(pk) for pk in due.order_by("due").values_list("pk", flat=True))
