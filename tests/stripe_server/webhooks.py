"""Webhooks: events on their way to the one who listens, signed as Stripe signs them.

Departs: what nobody took is sent again when the clock is moved on or when ``flush`` is asked for, not by the hour.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import queue
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field

from tests.stripe_server.wire import Json

_PATIENCE = 20


def signature(payload: bytes, secret: str, at: int | None = None) -> str:
    """The header ``Stripe-Signature`` of a payload, signed at a second (now)."""
    second = int(time.time()) if at is None else at
    signed = hmac.new(secret.encode(), f"{second}.".encode() + payload, hashlib.sha256).hexdigest()
    return f"t={second},v1={signed}"


@dataclass
class Webhooks:
    """One endpoint and what is on its way to it; without an address all waits until somebody fetches it."""

    url: str | None
    secret: str
    mode: str = "deliver"
    held: list[Json] = field(default_factory=list)
    refused: list[Json] = field(default_factory=list)
    waiting: list[Json] = field(default_factory=list)
    _way: queue.Queue[Json] = field(default_factory=queue.Queue)

    def start(self) -> None:
        """Begin to deliver, one after the other."""
        threading.Thread(target=self._deliver, daemon=True).start()

    def hear(self, event: Json) -> None:
        """Take an event as the mode says."""
        if self.mode == "hold":
            self.held.append(event)
        elif self.mode != "lose":
            for _ in range(2 if self.mode == "double" else 1):
                self._send(event)

    def turn_to(self, mode: str) -> None:
        """Change the mode; ``flush`` and ``reverse`` send what was held, and deliver from then on."""
        if mode not in ("flush", "reverse"):
            self.mode = mode
            return
        held, self.held = self.held, []
        self.mode = "deliver"
        self.try_again()
        for event in held[::-1] if mode == "reverse" else held:
            self._send(event)

    def try_again(self) -> None:
        """Send again what was refused."""
        refused, self.refused = self.refused, []
        for event in refused:
            self._send(event)

    def settle(self) -> None:
        """Wait until all that is on its way has arrived or was refused."""
        self._way.join()

    def fetch(self) -> list[Json]:
        """What waits, as ``{payload, signature}``; it waits no more."""
        waiting, self.waiting = self.waiting, []
        return [self._signed(event) for event in waiting]

    def _send(self, event: Json) -> None:
        if self.url is None:
            self.waiting.append(event)
        else:
            self._way.put(event)

    def _signed(self, event: Json) -> Json:
        payload = json.dumps(event, indent=2)
        return {"payload": payload, "signature": signature(payload.encode(), self.secret)}

    def _deliver(self) -> None:
        while True:
            event = self._way.get()
            try:
                if not self._arrives(event):
                    self.refused.append(event)
            finally:
                self._way.task_done()

    def _arrives(self, event: Json) -> bool:
        signed = self._signed(event)
        headers = {"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": signed["signature"]}
        request = urllib.request.Request(str(self.url), signed["payload"].encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:
                return bool(200 <= answer.status < 300)
        except (OSError, urllib.error.URLError):
            return False
