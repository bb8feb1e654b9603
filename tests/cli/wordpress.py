"""Debian's WordPress on loopback, with its database, as an origin that nobody here wrote."""

from __future__ import annotations

import contextlib
import getpass
import http.client
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.cli.program import free_port

SOURCE = Path("/usr/share/wordpress")
STORIES = ("The ferry of six", "A calm week at sea", "The herring fair returns", "New bells for the tower")
SENTENCE = "In part {n} of {title} the harbour master counted {n} boats, nine gulls and one letter without a stamp."
PARTS = 14

_CONFIG = """<?php
define('DB_NAME', 'wordpress'); define('DB_USER', '{user}'); define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:{socket}'); define('DB_CHARSET', 'utf8mb4'); define('DB_COLLATE', '');
define('WP_HOME', '{url}'); define('WP_SITEURL', '{url}'); define('DISABLE_WP_CRON', true);
define('WP_HTTP_BLOCK_EXTERNAL', true); define('AUTOMATIC_UPDATER_DISABLED', true); define('WP_DEBUG', false);
foreach (['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'] as $name) {{
    define($name . '_KEY', 'for trying out ' . $name); define($name . '_SALT', 'salt for trying out ' . $name);
}}
$table_prefix = 'wp_';
if (!defined('ABSPATH')) {{ define('ABSPATH', __DIR__ . '/'); }}
require_once ABSPATH . 'wp-settings.php';
"""

_INSTALL = """<?php
define('WP_INSTALLING', true);
$_SERVER['HTTP_HOST'] = '{host}'; $_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
function wp_mail() {{ return true; }}
require __DIR__ . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('The Harbour Post', 'desk', 'desk@example.test', true, '', 'not for use');
switch_theme('twentytwentythree');
$GLOBALS['wp_rewrite']->set_permalink_structure('/%year%/%monthnum%/%day%/%postname%/');
foreach (json_decode(file_get_contents('php://stdin'), true) as $title => $text) {{
    $id = wp_insert_post(['post_title' => $title, 'post_content' => $text, 'post_status' => 'publish',
        'post_author' => 1, 'tags_input' => ['harbour']], true);
    if (is_wp_error($id)) {{ fwrite(STDERR, $id->get_error_message()); exit(1); }}
    echo get_permalink($id), "\\n";
}}
"""


@dataclass
class WordPress:
    """A running WordPress: its address, and its stories' paths by title."""

    url: str
    stories: dict[str, str]


def paragraph(title: str, n: int) -> str:
    """One paragraph of a story; no other is like it."""
    return (
        f"{SENTENCE.format(n=n, title=title)} It was quiet after that, as it is on most days of {title.lower()} here."
    )


@contextlib.contextmanager
def running_wordpress(folder: Path) -> Iterator[WordPress]:
    """WordPress with a few long stories, installed into a folder; its servers are ended afterwards."""
    site, socket = folder / "site", folder / "db.sock"
    shutil.copytree(SOURCE, site, symlinks=False, ignore=shutil.ignore_patterns(".htaccess", "wp-config.php"))
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    user = getpass.getuser()
    (site / "wp-config.php").write_text(_CONFIG.format(user=user, socket=socket, url=url), encoding="utf-8")
    (site / "install.php").write_text(_INSTALL.format(host=f"127.0.0.1:{port}"), encoding="utf-8")
    with _database(folder, socket, user):
        stories = _install(site)
        (site / "install.php").unlink()
        with _process(
            ["php", "-S", f"127.0.0.1:{port}", "-t", str(site)], folder / "php.log", {"PHP_CLI_SERVER_WORKERS": "3"}
        ):
            _await(lambda: _answers(port))
            yield WordPress(url, stories)


def _install(site: Path) -> dict[str, str]:
    texts = {
        title: "".join(
            f"<!-- wp:paragraph --><p>{paragraph(title, n)}</p><!-- /wp:paragraph -->" for n in range(1, PARTS + 1)
        )
        for title in STORIES
    }
    done = subprocess.run(
        ["php", "install.php"],
        cwd=site,
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    links = [line for line in done.stdout.splitlines() if line.startswith("http")]
    assert len(links) == len(texts), done.stdout + done.stderr
    return {title: "/" + link.split("/", 3)[3] for title, link in zip(texts, links, strict=True)}


@contextlib.contextmanager
def _database(folder: Path, socket: Path, user: str) -> Iterator[None]:
    data = folder / "db"
    subprocess.run(
        [
            *("mariadb-install-db", "--no-defaults", f"--datadir={data}", f"--user={user}"),
            *("--auth-root-authentication-method=socket", f"--auth-root-socket-user={user}", "--skip-test-db"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=120,
        check=True,
    )
    server = shutil.which("mariadbd") or "/usr/sbin/mariadbd"
    command = [
        server,
        "--no-defaults",
        f"--datadir={data}",
        f"--socket={socket}",
        "--skip-networking",
        f"--user={user}",
    ]
    with _process(command, folder / "db.log"):
        client = ["mariadb", "--no-defaults", f"--socket={socket}", f"--user={user}"]
        _await(lambda: subprocess.run([*client, "-e", "SELECT 1"], capture_output=True, check=False).returncode == 0)
        subprocess.run([*client, "-e", "CREATE DATABASE wordpress"], check=True)
        yield


@contextlib.contextmanager
def _process(command: list[str], log: Path, more: dict[str, str] | None = None) -> Iterator[None]:
    """A server while the block runs, with the children that it starts."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=output, env={**os.environ, **(more or {})}, start_new_session=True
        )
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def _await(what: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not what():
        assert time.monotonic() < until
        time.sleep(0.1)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
