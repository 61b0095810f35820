"""The command line: `jazz put | get | ls | info | rm | cp | run | ops`."""

from __future__ import annotations

from jazz._cli.app import app, main

__all__ = ["app", "main"]
