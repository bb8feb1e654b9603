"""The reader's pass."""

from __future__ import annotations

import os
import re
import tracemalloc
from http.cookies import SimpleCookie

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from pennypress.core.meter import ReaderId
from pennypress.readers.keys import Keys
from pennypress.readers.pass_ import Passes

OLD = b"o" * 32
NEW = b"n" * 32
PASSES = Passes(Keys((NEW,)), secure=False)
ROTATED = Passes(Keys((NEW, OLD)), secure=False)
BEFORE = Passes(Keys((OLD,)), secure=False)
SECURE = Passes(Keys((NEW,)), secure=True)

IDS = st.binary(min_size=16, max_size=16).map(ReaderId)
ANNE = ReaderId(b"anne" * 4)
BEN = ReaderId(b"ben." * 4)


def cookie(reader: ReaderId, passes: Passes = PASSES) -> bytes:
    """What a browser sends back after it was given a pass."""
    return passes.set_cookie(reader).partition(b";")[0]


def value(reader: ReaderId, passes: Passes = PASSES) -> bytes:
    return cookie(reader, passes).partition(b"=")[2]


@given(IDS, st.booleans())
def test_what_is_set_is_read_back(reader: ReaderId, secure: bool) -> None:
    passes = SECURE if secure else PASSES
    assert passes.read([cookie(reader, passes)]) == (reader,)


def test_a_pass_on_https_is_bound_to_its_host() -> None:
    name, _, attributes = SECURE.set_cookie(ANNE).decode().partition("=")
    assert name == "__Host-pennypress"
    assert {part.strip() for part in attributes.split(";")[1:]} == {
        "Max-Age=33955200",
        "Path=/",
        "HttpOnly",
        "SameSite=Lax",
        "Secure",
    }


def test_a_pass_on_http_is_plain_and_lasts_at_most_thirteen_months() -> None:
    morsel = SimpleCookie(PASSES.set_cookie(ANNE).decode())["pennypress"]
    assert morsel["httponly"] is True
    assert (morsel["samesite"], morsel["path"], morsel["domain"], morsel["secure"]) == ("Lax", "/", "", "")
    assert int(morsel["max-age"]) <= (365 + 28) * 86400


def test_a_fresh_id_is_sixteen_random_bytes() -> None:
    assert PASSES.fresh(lambda count: b"r" * count) == b"r" * 16
    assert PASSES.fresh(os.urandom) != PASSES.fresh(os.urandom)


@given(IDS, st.integers(0, 42), st.integers(1, 255))
def test_any_changed_byte_is_not_verified(reader: ReaderId, place: int, change: int) -> None:
    right = bytearray(value(reader))
    right[place] ^= change
    assert reader not in PASSES.read([b"pennypress=" + bytes(right)])


@given(IDS, st.integers(0, 42))
@example(ANNE, 42)
def test_any_changed_letter_is_not_verified(reader: ReaderId, place: int) -> None:
    right = value(reader)
    for letter in b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_":
        if letter != right[place]:
            assert PASSES.read([b"pennypress=" + right[:place] + bytes([letter]) + right[place + 1 :]]) == ()


@given(IDS, st.integers(0, 42))
def test_a_cut_or_lengthened_value_is_not_verified(reader: ReaderId, length: int) -> None:
    right = value(reader)
    for wrong in (right[:length], right + right[:length] + b"A", right + b"="):
        assert PASSES.read([b"pennypress=" + wrong]) == ()


@given(st.lists(st.binary(max_size=200), max_size=5))
@example([b"pennypress=", b"pennypress", b"=;=;,", b"pennypress=" + b"\xff" * 43])
def test_garbage_is_a_fresh_reader_and_never_an_error(headers: list[bytes]) -> None:
    assert PASSES.read(headers) == ()


def test_a_pass_of_another_installation_is_foreign() -> None:
    assert BEFORE.read([cookie(ANNE, PASSES)]) == ()


