"""A name server on loopback, over UDP, that says what it was told to say and keeps what it was asked."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset


@dataclass
class Names:
    """``said`` holds (name, type) to the values; a name in ``silent`` is never answered."""

    said: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    asked: list[tuple[str, str]] = field(default_factory=list)
    port: int = 0

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def host(self, address: str, name: str, *, leads_back: bool = True) -> None:
        """An address has this name; and the name leads back to it, or not."""
        import dns.reversename

        self.said[(dns.reversename.from_address(address).to_text(), "PTR")] = [f"{name}."]
        if leads_back:
            self.said[(f"{name}.", "AAAA" if ":" in address else "A")] = [address]


@contextmanager
def running_names() -> Iterator[Names]:
    names = Names()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            data, channel = self.request
            query = dns.message.from_wire(data)
            question = query.question[0]
            name, kind = question.name.to_text(), dns.rdatatype.to_text(question.rdtype)
            names.asked.append((name, kind))
            if name in names.silent:
                return
            answer = dns.message.make_response(query)
            answer.flags |= dns.flags.RA
            values = names.said.get((name, kind))
            if values:
                answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *values))
            else:
                answer.set_rcode(dns.rcode.NXDOMAIN)
            channel.sendto(answer.to_wire(), self.client_address)

    server = socketserver.ThreadingUDPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    names.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield names
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
