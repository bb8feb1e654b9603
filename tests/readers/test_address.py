"""The reader's address."""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennypress.readers.address import Networks, client_address, neighbourhood

TRUSTED = Networks.parse(["127.0.0.1", "10.0.0.0/8", "fd00::/8", "::1"])
NOBODY = Networks()

ADDRESSES = st.ip_addresses().map(str)
ENTRIES = st.one_of(
    ADDRESSES,
    st.text(st.characters(codec="latin-1", exclude_characters=",")),
    st.sampled_from(["10.0.0.9", "::1", "unknown", "", "127.0.0.1:80"]),
)


def field(*entries: str) -> bytes:
    return ", ".join(entries).encode("latin-1")


@given(ADDRESSES, st.lists(ENTRIES.map(lambda entry: entry.encode("latin-1")), max_size=5))
def test_a_peer_that_is_not_trusted_says_nothing_about_others(peer: str, fields: list[bytes]) -> None:
    mapped = getattr(ip_address(peer), "ipv4_mapped", None)
    assert client_address(peer, fields, NOBODY) == str(mapped or ip_address(peer))


@pytest.mark.parametrize(
    ("peer", "fields", "address"),
    [
        ("127.0.0.1", [b"81.2.69.142"], "81.2.69.142"),
        ("127.0.0.1", [b"1.1.1.1, 81.2.69.142"], "81.2.69.142"),
        ("127.0.0.1", [b"1.1.1.1, 81.2.69.142, 10.1.2.3"], "81.2.69.142"),
        ("127.0.0.1", [b"1.1.1.1", b"81.2.69.142", b"10.1.2.3,10.4.5.6"], "81.2.69.142"),
        ("127.0.0.1", [b"81.2.69.142:4711"], "81.2.69.142"),
        ("127.0.0.1", [b"[2001:DB8::1]:4711"], "2001:db8::1"),
        ("127.0.0.1", [b'"[2001:db8::1]"'], "2001:db8::1"),
        ("127.0.0.1", [b"2001:0db8:0::0001"], "2001:db8::1"),
        ("127.0.0.1", [b"fe80::1%eth0"], "fe80::1"),
        ("127.0.0.1", [b"::ffff:81.2.69.142"], "81.2.69.142"),
        ("127.0.0.1", [b"9.9.9.9, ::ffff:10.0.0.7"], "9.9.9.9"),
        ("::ffff:127.0.0.1", [b"81.2.69.142"], "81.2.69.142"),
        ("::1", [b"81.2.69.142"], "81.2.69.142"),
        ("fd12::1%eth1", [b"81.2.69.142"], "81.2.69.142"),
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", [b""], "127.0.0.1"),
        ("127.0.0.1", [b"81.2.69.142, "], "127.0.0.1"),
        ("127.0.0.1", [b"81.2.69.142, unknown"], "127.0.0.1"),
        ("127.0.0.1", [b"81.2.69.142, _hidden"], "127.0.0.1"),
        ("127.0.0.1", [b"81.2.69.142, 010.1.1.1"], "127.0.0.1"),
        ("127.0.0.1", [b"81.2.69.142, 1.2.3.4:x"], "127.0.0.1"),
        ("127.0.0.1", [b"81.2.69.142, [::1"], "127.0.0.1"),
        ("127.0.0.1", [b"81.2.69.142, 1.2.3.4%eth0"], "127.0.0.1"),
        ("127.0.0.1", [b"\xff\xfe"], "127.0.0.1"),
        ("127.0.0.1", [b"10.0.0.1, 10.0.0.2"], "127.0.0.1"),
        ("81.2.69.142", [b"9.9.9.9"], "81.2.69.142"),
        ("testclient", [b"9.9.9.9"], "testclient"),
        (None, [b"9.9.9.9, 81.2.69.142"], "81.2.69.142"),
        (None, [], ""),
    ],
)
def test_the_address_is_found_by_counting_from_the_right(peer: str | None, fields: list[bytes], address: str) -> None:
    assert client_address(peer, fields, TRUSTED) == address


@given(
    st.lists(ENTRIES, max_size=6), st.lists(ENTRIES, max_size=6), ADDRESSES, st.sampled_from(["127.0.0.1", "8.8.4.4"])
)
def test_what_a_client_puts_on_the_left_never_changes_the_answer(
    forged: list[str], true: list[str], reader: str, peer: str
) -> None:
    entries = [reader if reader not in TRUSTED else "81.2.69.142", *true]
    told = client_address(peer, [field(*entries)], TRUSTED)
    assert client_address(peer, [field(*forged, *entries)], TRUSTED) == told
    assert client_address(peer, [field(*forged), field(*entries)], TRUSTED) == told


