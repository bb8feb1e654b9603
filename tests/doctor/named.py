"""The program in a world where names lead to ports of this machine: ``python -m tests.doctor.named NAMES ARGUMENTS``.

``NAMES`` is JSON, ``{"www.paper.test:443": ["192.0.2.2", 40123]}``; every other name under ``.test`` has no address.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.cli.program import ROOT, Ended, environment

Names = dict[str, tuple[str, int]]


def pennypress_among(names: Names, folder: Path, *arguments: str) -> Ended:
    """Run a command in a folder to its end, in such a world."""
    ended = subprocess.run(
        [sys.executable, "-m", "tests.doctor.named", json.dumps(names), *arguments],
        cwd=folder,
        env={**environment(), "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Ended(ended.returncode, ended.stdout, ended.stderr)


def _main() -> None:
    names: Names = json.loads(sys.argv[1])
    real = socket.getaddrinfo

    def found(host: Any, port: Any, *more: Any, **others: Any) -> Any:
        if not str(host).endswith(".test"):
            return real(host, port, *more, **others)
        if f"{host}:{port}" not in names:
            raise socket.gaierror(socket.EAI_NONAME, "there is no such name")
        return real(*names[f"{host}:{port}"], *more, **others)

    socket.getaddrinfo = found
    from pennypress.cli.main import main

    sys.argv = ["pennypress", *sys.argv[2:]]
    main()


if __name__ == "__main__":
    _main()
