"""One target in its own process: atheris ends that process when the time is over or a law has broken."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import atheris


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
    atheris.Setup([name, str(corpus), f"-artifact_prefix={folder}/found-", *options], laws[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
