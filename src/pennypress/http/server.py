"""The server: granian with its workers around an application; how it starts, takes up a changed file and ends."""

from __future__ import annotations

import ctypes
import ipaddress
import multiprocessing
import os
import resource
import signal
import socket
import stat
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer

from pennypress.errors import ConfigurationError, Fault
from pennypress.http.fetch import App
from pennypress.http.log import LOGGING
from pennypress.http.reloading import Reloading, TakingUp

_CONNECTIONS = 16_384
_BACKLOG = 4_096
_MAX_HEAD = 64 * 1024
_END_SECONDS = 1
_DESCRIPTORS = 65_536
_SWITCH_SECONDS = 0.001
"""So long a thread that reads or cuts a page keeps the others waiting. Python's own 5 ms, several times over, make a
store that answers in one seem not to answer at all."""
_PR_SET_PDEATHSIG = 1
"""Linux's number for it (linux/prctl.h)."""


@dataclass(frozen=True, slots=True)
class Listening:
    """Where a server listens (``host:port``, ``[v6]:port`` or ``unix:/path``), with how many workers, and how many
    seconds a connection may take to bring the header of its next request: a slow one and an idle one alike."""

    address: str
    workers: int = 1
    header_seconds: float = 30.0


class Bell(threading.Event):
    """What wakes the parent's loop, in the place of an event with a lock.

    A signal that comes while the handler of another rings it cannot wait for itself; one that comes just before the
    loop waits rings it too, and is not left lying; and who waited for it has silenced it.
    """

    def __init__(self) -> None:
        super().__init__()
        self._heard, self._rung = os.pipe()
        os.set_blocking(self._rung, False)
        signal.set_wakeup_fd(self._rung, warn_on_full_buffer=False)

    def set(self) -> None:
        """Ring; the parent's loop goes round once more."""
        with suppress(BlockingIOError):
            os.write(self._rung, b"!")

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it has been rung since the last time; ``timeout`` is not used."""
        os.read(self._heard, 4096)
        return True

    def clear(self) -> None:
        """Nothing: waiting did it."""


class Server(MPServer):
    """granian, but that SIGHUP makes the running workers take a changed configuration up.

    granian would start new workers and end the old ones, which loses the connections that wait to be accepted by
    them.
    """

    taking_up: TakingUp

    def signal_handler_reload(self, *args: Any, **kwargs: Any) -> None:
        """Note the signal: in the parent for its loop, in a worker that has only just begun for its application."""
        if os.getpid() != self.pid:
            self.taking_up.asked_early = True
        self.reload_signal = True
        self.main_loop_interrupt.set()

    def _reload(self, spawn_target: object, target_loader: object) -> None:
        """Pass the signal on to the workers if the changed configuration can be used. Called in the parent's loop, so
        that every worker that was begun is known."""
        self.reload_signal = False
        if self.taking_up.accept():
            for worker in self.wrks:
                with suppress(ProcessLookupError):
                    os.kill(worker.inner.pid, signal.SIGHUP)


def run(listening: Listening, build: Callable[[], App], accept: Callable[[], bool]) -> None:
    """Serve until SIGTERM or SIGINT, each worker with an application that it has built.

    On SIGHUP ``accept`` is asked in the parent, and if it says so in each worker, which then builds anew. Workers are
    forks: what ``accept`` keeps in the parent, ``build`` finds in the workers that begin later. Raises
    ConfigurationError when the address cannot be listened on.
    """
    _check_free(listening.address)
    _raise_descriptor_limit()
    multiprocessing.set_start_method("fork", force=True)  # what the parent has imported, its workers need not
    server = Server(
        "pennypress",
        **_bind(listening.address),
        interface=Interfaces.ASGI,
        workers=listening.workers,
        loop=Loops.uvloop,
        http=HTTPModes.http1,
        websockets=True,
        backlog=_BACKLOG,
        backpressure=_CONNECTIONS,
        http1_settings=HTTP1Settings(
            header_read_timeout=int(listening.header_seconds * 1000), max_buffer_size=_MAX_HEAD
        ),
        log_level=LogLevels.warning,
        log_dictconfig=LOGGING,
        respawn_failed_workers=True,
        workers_kill_timeout=_END_SECONDS,
    )
    server.main_loop_interrupt = Bell()
    server.taking_up = TakingUp(build, accept)
    server.serve(target_loader=partial(_begin, os.getpid(), server.taking_up), wrap_loader=False)


def _begin(parent: int, taking_up: TakingUp) -> Reloading:
    """The application of a worker, which is told to end when its parent ends, however that came: else it would keep
    the address, and nobody could start anew."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGTERM)
    sys.setswitchinterval(_SWITCH_SECONDS)
    return Reloading(taking_up)


def _bind(address: str) -> dict[str, Any]:
    path = _socket_path(address)
    if path is not None:
        return {"uds": path}
    host, port = _host_and_port(address)
    return {"address": host, "port": port}


def _socket_path(address: str) -> Path | None:
    return Path(address.removeprefix("unix:")) if address.startswith("unix:") else None


def _host_and_port(address: str) -> tuple[str, int]:
    """The host as an IP address, which is all that granian takes."""
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    try:
        found = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, ValueError) as error:
        raise _cannot_listen(address, "is no address of this machine", 'write one such as "127.0.0.1:8000"') from error
    return str(found[0][4][0]), int(port)


def _check_free(address: str) -> None:
    """Refuse an address on which something listens already: granian's workers share theirs, and would share it with
    a stranger too. The socket file that a dead server left is taken away."""
    path = _socket_path(address)
    if path is not None:
        _clear_socket(address, path)
        return
    host, port = _host_and_port(address)
    family = socket.AF_INET6 if ipaddress.ip_address(host).version == 6 else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise _cannot_listen(address, f"cannot be listened on ({error.strerror})", "choose another port") from error


def _clear_socket(address: str, path: Path) -> None:
    if not path.exists():
        return
    if not stat.S_ISSOCK(path.stat().st_mode):
        raise _cannot_listen(address, "is a file that is no socket", "choose another path")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            path.unlink()
            return
    raise _cannot_listen(address, "has a server behind it already", "end that one first, or choose another path")


def _cannot_listen(address: str, wrong: str, mend: str) -> ConfigurationError:
    return ConfigurationError((Fault("[gateway] listen", f"{address} {wrong}", mend),))


def _raise_descriptor_limit() -> None:
    """Allow as many open connections as this user may have; the usual 1,024 are fewer than idle readers hold."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _DESCRIPTORS if hard == resource.RLIM_INFINITY else min(_DESCRIPTORS, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
