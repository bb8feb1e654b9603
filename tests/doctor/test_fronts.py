"""Each way in which a front can be set up badly, and that pasting the line mends it."""

from __future__ import annotations

import pytest

from tests.doctor.paper import ADDRESS, PROXY, SCHEME, House, nginx_in_front

GOOD = ADDRESS + SCHEME
CACHE = (
    "proxy_cache kept; proxy_cache_valid 200 1m; proxy_ignore_headers Cache-Control Expires Set-Cookie Vary; "
    "proxy_cache_key $uri$is_args$args;"
)
CACHE_PATH = "proxy_cache_path FOLDER/cache keys_zone=kept:1m;"


def test_a_name_that_leads_past_the_gateway_gets_the_location_that_leads_there(house: House, nginx: str) -> None:
    with nginx_in_front(house, None, server="location / { proxy_pass ORIGIN; }"):
        found = house.examine()
    assert found.colour("name") == "red"
    assert "nginx" in found.said("name")
    (location,) = found.lines("name")
    with nginx_in_front(house, None, server=location):
        mended = house.examine()
    assert mended.colour("name") == "green"
    assert mended.reds == set()


def test_who_only_says_that_it_is_the_gateway_is_not_believed(house: House, nginx: str) -> None:
    shown = (
        '{"proof": "00", "answer": "", "peer": "127.0.0.1", "trusted": true, "address": "127.0.0.1", "scheme": "http", '
        f'"host": "{house.host}:{house.front}", "forwarded_for": [], "forwarded_proto": [], "pass": true}}'
    )
    claims = f"location = /-/pennypress/mirror {{ default_type application/json; return 200 '{shown}'; }}"
    with nginx_in_front(house, None, server=f"{claims} location / {{ proxy_pass ORIGIN; }}"):
        found = house.examine()
    assert found.colour("name") == "red"
    assert "Pennypress does not stand behind it" in found.said("name")


def test_articles_that_go_past_the_gateway_are_seen_although_its_own_pages_arrive(house: House, nginx: str) -> None:
    past = f"location ^~ /-/ {{ proxy_pass GATEWAY;{PROXY}{GOOD} }} location / {{ proxy_pass ORIGIN; }}"
    with nginx_in_front(house, None, server=past):
        found = house.examine()
    assert found.colour("name") == "red"
    assert "/news/a5 comes without it" in found.said("name")
    with nginx_in_front(house, None, server=found.lines("name")[0]):
        assert house.examine().colour("name") == "green"


def test_a_cache_that_ignores_our_word_is_seen_and_mended(house: House, nginx: str) -> None:
    with nginx_in_front(house, GOOD, server=CACHE, http=CACHE_PATH):
        found = house.examine()
    assert found.colour("cache") == "red"
    (line,) = found.lines("cache")
    with nginx_in_front(house, GOOD + line + "\n", server=CACHE, http=CACHE_PATH):
        assert house.examine().colour("cache") == "green"


def test_a_cache_of_articles_alone_is_seen_by_the_pass_that_two_readers_share(house: House, nginx: str) -> None:
    articles = f"location /news/ {{ proxy_pass GATEWAY;{PROXY}{GOOD}{CACHE} }}"
    with nginx_in_front(house, GOOD, server=articles, http=CACHE_PATH):
        found = house.examine()
    assert found.colour("cache") == "red"
    assert "same pass" in found.said("cache")


def test_a_cache_that_keeps_pages_without_their_cookies_is_seen_by_its_mark(house: House, nginx: str) -> None:
    articles = (
        f"location /news/ {{ proxy_pass GATEWAY;{PROXY}{GOOD}{CACHE}"
        "proxy_hide_header Set-Cookie; add_header X-Cache-Status $upstream_cache_status; }"
    )
    with nginx_in_front(house, GOOD, server=articles, http=CACHE_PATH):
        found = house.examine()
    assert found.colour("cache") == "red"
    assert found.colour("cookies") == "red"


def test_a_front_that_writes_its_own_cache_control_is_seen_and_mended(house: House, nginx: str) -> None:
    with nginx_in_front(house, GOOD, server="expires 1h;"):
        found = house.examine()
    assert found.colour("cache") == "red"
    assert "max-age=3600" in found.said("cache")
    (line,) = found.lines("cache")
    with nginx_in_front(house, GOOD + line + "\n", server="expires 1h;"):
        assert house.examine().colour("cache") == "green"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('proxy_set_header X-Forwarded-For "";', "does not say who asks"),
        ("", "A forged X-Forwarded-For is believed"),  # nginx hands on what the client wrote
        ("proxy_set_header X-Forwarded-For $http_x_forwarded_for;", "A forged X-Forwarded-For is believed"),
    ],
)
def test_a_front_that_does_not_say_who_asks_is_seen_and_mended(house: House, nginx: str, lines: str, said: str) -> None:
    with nginx_in_front(house, SCHEME + lines):
        found = house.examine()
    assert found.colour("address") == "red"
    assert said in found.said("address")
    (line,) = found.lines("address")
    with nginx_in_front(house, SCHEME + line):
        assert house.examine().colour("address") == "green"


