"""What readers do to sign in."""

from __future__ import annotations

import re
from urllib.parse import quote

from django.core.mail import EmailMessage

from tests.office.browser import Browser, Page

_CODE = re.compile(r"^\d{4} \d{4}$", re.MULTILINE)
_LINK = re.compile(r"http://paper\.test(/\S+)")


def asked(browser: Browser, mail: str, *, back: str = "") -> Page:
    """Ask for a code; the page where it is to be typed."""
    page = browser.get(f"/sign-in?from={quote(back, safe='')}" if back else "/sign-in")
    return page.submit({"mail": mail}, button="Send me a code")


def code_in(letter: EmailMessage) -> str:
    """The code of a letter."""
    return str(_CODE.findall(str(letter.body))[0])


def link_in(letter: EmailMessage) -> str:
    """The path of a letter's link."""
    return str(_LINK.findall(str(letter.body))[0])


def signed_in_by_code(browser: Browser, mails: list[EmailMessage], mail: str, *, back: str = "") -> Page:
    """Sign in by a letter; the page on which the reader ends."""
    return asked(browser, mail, back=back).submit({"code": code_in(mails[-1])}, button="Sign in")
