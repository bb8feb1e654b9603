"""The texts in English: each message's name, its wording, and what a translator should know of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pennypress.core.rights import LapseKind
from pennypress.core.window import WindowKind

_PLACEHOLDER = re.compile(r"\{([a-z]+)\}")


@dataclass(frozen=True, slots=True)
class Message:
    """One message. ``text`` is the English source; ``one``, where the message counts, its form for 1.

    A message that counts holds ``{n}``. ``<a>`` and ``</a>`` stand around the words that are a link.
    """

    name: str
    text: str
    one: str | None = None
    note: str = ""

    @property
    def placeholders(self) -> frozenset[str]:
        """The names between braces that every translation must keep."""
        return placeholders(self.text)

    @property
    def link(self) -> bool:
        """Whether some of its words are a link."""
        return "<a>" in self.text


def placeholders(text: str) -> frozenset[str]:
    """The names between braces in a text."""
    return frozenset(_PLACEHOLDER.findall(text))


MORE: Mapping[WindowKind, Message] = {
    WindowKind.DAY: Message(
        "more-today",
        "You can read {n} more articles today",
        "You can read {n} more article today",
    ),
    WindowKind.WEEK: Message(
        "more-this-week",
        "You can read {n} more articles this week",
        "You can read {n} more article this week",
    ),
    WindowKind.MONTH: Message(
        "more-this-month",
        "You can read {n} more articles this month",
        "You can read {n} more article this month",
    ),
    WindowKind.ROLLING: Message(
        "more-for-now",
        "You can read {n} more articles for now",
        "You can read {n} more article for now",
        note="Articles come back one by one, so there is no day, week or month to name.",
    ),
}
LAST: Mapping[WindowKind, Message] = {
    WindowKind.DAY: Message("last-today", "This is the last article you can read today"),
    WindowKind.WEEK: Message("last-this-week", "This is the last article you can read this week"),
    WindowKind.MONTH: Message("last-this-month", "This is the last article you can read this month"),
    WindowKind.ROLLING: Message("last-for-now", "This is the last article you can read for now"),
}
USED_UP: Mapping[WindowKind, Message] = {
    WindowKind.DAY: Message("used-up-today", "Sorry, your limit is up for today"),
    WindowKind.WEEK: Message("used-up-this-week", "Sorry, your limit is up for this week"),
    WindowKind.MONTH: Message("used-up-this-month", "Sorry, your limit is up for this month"),
    WindowKind.ROLLING: Message(
        "used-up-for-now",
        "Sorry, your limit is up for now. You can open another article on {date}",
    ),
}
STAYS_OPEN: Mapping[WindowKind, Message] = {
    WindowKind.DAY: Message(
        "stays-open-today",
        "Sorry, your limit is up for today. You opened this article before, so it stays open for you until {date}",
    ),
    WindowKind.WEEK: Message(
        "stays-open-this-week",
        "Sorry, your limit is up for this week. You opened this article before, so it stays open for you until {date}",
    ),
    WindowKind.MONTH: Message(
        "stays-open-this-month",
        "Sorry, your limit is up for this month. You opened this article before, so it stays open for you until {date}",
    ),
    WindowKind.ROLLING: Message(
        "stays-open-for-now",
        "Sorry, your limit is up for now. You opened this article before, so it stays open for you until {date}",
    ),
}
REGISTER: Mapping[WindowKind, Message] = {
    WindowKind.DAY: Message(
        "register-today",
        "<a>Sign in or register</a>, free, to read {n} more today",
        "<a>Sign in or register</a>, free, to read {n} more today",
        note="{n} counts articles; “free” says that registering costs nothing.",
    ),
    WindowKind.WEEK: Message(
        "register-this-week",
        "<a>Sign in or register</a>, free, to read {n} more this week",
        "<a>Sign in or register</a>, free, to read {n} more this week",
    ),
    WindowKind.MONTH: Message(
        "register-this-month",
        "<a>Sign in or register</a>, free, to read {n} more this month",
        "<a>Sign in or register</a>, free, to read {n} more this month",
    ),
    WindowKind.ROLLING: Message(
        "register-for-now",
        "<a>Sign in or register</a>, free, to read {n} more for now",
        "<a>Sign in or register</a>, free, to read {n} more for now",
    ),
}
RESETS = Message("resets", "Resets on: {date}", note="The day on which the count of articles starts anew.")
SUPPORT = Message("support", "Please help support {paper} by <a>subscribing here</a>")
WHICH = Message("which-counted", "Which articles counted?", note="A link, and the headline of the page it leads to.")
SIGN_IN = Message("sign-in", "Already a subscriber? <a>Sign in</a>")
SIGNED_IN = Message(
    "signed-in", "Signed in: <a>your account</a>", note="Shown in the place of “Already a subscriber?”."
)
LAPSED: Mapping[LapseKind, Message] = {
    LapseKind.ENDED: Message(
        "lapsed-ended",
        "Your subscription ended on {date}. <a>Renew it</a> to read on.",
        note="The headline of the wall that stands before one who subscribed until that day.",
    ),
    LapseKind.PAYMENT_FAILED: Message(
        "lapsed-payment-failed",
        "Your last payment did not go through, so your subscription stopped on {date}. "
        "<a>Update your payment</a> to read on.",
    ),
    LapseKind.TRIAL_ENDED: Message(
        "lapsed-trial-ended",
        "Your trial ended on {date}. <a>Choose a subscription</a> to read on.",
    ),
    LapseKind.NOT_RECEIVED: Message(
        "lapsed-not-received",
        "Your payment had not reached us by {date}. <a>See how to pay</a> to read on.",
        note="A payment by transfer, cheque or cash that the reader had promised.",
    ),
}
LAPSED_BRIEFLY: Mapping[LapseKind, Message] = {
    LapseKind.ENDED: Message(
        "lapsed-ended-briefly",
        "Your subscription ended on {date}. <a>Renew it</a>",
        note="One line beside others, for one who can still read some articles.",
    ),
    LapseKind.PAYMENT_FAILED: Message(
        "lapsed-payment-failed-briefly",
        "Your last payment did not go through. <a>Update your payment</a>",
    ),
    LapseKind.TRIAL_ENDED: Message(
        "lapsed-trial-ended-briefly",
        "Your trial ended on {date}. <a>Choose a subscription</a>",
    ),
    LapseKind.NOT_RECEIVED: Message(
        "lapsed-not-received-briefly",
        "Your payment had not reached us by {date}. <a>See how to pay</a>",
    ),
}
HELP = Message("help", "Need help? {contacts}", note="{contacts} are telephone numbers and mail addresses.")
HELP_WITH_CODE = Message(
    "help-with-code",
    "Need help? {contacts}. Your code: {code}",
    note="{code} looks like K7M3-PQ9T; by it the paper’s staff find the reader.",
)
CODE = Message("code", "If you ask us for help, please give this code: {code}")
PREMIUM = Message("premium", "This article is for subscribers")
BUDGET_SIGN_IN = Message(
    "budget-sign-in",
    "Many people on your network have been reading {paper}, and we cannot tell you apart from them. "
    "<a>Sign in</a>, free, to get your own articles",
)
BUDGET_SUBSCRIBE = Message(
    "budget-subscribe",
    "Many people on your network have been reading {paper}, and we cannot tell you apart from them. "
    "<a>Subscribe to read on</a>",
)
BUDGET = Message(
    "budget",
    "Many people on your network have been reading {paper}, and we cannot tell you apart from them",
)
UNKNOWN = Message(
    "meter-unknown",
    "We could not check your articles just now. This is our fault: please try again in a few minutes",
)
OPENED_TODAY = Message("opened-today", "Free to read until {time}", note="{time} is a time today.")
OPENED = Message("opened", "Free to read until {time} on {date}")
INSTITUTION = Message("institution", "Provided by {institution}", note="A library or university that pays.")
GIFT = Message("gift", "A gift from a reader of {paper}")
PREVIEW_ENDS = Message("preview-ends", "This is the end of the preview", note="Heard by screen readers alone.")
NOTICE_NAME = Message("notice-name", "Your access to this article", note="Names a part of the page to screen readers.")
WALL_NAME = Message("wall-name", "How to read on", note="Names a part of the page to screen readers.")

LIMIT: Mapping[WindowKind, Message] = {
    WindowKind.DAY: Message(
        "limit-a-day",
        "The limit is {n} articles a day",
        "The limit is {n} article a day",
    ),
    WindowKind.WEEK: Message(
        "limit-a-week",
        "The limit is {n} articles a week",
        "The limit is {n} article a week",
    ),
    WindowKind.MONTH: Message(
        "limit-a-month",
        "The limit is {n} articles a month",
        "The limit is {n} article a month",
    ),
    WindowKind.ROLLING: Message(
        "limit-at-a-time",
        "The limit is {n} articles at a time",
        "The limit is {n} article at a time",
    ),
}
ROLLS = Message(
    "rolls",
    "Each article counts for {n} days from the moment you open it",
    "Each article counts for {n} day from the moment you open it",
)
COUNT = Message("count", "Your count is {spent} of {limit}", note="Two figures: 3 of 5.")
COUNTS_UNTIL = Message(
    "counts-until", "Counts until {date}", note="Stands behind the title of an article that counted."
)
NONE_COUNTED: Mapping[WindowKind, Message] = {
    WindowKind.DAY: Message("none-today", "No article has counted today"),
    WindowKind.WEEK: Message("none-this-week", "No article has counted this week"),
    WindowKind.MONTH: Message("none-this-month", "No article has counted this month"),
    WindowKind.ROLLING: Message("none-for-now", "No article counts for now"),
}
FORGET = Message(
    "forget",
    "We will forget which articles you opened. Your count stays at {spent} of {limit} until {date}, "
    "and opening one of them again will count.",
    note="Stands above the button.",
)
FORGET_ROLLING = Message(
    "forget-rolling",
    "We will forget which articles you opened. Your count stays at {spent} of {limit} until {date}, "
    "when the first article stops counting, and opening one of them again will count.",
)
FORGET_BUTTON = Message("forget-button", "Forget which articles I opened", note="The words on the button.")
FORGOTTEN = Message(
    "forgotten",
    "We have forgotten which articles you opened. Your count stays at {spent} of {limit} until {date}, "
    "and opening one of them again will count.",
)
FORGOTTEN_ROLLING = Message(
    "forgotten-rolling",
    "We have forgotten which articles you opened. Your count stays at {spent} of {limit} until {date}, "
    "when the first article stops counting, and opening one of them again will count.",
)
FORGOTTEN_ARTICLE = Message(
    "forgotten-article",
    "An article that you asked us to forget",
    note="Stands in a list in the place of its title.",
)

BAD_REQUEST = Message("bad-request", "We do not understand this address")
BAD_REQUEST_WAY = Message("bad-request-way", "Please check it, or start from the front page.")
REFUSED = Message("refused", "This cannot be opened from here")
REFUSED_WAY = Message("refused-way", "If it belongs to an article, please open the article first.")
NOT_FOUND = Message("not-found", "There is no page at this address")
NOT_FOUND_WAY = Message("not-found-way", "It may have moved. Please start from the front page.")
TOO_LARGE = Message("too-large", "What you sent is too large")
TOO_LARGE_WAY = Message("too-large-way", "Please send something smaller.")
UNAVAILABLE = Message("unavailable", "We cannot show this page just now")
ELSEWHERE = Message("elsewhere", "This page cannot be shown")
ELSEWHERE_WAY = Message("elsewhere-way", "Please start from the front page.")
READ_WHOLE = Message(
    "read-whole",
    "Read the whole article: {address}",
    note="Ends an article's opening in a feed; {address} is a link.",
)
ORIGIN_DOWN = Message("origin-down", "We cannot reach this page just now")
OUR_FAULT = Message("our-fault", "This is our fault: please try again in a few minutes.")

MESSAGES: Mapping[str, Message] = {
    message.name: message
    for message in (
        *MORE.values(),
        *LAST.values(),
        *USED_UP.values(),
        *STAYS_OPEN.values(),
        *REGISTER.values(),
        *(RESETS, SUPPORT, WHICH, SIGN_IN, SIGNED_IN),
        *LAPSED.values(),
        *LAPSED_BRIEFLY.values(),
        *(PREMIUM, BUDGET_SIGN_IN, BUDGET_SUBSCRIBE, BUDGET, UNKNOWN),
        *(OPENED_TODAY, OPENED, INSTITUTION, GIFT, PREVIEW_ENDS, NOTICE_NAME, WALL_NAME),
        *(HELP, HELP_WITH_CODE, CODE),
        *LIMIT.values(),
        *(ROLLS, COUNT, COUNTS_UNTIL),
        *NONE_COUNTED.values(),
        *(FORGET, FORGET_ROLLING, FORGET_BUTTON, FORGOTTEN, FORGOTTEN_ROLLING, FORGOTTEN_ARTICLE),
        *(BAD_REQUEST, BAD_REQUEST_WAY, REFUSED, REFUSED_WAY, NOT_FOUND, NOT_FOUND_WAY),
        *(TOO_LARGE, TOO_LARGE_WAY, UNAVAILABLE, ELSEWHERE, ELSEWHERE_WAY, READ_WHOLE, ORIGIN_DOWN, OUR_FAULT),
    )
}
"""Every message by its name, in the order in which catalogues keep them."""