def test_a_pass_is_no_good_under_a_key_of_another_purpose() -> None:
    other = Passes(Keys(Keys((NEW,)).derive("gift link")), secure=False)
    assert PASSES.read([cookie(ANNE, other)]) == ()


def test_the_newest_key_signs_and_all_verify() -> None:
    assert ROTATED.set_cookie(ANNE) == PASSES.set_cookie(ANNE)
    assert ROTATED.read([cookie(ANNE, BEFORE)]) == (ANNE,)
    assert ROTATED.read([cookie(ANNE, PASSES)]) == (ANNE,)


def test_a_key_taken_out_verifies_no_more() -> None:
    assert PASSES.read([cookie(ANNE, BEFORE)]) == ()


def test_several_fields_and_values_are_joined_each_reader_once_in_order() -> None:
    forged = b"pennypress=" + b"A" * 43
    fields = [b"a=1; " + cookie(BEN) + b"; " + forged, cookie(ANNE) + b"; " + cookie(BEN), b""]
    assert PASSES.read(fields) == (BEN, ANNE)


def test_quotes_spaces_and_fields_joined_with_a_comma_are_read() -> None:
    quoted = b'a=1;  pennypress = "' + value(ANNE) + b'" , pennypress=' + value(BEN)
    assert PASSES.read([quoted]) == (ANNE, BEN)


@pytest.mark.parametrize("name", [b"Pennypress", b"xpennypress", b"pennypress2", b"pennypress.a", b"__Host-pennypress"])
def test_another_name_is_another_cookie(name: bytes) -> None:
    assert PASSES.read([name + b"=" + value(ANNE)]) == ()


def test_on_https_a_cookie_that_a_neighbouring_host_could_set_does_not_count() -> None:
    assert SECURE.read([cookie(ANNE, PASSES)]) == ()


def test_only_the_first_eight_values_are_examined() -> None:
    forged = b"; ".join(b"pennypress=" + b"A" * 43 for _ in range(8))
    assert PASSES.read([b"pennypress=x; " + cookie(ANNE)]) == (ANNE,)
    assert PASSES.read([forged, cookie(ANNE)]) == ()


def test_readers_beyond_what_is_remembered_still_verify() -> None:
    passes = Passes(Keys((NEW,)), secure=False)
    for number in range(20_000):
        reader = ReaderId(number.to_bytes(16, "big"))
        assert passes.read([cookie(reader)]) == (reader,)
    assert passes.read([cookie(ReaderId(bytes(16)))]) == (ReaderId(bytes(16)),)


def left_of(passes: Passes, sent: list[bytes]) -> list[bytes]:
    """The Cookie fields that the origin sees of those that were sent."""
    return list(passes.cookies(sent).others)


@pytest.mark.parametrize(
    ("sent", "forwarded"),
    [
        ([b"pennypress=V"], []),
        ([b"__Host-pennypress=V"], []),
        ([b"a=1; pennypress=V; b=2"], [b"a=1; b=2"]),
        ([b"pennypress=V; b=2"], [b"b=2"]),
        ([b"a=1; pennypress=V"], [b"a=1"]),
        ([b"a=1;pennypress=V;b=2"], [b"a=1;b=2"]),
        ([b"a=1; pennypress=V; pennypress=W; b=2"], [b"a=1; b=2"]),
        ([b"pennypress=V; __Host-pennypress=V; b=2"], [b"b=2"]),
        ([b'a=1; pennypress="V"; b=2'], [b"a=1; b=2"]),
        ([b"a=1 ;\t pennypress \t= V ; b=2"], [b"a=1 ; b=2"]),
        ([b'a=1; "pennypress"=V; b=2'], [b"a=1; b=2"]),
        ([b"a=1; =pennypress=V; b=2"], [b"a=1; b=2"]),
        ([b"a=1, pennypress=V, b=2"], [b"a=1, b=2"]),
        ([b'a="x; pennypress=V; y"'], [b'a="x; y"']),
        ([b"a=1", b"pennypress=V", b"b=2"], [b"a=1", b"b=2"]),
        ([b"a=pennypress; Pennypress=1; pennypress2=2; xpennypress=3"],) * 2,
        ([b"a= 1 ;; b ; ,\xff="],) * 2,
        ([], []),
    ],
)
def test_the_origin_sees_every_cookie_but_ours(sent: list[bytes], forwarded: list[bytes]) -> None:
    assert left_of(PASSES, sent) == forwarded
    assert left_of(SECURE, sent) == forwarded