def test_a_front_that_believes_a_client_who_claims_something_is_seen_and_mended(house: House, nginx: str) -> None:
    believes = 'map $http_x_forwarded_for $who { "" $remote_addr; default $http_x_forwarded_for; }'
    with nginx_in_front(house, SCHEME + "proxy_set_header X-Forwarded-For $who;", http=believes):
        found = house.examine()
    assert found.colour("address") == "red"
    assert "forged" in found.said("address")
    (line,) = found.lines("address")
    with nginx_in_front(house, SCHEME + line):
        assert house.examine().colour("address") == "green"


@pytest.mark.parametrize("strips", ['proxy_set_header Cookie "";', "proxy_hide_header Set-Cookie;"])
def test_cookies_that_are_lost_on_the_way_are_seen(house: House, nginx: str, strips: str) -> None:
    with nginx_in_front(house, GOOD + strips):
        found = house.examine()
    assert found.colour("cookies") == "red"
    (line,) = found.lines("cookies")
    taken_out = strips in line
    with nginx_in_front(house, GOOD + ("" if taken_out else line + "\n")):
        assert house.examine().colour("cookies") == "green"


def test_a_cookie_that_is_bound_to_a_part_of_the_site_is_seen(house: House, nginx: str) -> None:
    with nginx_in_front(house, GOOD + "proxy_cookie_path / /news/;"):
        found = house.examine()
    assert found.colour("cookies") == "red"
    assert "Path=/news/" in found.said("cookies")


def test_a_front_that_looks_for_our_style_sheet_among_its_files_is_seen_and_mended(house: House, nginx: str) -> None:
    files = r"location ~* \.(css|js|png)$ { root /nowhere; }"
    with nginx_in_front(house, GOOD, server=files):
        found = house.examine()
    assert found.colour("style") == "red"
    (location,) = found.lines("style")
    with nginx_in_front(house, GOOD, server=files + location):
        assert house.examine().colour("style") == "green"


@pytest.mark.parametrize(
    "policy",
    [
        "default-src 'none'; img-src *",
        "style-src 'nonce-abc' 'strict-dynamic'",
        "style-src-elem https://cdn.example; style-src 'self'",
    ],
)
def test_a_policy_that_keeps_our_style_sheet_out_is_seen_and_mended(house: House, nginx: str, policy: str) -> None:
    with nginx_in_front(house, GOOD + f'add_header Content-Security-Policy "{policy}";'):
        found = house.examine()
    assert found.colour("style") == "red"
    (line,) = found.lines("style")
    name = line.split()[0]
    kept = [part for part in policy.split(";") if part.split()[0] != name]
    with nginx_in_front(house, GOOD + f'add_header Content-Security-Policy "{";".join([line, *kept])}";'):
        assert house.examine().colour("style") == "green"


def test_an_origin_that_listens_to_everybody_is_seen(house: House, nginx: str) -> None:
    inner = f"server {{ listen {house.host}:{house.origin.port}; location / {{ proxy_pass {house.origin.url}; }} }}"
    with nginx_in_front(house, GOOD, http=inner):
        found = house.examine()
    assert found.colour("round") == "red"
    assert f"{house.host}:{house.origin.port}" in found.said("round")
    assert f"listen 127.0.0.1:{house.origin.port};" in found.lines("round")


def test_another_way_to_the_same_gateway_leads_round_nothing(house: House, nginx: str) -> None:
    again = (
        f"server {{ listen {house.host}:{house.origin.port}; location / {{ "
        f"proxy_pass http://127.0.0.1:{house.port};{PROXY}{GOOD} }} }}"
    )
    with nginx_in_front(house, GOOD, http=again):
        assert house.examine().colour("round") == "green"


def test_an_address_at_which_nothing_listens_is_red_and_says_so_once(house: House) -> None:
    found = house.examine()
    assert found.colour("name") == "red"
    assert "does not answer (connection refused); look whether the name leads to the front" in found.said("name")
    assert found.reds == {"name"}
