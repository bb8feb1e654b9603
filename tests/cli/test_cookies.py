"""The cookies that a site set, among all that a browser holds for this machine."""

from __future__ import annotations

from pennypress.cli.cookies import Cookies


def test_a_cookie_passes_by_name_and_value() -> None:
    cookies = Cookies()
    cookies.note(b"session = s1; Path=/; HttpOnly")
    assert cookies.passed(b"session=s1") == b"session=s1"
    assert cookies.passed(b"session=s2; other=s1; s1") == b""
    cookies.note(b"session=s2")
    assert cookies.passed(b"a=b;  session=s1 ; session=s2") == b"session=s1; session=s2"


def test_so_many_are_remembered_and_no_more() -> None:
    cookies = Cookies()
    for number in range(5000):
        cookies.note(b"n=%d" % number)
    assert cookies.passed(b"n=0; n=4999") == b"n=4999"