CRUMBS = st.sampled_from(
    [
        b"pennypress=V",
        b"__Host-pennypress=W",
        b"pennypress",
        b"penny",
        b"press=",
        b"=",
        b'"',
        b" ",
        b";",
        b"; ",
        b",",
        b"a",
    ]
)


@given(st.lists(CRUMBS, max_size=12).map(b"".join))
def test_nothing_that_an_origin_could_read_as_ours_is_left(header: bytes) -> None:
    left = b";".join(left_of(PASSES, [header]))
    for crumb in re.split(rb"[;,]", left):
        name, equals, _ = crumb.strip(b'\t "=').partition(b"=")
        assert not equals or name.strip(b'\t "') not in {b"pennypress", b"__Host-pennypress"}
    assert left_of(PASSES, [left]) == ([left] if left else [])


@given(
    st.lists(
        st.tuples(st.from_regex(rb"[a-z_]{1,8}", fullmatch=True), st.from_regex(rb"[!#-+\--:<-\[\]-~]*")), max_size=6
    )
)
def test_other_cookies_stay_byte_for_byte(pairs: list[tuple[bytes, bytes]]) -> None:
    others = [name + b"=" + text.strip() for name, text in pairs]
    assume(not any(b"pennypress" in other or b"," in other or b";" in other for other in others))
    plain = b"; ".join(others)
    for place in range(len(others) + 1):
        mixed = b"; ".join([*others[:place], cookie(ANNE), *others[place:]])
        assert left_of(PASSES, [mixed]) == ([plain] if plain else [])
        assert PASSES.read([mixed]) == (ANNE,)


def test_a_devices_pass_is_no_readers_pass_and_the_other_way_round() -> None:
    device, reader = SECURE.fresh(os.urandom), SECURE.fresh(os.urandom)
    crumbs = [SECURE.set_device_cookie(device).partition(b";")[0], SECURE.set_cookie(reader).partition(b";")[0]]
    header = [b"; ".join(crumbs)]
    assert SECURE.read(header) == (reader,)
    assert SECURE.read_devices(header) == (device,)


def test_a_devices_pass_outlives_a_change_of_keys() -> None:
    device = SECURE.fresh(os.urandom)
    crumb = Passes(Keys((OLD,)), secure=True).set_device_cookie(device).partition(b";")[0]
    assert Passes(Keys((NEW, OLD)), secure=True).read_devices([crumb]) == (device,)
    assert Passes(Keys((NEW,)), secure=True).read_devices([crumb]) == ()


@pytest.mark.parametrize("name", ["pennypress-account", "__Host-pennypress-account", "pennypress-language"])
def test_the_origin_does_not_see_the_offices_cookies(name: str) -> None:
    header = [f"a=1; {name}=secret; b=2".encode()]
    assert left_of(SECURE, header) == left_of(PASSES, header) == [b"a=1; b=2"]
    assert SECURE.read(header) == ()
    assert left_of(PASSES, [b"pennypress-other=1"]) == [b"pennypress-other=1"]


def test_cookies_of_a_strangers_own_making_fill_no_memory() -> None:
    passes = Passes(Keys((NEW,)), secure=True)
    tracemalloc.start()
    for number in range(1_100):
        passes.cookies([b"a=%d; b=" % number + b"x" * 60_000])
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 8_000_000
