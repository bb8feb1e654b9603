"""Stories of the demo as pages that a real React and a real Vue rendered and hydrate."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from pennypress.demo.stories import Story, stories
from tests.conftest import lacks, needs

HERE = Path(__file__).parent
SLUGS = ("library-roof", "bakery-ovens", "seaweed-farm", "slow-clock")

SKIPPING = "slow-clock"
"""The story whose pages have their skip link within what is hydrated."""

_BLOCK = re.compile(r"<(p|h2)>(.*?)</\1>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True, slots=True)
class HydratedPages:
    """The files of a site: the pages and scripts by address."""

    files: Mapping[str, bytes]


def build(folder: Path) -> HydratedPages:
    """Install the frameworks in a folder and render the pages there; the test is skipped where that cannot be done."""
    for file in HERE.iterdir():
        if file.suffix in (".json", ".js", ".mjs"):
            shutil.copy(file, folder)
    install = [needs("npm"), "install", "--no-audit", "--no-fund", "--no-package-lock"]
    installed = subprocess.run(install, cwd=folder, capture_output=True, text=True)
    if installed.returncode:
        lacks(f"npm cannot install React and Vue here: {installed.stderr.strip().splitlines()[-1:]}")
    told = json.dumps([_told(story) for story in stories() if _slug(story) in SLUGS])
    subprocess.run([needs("node"), "render.mjs"], cwd=folder, input=told, text=True, check=True)
    out = folder / "out"
    pages = {f"/news/{file.stem}": file.read_bytes() for file in out.glob("*.html")}
    scripts = {f"/assets/{file.name}": file.read_bytes() for file in out.glob("*.js")}
    return HydratedPages({**pages, **scripts})


@contextmanager
def serving(site: HydratedPages) -> Iterator[int]:
    """Serve the site on loopback; gives the port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one write

        def do_GET(self) -> None:
            body = site.files.get(self.path)
            kind = "text/javascript" if self.path.endswith(".js") else "text/html"
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _slug(story: Story) -> str:
    return story.path.rpartition("/")[2]


def _told(story: Story) -> dict[str, object]:
    blocks = [
        {"tag": tag, "text": html.unescape(_TAG.sub("", inner)).strip()}
        for tag, inner in _BLOCK.findall(story.bodies[0])
    ]
    return {
        "slug": _slug(story),
        "title": story.title,
        "author": story.author,
        "blocks": blocks,
        "skips": _slug(story) == SKIPPING,
    }
