"""Which version of the server this is."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def server_version() -> str:
    """The version of the installed distribution; "0+source" where it runs from a source tree."""
    try:
        return version("jazz-server")
    except PackageNotFoundError:
        return "0+source"
