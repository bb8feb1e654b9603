"""The demo: a small newspaper of an invented town, with the real gateway in front of it."""

from pennypress.demo.launch import run

__all__ = ["run"]
