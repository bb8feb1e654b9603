"""``python -m tests.stripe_server``: run the server until it is ended; its address is its first line."""

from __future__ import annotations

import argparse
import pickle
import signal
import sys
import time
from http.server import ThreadingHTTPServer
from pathlib import Path

from tests.stripe_server.account import Account
from tests.stripe_server.server import Handler, Office, server_for
from tests.stripe_server.webhooks import Webhooks


def main() -> None:
    """Serve until SIGTERM; with a state file, go on where the last run ended."""
    given = _arguments()
    listening = ThreadingHTTPServer(("127.0.0.1", given.port), Handler)
    listening.daemon_threads = True
    address = f"http://127.0.0.1:{listening.server_port}"
    office = Office(_account(given, address), Webhooks(given.webhook, given.secret))
    server_for(office, listening)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    print(address, flush=True)
    try:
        listening.serve_forever()
    finally:
        if given.state_file:
            _keep(office, given.state_file)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.stripe_server")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--state-file", type=Path)
    parser.add_argument("--webhook", help="where the events go; without it they wait for /_test/deliveries")
    parser.add_argument("--secret", default="whsec_test", help="what the webhooks are signed with")
    parser.add_argument("--key", default="sk_test_harbour")
    parser.add_argument("--now", type=int, default=int(time.time()), help="where the clock begins; it stands still")
    return parser.parse_args()


def _account(given: argparse.Namespace, address: str) -> Account:
    if given.state_file and given.state_file.exists():
        kept: Account = pickle.loads(given.state_file.read_bytes())
        kept.url = address
        return kept
    return Account(address, given.key, given.now)


def _keep(office: Office, path: Path) -> None:
    office.account.on_event.clear()
    path.write_bytes(pickle.dumps(office.account))


main()
