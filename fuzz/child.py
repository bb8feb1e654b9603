"""One target in its own process, which ends when the time is over or a law has broken."""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from pathlib import Path

import atheris

BROKEN = 77
"""With what the process ends when a law has broken."""


def main(name: str, seconds: str, longest: str, slow: str, folder: str) -> None:
    """Fuzz a target; what is found is left in the folder under ``found-…``."""
    with atheris.instrument_imports(include=["pennypress"]):
        laws = importlib.import_module("fuzz.laws").LAWS
        seeds = importlib.import_module("fuzz.seeds").SEEDS
    corpus = Path(folder, "corpus")
    corpus.mkdir()
    for place, seed in enumerate(seeds[name]()):
        Path(corpus, str(place)).write_bytes(seed.encode("latin-1"))
    options = (f"-max_total_time={seconds}", f"-max_len={longest}", f"-timeout={slow}", "-print_final_stats=1")

    def hold(data: bytes) -> None:
        try:
            laws[name](data)
        except Exception:
            Path(folder, "found-input").write_bytes(data)
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(BROKEN)

    atheris.Setup([name, str(corpus), f"-artifact_prefix={folder}/found-", *options], hold)
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
