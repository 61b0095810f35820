"""Which version of the server this is."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version


@cache
def server_version() -> str:
    """The version of the installed distribution; "0+source" where it runs from a source tree."""
    try:
        return version("jazz-server")
    except PackageNotFoundError:
        return "0+source"
