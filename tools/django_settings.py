"""Django's settings as a module, for the type checker, which wants to know the models."""

from __future__ import annotations

from pathlib import Path

from pennypress.config.document import build
from pennypress.office.installation import Installation, install
from pennypress.office.settings import values
from pennypress.readers.keys import Keys

_config = build(Path(), office={"enabled": True})
_keys = Keys((bytes(32),))
install(Installation(_config, _keys))
globals().update(values(_config, _keys))
