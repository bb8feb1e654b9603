"""A real WordPress, from Debian's package, in a folder of its own: installed and written in as people do."""

from __future__ import annotations

import base64
import contextlib
import getpass
import json
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, ProxyHandler, Request, build_opener

SHIPPED = Path("/usr/share/wordpress")
EDITOR, PASSWORD = "edith", "a long enough phrase for a test"
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
"""A PNG of one pixel."""
_PATIENCE_SECONDS = 30

_CONFIGURATION = """<?php
define('DB_NAME', 'paper');
define('DB_USER', 'root');
define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:{socket}');
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
define('AUTH_KEY', 'one'); define('SECURE_AUTH_KEY', 'two'); define('LOGGED_IN_KEY', 'three');
define('NONCE_KEY', 'four'); define('AUTH_SALT', 'five'); define('SECURE_AUTH_SALT', 'six');
define('LOGGED_IN_SALT', 'seven'); define('NONCE_SALT', 'eight');
define('WP_HOME', 'http://' . $_SERVER['HTTP_HOST']);
define('WP_SITEURL', 'http://' . $_SERVER['HTTP_HOST']);
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('DISABLE_WP_CRON', true);
define('AUTOMATIC_UPDATER_DISABLED', true);
$table_prefix = 'wp_';
if (!defined('ABSPATH')) {{ define('ABSPATH', __DIR__ . '/'); }}
require_once ABSPATH . 'wp-settings.php';
"""

# What a web server's rewrite rule does: a file that is there is served, everything else is WordPress's.
_ROUTER = """<?php
$path = rawurldecode(parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH));
$file = $_SERVER['DOCUMENT_ROOT'] . $path;
if (is_file($file) || (is_dir($file) && is_file(rtrim($file, '/') . '/index.php'))) { return false; }
$_SERVER['SCRIPT_NAME'] = $_SERVER['PHP_SELF'] = '/index.php';
require $_SERVER['DOCUMENT_ROOT'] . '/index.php';
"""


@dataclass
class WordPress:
    """A running WordPress, and the browser of its editor. ``posts`` are the paths of the posts by their titles."""

    port: int
    site: Path
    browser: OpenerDirector = field(
        default_factory=lambda: build_opener(ProxyHandler({}), HTTPCookieProcessor(CookieJar()))
    )
    posts: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def install(self, title: str) -> None:
        """Fill in the form that a new WordPress shows."""
        told = self._post(
            "/wp-admin/install.php?step=2",
            {
                "weblog_title": title,
                "user_name": EDITOR,
                "admin_password": PASSWORD,
                "admin_password2": PASSWORD,
                "pw_weak": "1",
                "admin_email": "edith@paper.test",
                "blog_public": "1",
            },
        )
        assert "Success!" in told, told

    def log_in(self) -> None:
        """Log in as the editor."""
        self.get("/wp-login.php")
        told = self._post("/wp-login.php", {"log": EDITOR, "pwd": PASSWORD, "testcookie": "1"})
        assert "wp-admin-bar" in told or "Dashboard" in told, told

    def set_permalinks(self, structure: str) -> None:
        """Choose a permalink structure on its settings page."""
        page = self.get("/wp-admin/options-permalink.php")
        fields = {"_wpnonce": _nonce(page), "selection": structure, "permalink_structure": structure}
        told = self._post("/wp-admin/options-permalink.php", fields)
        assert "updated" in told.lower(), told

    def publish(self, title: str, paragraphs: list[str], **more: object) -> str:
        """Write and publish a post through the REST API; its path."""
        content = "\n".join(f"<!-- wp:paragraph -->\n<p>{text}</p>\n<!-- /wp:paragraph -->" for text in paragraphs)
        made = self.make("posts", {"title": title, "content": content, "status": "publish", **more})
        self.posts[title] = made["link"].removeprefix(self.url)
        return self.posts[title]

    def make_tag(self, name: str) -> int:
        """Make a tag through the REST API; its number."""
        number: int = self.make("tags", {"name": name})["id"]
        return number

    def number_of(self, title: str) -> int:
        """The number of a published post."""
        found: int = json.loads(
            self.get(f"/wp-json/wp/v2/posts?slug={self.posts[title].strip('/').rpartition('/')[2]}")
        )[0]["id"]
        return found

    def stored(self, post: int) -> str:
        """The text of a post as it is stored."""
        return str(self._ask(f"posts/{post}?context=edit")["content"]["raw"])

    def get(self, path: str) -> str:
        """A page as the editor sees it."""
        with self.browser.open(self.url + path, timeout=_PATIENCE_SECONDS) as answer:
            text: str = answer.read().decode("utf-8")
        return text

    def make(self, what: str, fields: dict[str, object]) -> dict[str, Any]:
        """Make (or, where ``what`` names one, change) something through the REST API; what it is then."""
        return self._ask(what, json.dumps(fields).encode())

    def upload(self, name: str, fields: dict[str, object]) -> int:
        """Upload a picture through the REST API, and say these things of it; its number."""
        number: int = self._ask("media", PICTURE, {"Content-Type": "image/png", **attached(name)})["id"]
        self.make(f"media/{number}", fields)
        return number

    def _ask(self, what: str, body: bytes | None = None, more: dict[str, str] | None = None) -> dict[str, Any]:
        nonce = self.get("/wp-admin/admin-ajax.php?action=rest-nonce")
        headers = {"Content-Type": "application/json", "X-WP-Nonce": nonce, **(more or {})}
        asked = Request(f"{self.url}/wp-json/wp/v2/{what}", body, headers)
        with self.browser.open(asked, timeout=_PATIENCE_SECONDS) as answer:
            made: dict[str, Any] = json.load(answer)
        return made

    def _post(self, path: str, fields: dict[str, str]) -> str:
        with self.browser.open(self.url + path, urlencode(fields).encode(), timeout=_PATIENCE_SECONDS) as answer:
            text: str = answer.read().decode("utf-8")
        return text


