"""The page behind the demo: the letters that would have been sent, whom one can be, and a clock to move forward."""

from __future__ import annotations

import html
from pathlib import Path
from urllib.parse import parse_qs

from pennypress.demo.clock import DemoClock
from pennypress.demo.letters import Letter, letters
from pennypress.demo.strip import answer, read_form
from pennypress.http.fetch import App, Receive, Scope, Send

BEHIND = "/-/demo/"
"""Where the page is."""

PEOPLE = (
    ("clerk@lantern.example", "the clerk, who mends what a reader cannot", "/-/pennypress/desk/"),
    ("editor@lantern.example", "the circulation editor, who sets what is offered", "/-/pennypress/desk/"),
    ("owner@lantern.example", "the owner, who may do everything", "/-/pennypress/desk/"),
)
"""The staff of the demo: mail, what they are, where they begin."""
STEPS = ((1, "a day"), (7, "a week"), (31, "a month"), (366, "a year"))
"""How far the clock can be moved: days, and how that is called."""
_HTML = (b"content-type", b"text/html; charset=utf-8")


class Behind:
    """Answers ``/-/demo/`` and what belongs to it, and passes all else on; ``folder`` is that of the run."""

    def __init__(self, app: App, folder: Path, clock: DemoClock) -> None:
        self._app = app
        self._folder = folder
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        match (scope["type"], scope.get("method"), scope.get("path")):
            case ("http", "GET", "/-/demo/"):
                await answer(send, 200, [_HTML, (b"cache-control", b"no-store")], self.page())
            case ("http", "GET", "/-/demo/behind.css"):
                await answer(send, 200, [(b"content-type", b"text/css")], _STYLE)
            case ("http", "POST", "/-/demo/clock"):
                self.forward(parse_qs((await read_form(receive)).decode("latin-1")).get("days", [""])[0])
                await answer(send, 303, [(b"location", BEHIND.encode())], b"")
            case _:
                await self._app(scope, receive, send)

    def page(self) -> bytes:
        """The page."""
        written = letters(self._folder / "mails")
        return _PAGE.format(
            day=f"{self._clock():%A, %-d %B %Y, %H:%M} UTC",
            steps="".join(_step(days, name) for days, name in STEPS),
            people="".join(_person(*person) for person in PEOPLE),
            count=len(written),
            letters="".join(_letter(letter) for letter in written) or "<p>None so far.</p>",
        ).encode()

    def forward(self, days: str) -> None:
        """Let so many days pass, where that is one of the steps."""
        if days in {str(step) for step, _ in STEPS}:
            self._clock.forward(int(days))


def _step(days: int, name: str) -> str:
    return f'<button name="days" value="{days}">Let {name} pass</button>\n'


def _person(mail: str, what: str, begin: str) -> str:
    return (
        f'<li><b>{mail}</b>: {what}. <a href="/sign-in?mail={mail}">Sign in</a>, '
        f'then go to <a href="{begin}">the desk</a>.</li>\n'
    )


def _letter(letter: Letter) -> str:
    return (
        f"<article><h3>{html.escape(letter.subject)}</h3><p>To {html.escape(letter.to)}, {letter.sent:%H:%M:%S}</p>"
        f"<pre>{letter.as_html}</pre></article>\n"
    )


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Behind the demo</title><link rel="stylesheet" href="/-/demo/behind.css"></head>
<body><main><p><a href="/">Back to the paper</a></p>
<h1>Behind the demo</h1>
<h2>Who you can be</h2>
<p>A reader: open four stories, and follow the wall. Any mail address will do, for instance <b>you@reader.example</b>:
nothing is sent, the letters are below. The till takes no money.</p>
<p>Or somebody of the paper; the code to sign in comes by letter, too:</p>
<ul>{people}</ul>
<h2>What day it is</h2>
<p>In the demo it is {day}. Subscriptions renew, end and are reminded of as the days pass.</p>
<form method="post" action="/-/demo/clock">{steps}</form>
<h2>Letters ({count})</h2>
<p>The newest is first. A letter can take a few seconds to come: then <a href="/-/demo/">look again</a>.</p>
{letters}
</main></body></html>
"""
_STYLE = b"""body { margin: 0; font: 1.05rem/1.55 Georgia, "Times New Roman", serif; color: #1b1b1b; background: #fff; }
main { max-width: 44rem; margin: 0 auto; padding: 1rem 1.25rem 4rem; }
article { border: 1px solid #777; border-radius: 4px; margin: 1rem 0; padding: 0 1rem; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: 1rem/1.5 ui-monospace, "Liberation Mono", monospace; }
button { font: inherit; padding: 0.4rem 0.8rem; margin: 0 0.4rem 0.4rem 0; }
a { color: #0b4a8f; } :focus-visible { outline: 3px solid #c05600; outline-offset: 2px; }
"""
