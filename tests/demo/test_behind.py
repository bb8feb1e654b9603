"""The page behind the demo: letters, people, and the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

from pennypress.demo.behind import PEOPLE, Behind
from pennypress.demo.clock import DemoClock
from pennypress.http.fetch import Receive, Scope, Send


async def _paper(scope: Scope, receive: Receive, send: Send) -> None:
    raise AssertionError("the paper was asked")


def _behind(folder: Path) -> Behind:
    return Behind(_paper, folder, DemoClock(folder))


def _write(folder: Path, name: str, subject: str, text: str) -> None:
    letter = EmailMessage()
    letter["To"], letter["Subject"] = "you@reader.example", subject
    letter.set_content(text)
    with (folder / name).open("ab") as file:
        file.write(letter.as_bytes() + b"\n" + b"-" * 79 + b"\n")


def test_a_letter_is_shown_with_its_links_to_click_and_nothing_of_it_as_html(tmp_path: Path) -> None:
    (tmp_path / "mails").mkdir()
    _write(
        tmp_path / "mails", "1.log", "Your code <b>", "Your code is 123 456.\nOr: http://127.0.0.1:8000/sign-in?a=b.\n"
    )
    page = _behind(tmp_path).page().decode()
    assert "Letters (1)" in page
    assert "Your code &lt;b&gt;" in page
    assert '<a href="http://127.0.0.1:8000/sign-in?a=b">' in page


def test_two_letters_of_one_connection_are_two(tmp_path: Path) -> None:
    (tmp_path / "mails").mkdir()
    for subject in ("one", "two"):
        _write(tmp_path / "mails", "1.log", subject, "Hello.\n")
    assert "Letters (2)" in _behind(tmp_path).page().decode()


def test_everybody_of_the_paper_is_named_before_there_are_letters(tmp_path: Path) -> None:
    page = _behind(tmp_path).page().decode()
    assert all(mail in page for mail, *_ in PEOPLE)
    assert "None so far." in page


def test_the_clock_goes_forward_by_the_steps_alone(tmp_path: Path) -> None:
    clock = DemoClock(tmp_path)
    behind = Behind(_paper, tmp_path, clock)
    for days in ("7", "31", "-7", "1000000", "x"):
        behind.forward(days)
    assert clock.days == 38
    assert timedelta(days=37) < DemoClock(tmp_path)() - datetime.now(UTC) <= timedelta(days=38)