@contextlib.contextmanager
def running_wordpress(folder: Path, php: str) -> Iterator[WordPress]:
    """An empty WordPress with a database of its own, both ended afterwards; it has the routes of some plugins."""
    site = folder / "site"
    shutil.copytree(SHIPPED, site, symlinks=True)
    plugins = site / "wp-content" / "mu-plugins"
    plugins.mkdir()
    shutil.copy(Path(__file__).with_name("plugin.php"), plugins)
    with _database(folder / "database") as database:
        (site / "wp-config.php").unlink(missing_ok=True)
        (site / "wp-config.php").write_text(_CONFIGURATION.format(socket=database), encoding="utf-8")
        (folder / "router.php").write_text(_ROUTER, encoding="utf-8")
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port: int = probe.getsockname()[1]
        command = [php, "-S", f"127.0.0.1:{port}", "-t", str(site), str(folder / "router.php")]
        environment = {**os.environ, "PHP_CLI_SERVER_WORKERS": "3"}
        with _process(command, folder / "php.log", environment) as process:
            wordpress = WordPress(port, site)
            _await(lambda: _connects(port), process, folder / "php.log")
            yield wordpress


@contextlib.contextmanager
def _database(folder: Path) -> Iterator[Path]:
    """MariaDB on a Unix socket in a folder, with an empty database ``paper``."""
    folder.mkdir()
    data, log, address = folder / "data", folder / "log", folder / "socket"
    user = f"--user={getpass.getuser()}"
    made = subprocess.run(
        [
            *("mariadb-install-db", "--no-defaults", f"--datadir={data}", user),
            *("--skip-test-db", "--auth-root-authentication-method=normal"),
        ],
        capture_output=True,
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    server = shutil.which("mariadbd") or "/usr/sbin/mariadbd"
    options = [f"--datadir={data}", f"--socket={address}", "--skip-networking", "--innodb-flush-log-at-trx-commit=0"]
    with _process([server, "--no-defaults", user, *options], log, dict(os.environ)) as process:
        ask = ["mariadb", "--no-defaults", f"--socket={address}", "--user=root", "--execute=create database paper"]
        _await(lambda: subprocess.run(ask, capture_output=True, check=False).returncode == 0, process, log)
        yield address


@contextlib.contextmanager
def _process(command: list[str], log: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=environment, start_new_session=True)
    try:
        yield process
    finally:
        # The server of PHP has workers of its own, which go with its group.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, 15)
        process.wait(10)


def _await(what: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + _PATIENCE_SECONDS
    while not what():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.02)


def _connects(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except (OSError, URLError):
        return False


def attached(name: str) -> dict[str, str]:
    """The field that names the file which a request uploads."""
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def _nonce(page: str) -> str:
    found = re.search(r'name="_wpnonce" value="([0-9a-f]+)"', page)
    assert found is not None, page
    return found[1]
