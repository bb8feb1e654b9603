"""The doctor before Debian's WordPress, with nginx in front: what it finds of a site that nobody here wrote."""

from __future__ import annotations

from pathlib import Path

from tests.cli.program import Origin, free_port
from tests.doctor.paper import ADDRESS, SCHEME, House, gateway, nginx_in_front, own_address
from tests.wordpress.newsroom import WordPress
from tests.wordpress.stories import BRIEF, STORIES


def test_a_wordpress_that_is_set_up_well_is_green(tmp_path: Path, wordpress: WordPress, nginx: str) -> None:
    house = House(tmp_path, Origin(wordpress.port, {}, []), free_port(), free_port(), own_address())
    house.write(articles='paths = ["/20*/*/*/*/**"]', network='trusted_proxies = ["127.0.0.1"]')
    with gateway(house), nginx_in_front(house, ADDRESS + SCHEME):
        found = house.examine()
    assert found.reds == set()
    assert found.examination.article == wordpress.posts[STORIES[-1]], "the newest, for the brief is free"
    assert wordpress.posts[BRIEF] not in found.said("body")
    assert found.colour("body") == "green"
    assert found.said("cms") == (
        "WordPress: /wp-login.php (200), /wp-admin/ (302), /?s=news (200), as the site behind answers them."
    )


def test_a_front_that_closes_the_admin_of_wordpress_is_seen(tmp_path: Path, wordpress: WordPress, nginx: str) -> None:
    house = House(tmp_path, Origin(wordpress.port, {}, []), free_port(), free_port(), own_address())
    house.write(articles='paths = ["/20*/*/*/*/**"]', network='trusted_proxies = ["127.0.0.1"]')
    closed = "location /wp-admin/ { return 404; }"
    with gateway(house), nginx_in_front(house, ADDRESS + SCHEME, server=closed):
        found = house.examine()
    assert found.reds == {"cms"}
    assert "/wp-admin/ (404; the site behind: 302)" in found.said("cms")


def test_a_front_that_does_not_hand_on_the_name_is_seen_and_mended(
    tmp_path: Path, wordpress: WordPress, nginx: str
) -> None:
    house = House(tmp_path, Origin(wordpress.port, {}, []), free_port(), free_port(), own_address())
    house.write(articles='paths = ["/20*/*/*/*/**"]', network='trusted_proxies = ["127.0.0.1"]')
    location = f"location / {{ proxy_pass http://127.0.0.1:{house.port}; {ADDRESS} {SCHEME} LINE }}"
    with gateway(house):
        with nginx_in_front(house, None, server=location.replace("LINE", "")):
            found = house.examine()
        assert found.colour("name") == "red"
        assert f"hands on the name 127.0.0.1:{house.port}" in found.said("name")
        (line,) = found.lines("name")
        with nginx_in_front(house, None, server=location.replace("LINE", line)):
            assert house.examine().reds == set()
