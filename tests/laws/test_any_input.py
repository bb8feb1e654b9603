"""What holds for any bytes that anybody sends: the laws that ``make fuzz`` holds too, against inputs put together from
what each part knows, and against those that the fuzzer once found."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzz.laws import LAWS, SHOWN, WITHHELD
from fuzz.seeds import SEEDS


def apart(text: str) -> list[str]:
    """The pieces between spaces."""
    return text.split(" ")


PIECES = {
    "canonical_form": [
        *apart("/ // . .. %2e %2F %2f %252f %5c \\ ; ;a=1 ? & = # @ : news NEWS a 2 page/3 page=2 p=1 id=1 fbclid=1"),
        *apart(
            "%c3%a9 %C0%AF %ff %00 %zz % www.paper.test paper.test https: http: :443 \u00e9 \x00 ~ %7e utm_source=x"
        ),
    ],
    "cookie": [
        *apart('pennypress __Host-pennypress pennypress-account Pennypress = == ; ;; , a=b " %70 \t \x00 \xa0 \n  '),
        *[piece for seed in SEEDS["cookie"]() for piece in (seed, seed[5:], seed[:40])],
    ],
    "forwarded_for": [
        *apart('1.2.3.4 10.0.0.1 ::1 ::ffff:10.0.0.1 2001:db8::1 [::1] [ ] :80 %eth0 , ,, \n 0 01.1.1.1 " \xff \t .'),
    ],
    "html_cutter": [
        *apart("<p> </p> <div> </div> <article> </article> <h1>The</h1> <b> <a> <ul><li> <table> <tr> <td> <svg>"),
        *apart("<template> </template> <noscript> <textarea> </textarea> <script> </script> <!-- --> <br> <style>"),
        *apart("<body> <main> </main> <base> <plaintext> <select> <option> </select> <frameset> &amp; \x00 \ufeff"),
        "<p hidden>",
        '<p title="The harbour master said so">',
        *[f"word{number} said on Tuesday that the crane would go. " for number in range(3)],
        *[f"<p>{sentence}.</p>" for sentence in (SHOWN, *WITHHELD.split(". "))],
        f"<p>{WITHHELD} {WITHHELD[::2]}</p>",
    ],
    "guard": [
        *apart(
            "\x00 \x01 \x02 \x03 \x04 { } [ ] : , \" \\ \\u0020 <p> </p> <item> </item> <![CDATA[ ]]> &lt; &amp; ' \n\n"
        ),
        '"content":',
        "<link>http://paper.test/news/crane</link>",
        SHOWN,
        WITHHELD,
        *WITHHELD.split(". "),
        WITHHELD[:60],
    ],
}


def inputs(name: str) -> st.SearchStrategy[bytes]:
    """Bytes of any kind, and pieces in any order."""
    made = st.lists(st.sampled_from(PIECES[name]), max_size=24).map(lambda pieces: "".join(pieces).encode("utf-8"))
    return st.one_of(made, st.sampled_from(SEEDS[name]()).map(str.encode), st.binary(max_size=120))


@settings(max_examples=300, deadline=None)
@given(inputs("canonical_form"))
def test_an_address_has_one_name_however_it_is_written(data: bytes) -> None:
    LAWS["canonical_form"](data)


@settings(max_examples=300, deadline=None)
@given(inputs("cookie"))
def test_no_cookie_is_an_error_or_a_gain(data: bytes) -> None:
    LAWS["cookie"](data)


@settings(max_examples=300, deadline=None)
@given(inputs("forwarded_for"))
def test_no_list_of_addresses_moves_its_sender(data: bytes) -> None:
    LAWS["forwarded_for"](data)


@settings(max_examples=60, deadline=None)
@given(inputs("html_cutter"))
def test_whatever_a_page_is_made_of_the_preview_begins_it_and_nothing_is_added_or_left(data: bytes) -> None:
    LAWS["html_cutter"](data)


@settings(max_examples=60, deadline=None)
@given(inputs("guard"))
def test_whatever_an_answer_is_made_of_no_run_is_left_and_it_stays_what_it_was(data: bytes) -> None:
    LAWS["guard"](data)


@pytest.mark.parametrize("name", LAWS)
def test_each_law_holds_for_what_the_fuzzer_begins_with(name: str) -> None:
    for seed in SEEDS[name]():
        LAWS[name](seed.encode("latin-1"))


@pytest.mark.parametrize(
    "page",
    [
        "word0 said on Tuesday that the crane would go. <p>word0 said on Tuesday that the crane would go. <plaintext>",
        "<svg><noscript><p><plaintext>word0 said on Tuesday that the crane would go. ",
    ],
)
def test_what_was_once_found_of_pages_is_mended(page: str) -> None:
    LAWS["html_cutter"](page.encode())
