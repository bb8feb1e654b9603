"""``make fuzz``: hold the laws against inputs that a fuzzer makes up, and print what breaks one as a test case."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

TARGETS = {"canonical_form": 1, "cookie": 1, "forwarded_for": 1, "html_cutter": 4, "guard": 3}
"""The targets, and what share of the time each gets: a page takes a thousand times as long as an address."""

_LONGEST = 6000
_SLOW_SECONDS = 20
_EXECUTED = re.compile(r"stat::number_of_executed_units:\s*(\d+)")
_NOT_HERE = (
    "Nothing was fuzzed: atheris is not installed. It is made for Linux on x86_64 and Python before 3.14; elsewhere "
    "tests/laws/test_any_input.py holds the same laws against the inputs that Hypothesis makes up."
)


def main() -> int:
    """Fuzz each target for its share of the time; 1 where a law broke or nothing could be fuzzed."""
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)}; all when none is named")
    parser.add_argument("--seconds", type=int, default=60, help="how long altogether")
    asked = parser.parse_args()
    if unknown := set(asked.targets) - set(TARGETS):
        parser.error(f"no target is called {', '.join(sorted(unknown))}")
    if find_spec("atheris") is None:
        print(_NOT_HERE)
        return 1
    names = asked.targets or list(TARGETS)
    share = asked.seconds / sum(TARGETS[name] for name in names)
    return 1 if [name for name in names if not fuzz(name, max(round(share * TARGETS[name]), 1))] else 0


def fuzz(name: str, seconds: int) -> bool:
    """Fuzz one target in a process of its own; False where a law broke."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "fuzz.child", name, str(seconds), str(_LONGEST), str(_SLOW_SECONDS), folder]
        ended = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
        found = sorted(Path(folder).glob("found-*"))
        said = ended.stdout + ended.stderr
        executed = _EXECUTED.search(said)
        if ended.returncode == 0 and not found and executed:
            print(f"{name}: {int(executed[1]):,} inputs in {seconds} s, every law held", flush=True)
            return True
        print(f"{name}: a law broke\n{_why(said)}", flush=True)
        for place, file in enumerate(found):
            print(test_case(name, place, file.read_bytes()))
        return False


def test_case(name: str, place: int, data: bytes) -> str:
    """A found input as a test that can be put into ``tests/laws/test_any_input.py``."""
    return f"\n\ndef test_found_{name}_{place}() -> None:\n    LAWS[{name!r}]({data!r})\n"


def _why(said: str) -> str:
    """What the process said of a failure: Python's traceback, or its last lines."""
    _, traced, trace = said.rpartition("Traceback (most recent call last):")
    return traced + trace if traced else "\n".join(said.splitlines()[-15:])


if __name__ == "__main__":
    sys.exit(main())
