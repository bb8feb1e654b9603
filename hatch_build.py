"""The build hook: compiles the gettext catalogues, so that a wheel holds them ready to read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def compile_catalogues(root: Path) -> list[Path]:
    """Compile every ``.po`` file below ``root`` into a ``.mo`` file beside it, and return the files written."""
    return [_compile(source) for source in sorted(root.rglob("*.po"))]


class CatalogueHook(BuildHookInterface[Any]):
    """Runs before a wheel, also an editable one, is put together."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the catalogues where they stand; the wheel takes them up as artifacts."""
        if self.target_name == "wheel":
            compile_catalogues(Path(self.root) / "src")


def _compile(source: Path) -> Path:
    compiled = source.with_suffix(".mo")
    with source.open("rb") as text:
        catalogue = read_po(text, locale=source.parent.parent.name, abort_invalid=True)
    whole = compiled.with_suffix(".mo.new")  # one that is read meanwhile is never half there
    with whole.open("wb") as binary:
        write_mo(binary, catalogue)
    return whole.replace(compiled)