def test_a_list_of_five_hundred_entries_is_read_from_the_right_and_not_to_its_end() -> None:
    assert client_address("127.0.0.1", [field(*["6.6.6.6"] * 500, "81.2.69.142")], TRUSTED) == "81.2.69.142"
    assert client_address("127.0.0.1", [field("6.6.6.6", *["10.0.0.1"] * 499)], TRUSTED) == "6.6.6.6"
    assert client_address("127.0.0.1", [field("6.6.6.6", *["10.0.0.1"] * 500)], TRUSTED) == "127.0.0.1"
    assert client_address("127.0.0.1", [b"6.6.6.6", *[b"10.0.0.1"] * 500], TRUSTED) == "127.0.0.1"


NETWORKS = st.lists(
    st.one_of(
        st.tuples(st.ip_addresses(v=4), st.integers(0, 32)), st.tuples(st.ip_addresses(v=6), st.integers(0, 128))
    ).map(lambda pair: str(ip_network(f"{pair[0]}/{pair[1]}", strict=False))),
    max_size=8,
)


@given(NETWORKS, ADDRESSES)
def test_networks_hold_what_a_scan_of_them_finds(networks: list[str], address: str) -> None:
    parsed = ip_address(address)
    point = getattr(parsed, "ipv4_mapped", None) or parsed
    mapped = ip_network("::ffff:0:0/96")
    texts = [text for text in networks if not (ip_network(text).version == 6 and ip_network(text).overlaps(mapped))]
    assert (address in Networks.parse(texts)) == any(point in ip_network(text) for text in texts)


@given(NETWORKS)
def test_networks_hold_their_own_edges(networks: list[str]) -> None:
    held = Networks.parse(networks)
    for text in networks:
        network = ip_network(text)
        if network.version == 4 or not network.overlaps(ip_network("::ffff:0:0/96")):
            assert str(network.network_address) in held
            assert str(network.broadcast_address) in held


def test_a_network_of_mapped_addresses_is_one_of_ipv4() -> None:
    assert "10.1.2.3" in Networks.parse(["::ffff:10.0.0.0/104"])
    assert "11.1.2.3" not in Networks.parse(["::ffff:10.0.0.0/104"])


@pytest.mark.parametrize("text", ["10.0.0.1/8", "10.0.0.0/33", "localhost", "10.0.0"])
def test_what_is_no_network_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text)):
        Networks.parse(["127.0.0.1", text])


@given(
    st.one_of(ADDRESSES, st.just("127.0.0.1"), st.just("::ffff:10.0.0.9"), st.text(max_size=30)),
    st.lists(st.one_of(st.lists(ENTRIES, max_size=8).map(lambda entries: field(*entries)), st.binary(max_size=60))),
)
def test_the_answer_is_the_peer_or_the_entry_that_the_nearest_stranger_has(peer: str, fields: list[bytes]) -> None:
    told = client_address(peer, fields, TRUSTED)
    own = client_address(peer, [], TRUSTED)
    assert told == own or (peer in TRUSTED and told not in TRUSTED)
    if told != own:
        entries = [entry.strip(b" \t") for entry in b",".join(fields).split(b",")]
        spelt = [client_address(entry.decode("latin-1"), [], NOBODY) for entry in entries]
        place = len(spelt) - 1 - spelt[::-1].index(told)
        assert all(entry in TRUSTED for entry in spelt[place + 1 :])


@given(ADDRESSES.filter(lambda address: address != "192.0.2.1"), st.integers(0, 65535))
def test_a_port_brackets_quotes_a_zone_and_mapping_change_no_address(address: str, port: int) -> None:
    forms = [f"[{address}]:{port}", f'"[{address}]"', f"{address}%eth0"]
    if ":" not in address:
        forms = [f"{address}:{port}", f"::ffff:{address}", f'"{address}"']
    front = Networks.parse(["192.0.2.1"])
    mapped = getattr(ip_address(address), "ipv4_mapped", None)
    for form in (address, *forms):
        assert client_address("192.0.2.1", [form.encode()], front) == str(mapped or ip_address(address))


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2::9", "2001:db8:1::/48"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("::1", "::/48"),
        ("", ""),
        ("nobody", ""),
    ],
)
def test_a_neighbourhood_is_all_that_is_kept_of_an_address(address: str, network: str) -> None:
    assert neighbourhood(address) == network
