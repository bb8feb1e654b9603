"""Content-Security-Policies, as browsers read them where style sheets are concerned."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennypress.doctor.policy import mended, policies_of

SHEET = "https://www.paper.example/-/pennypress/style.css"


@pytest.mark.parametrize(
    "policy",
    [
        "",
        "script-src 'none'; frame-ancestors 'none'",
        "default-src 'self'",
        "style-src 'unsafe-inline' 'SELF'",
        "style-src *",
        "style-src https:",
        "style-src http:",
        "style-src www.paper.example",
        "style-src https://www.paper.example:443",
        "style-src *.paper.example:*",
        "style-src www.paper.example/-/",
        "style-src www.paper.example/-/pennypress/style.css",
        "style-src http://www.paper.example",
        "default-src 'none'; style-src-elem 'self'",
        "style-src 'self'; style-src 'none'",
    ],
)
def test_these_let_the_style_sheet_in(policy: str) -> None:
    assert mended(policy, SHEET) is None


@pytest.mark.parametrize(
    ("policy", "line"),
    [
        ("default-src 'none'", "style-src 'self'"),
        ("default-src https://cdn.example; img-src 'self'", "style-src 'self' https://cdn.example"),
        ("style-src 'unsafe-inline'", "style-src 'self' 'unsafe-inline'"),
        ("style-src 'nonce-r4nd0m'", "style-src 'self' 'nonce-r4nd0m'"),
        ("STYLE-SRC cdn.example", "style-src 'self' cdn.example"),
        ("style-src *.paper.example:8443", "style-src 'self' *.paper.example:8443"),
        ("style-src *.example.com", "style-src 'self' *.example.com"),
        ("style-src paper.example", "style-src 'self' paper.example"),
        ("style-src www.paper.example/assets/", "style-src 'self' www.paper.example/assets/"),
        ("style-src data: blob:", "style-src 'self' data: blob:"),
        ("style-src-elem; style-src 'self'", "style-src-elem 'self'"),
        ("style-src 'none'; style-src 'self'", "style-src 'self'"),
    ],
)
def test_these_keep_it_out_until_the_line_stands_in_its_place(policy: str, line: str) -> None:
    assert mended(policy, SHEET) == line
    assert mended(line, SHEET) is None


_WORDS = st.sampled_from(
    [
        "default-src",
        "style-src",
        "style-src-elem",
        ";",
        "'self'",
        "'none'",
        "*",
        "https:",
        "a.example",
        "//",
        "*:*",
        ":",
    ]
)


@given(st.lists(_WORDS | st.text(max_size=6), max_size=12).map(" ".join))
def test_whatever_a_policy_says_the_line_lets_the_style_sheet_in(policy: str) -> None:
    line = mended(policy, SHEET)
    assert line is None or mended(line, SHEET) is None


def test_a_sheet_on_a_port_of_its_own_is_the_papers_own_and_no_neighbours() -> None:
    sheet = "http://127.0.0.1:8000/-/pennypress/style.css"
    assert mended("style-src 'self'", sheet) is None
    assert mended("style-src 127.0.0.1", sheet) == "style-src 'self' 127.0.0.1"


def test_every_policy_of_a_page_counts_those_of_its_head_too() -> None:
    page = b'<meta http-equiv="Content-Security-Policy" content="style-src c.example"><meta name=x content=y>'
    said = policies_of(["default-src 'self', style-src a.example", "img-src *"], page)
    assert said == ["default-src 'self'", "style-src a.example", "img-src *", "style-src c.example"]
