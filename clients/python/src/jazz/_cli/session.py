"""What all commands share: which server, how long, and in which form to print."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import typer

import jazz


@dataclass(frozen=True, slots=True)
class Session:
    """The options before the command.

    Attributes:
        server: The address of the server.
        token: Who is calling.
        tls: How to encrypt, or None.
        timeout: Seconds that a call may take; the client's own limits when None.
        json: Whether to print JSON.
    """

    server: str
    token: str | None = None
    tls: jazz.Tls | bool | None = None
    timeout: float | None = None
    json: bool = False

    @contextmanager
    def database(self) -> Iterator[jazz.Database]:
        """A connection for the time of a command.

        Raises:
            InvalidArgument: An option says no way to connect.
        """
        with _options_named():
            connection = jazz.connect(self.server, token=self.token, tls=self.tls, timeout=self.timeout)
        with connection as db:
            yield db


def session(context: typer.Context) -> Session:
    """The options before the command."""
    found = context.find_object(Session)
    assert found is not None, "the callback of the group makes it before any command runs"
    return found


def tls_settings(wanted: bool, ca: Path | None, cert: Path | None, key: Path | None) -> jazz.Tls | bool | None:
    """How to encrypt, from the options; None for not at all."""
    if ca is None and cert is None and key is None:
        return wanted or None
    with _options_named():
        return jazz.Tls(ca=ca, cert=cert, key=key)


@contextmanager
def _options_named() -> Iterator[None]:
    """Errors about arguments of `connect` name the options that gave them."""
    try:
        yield
    except jazz.InvalidArgument as error:
        wrong = [replace(violation, field=_option(violation.field)) for violation in error.violations]
        named = " and ".join(violation.field for violation in wrong)
        raise jazz.InvalidArgument(f"{named} is not valid", reason=error.reason, violations=wrong) from error


def _option(argument: str) -> str:
    """The option that gives an argument: "tls.ca" is of "--tls-ca"."""
    return f"--{'server' if argument == 'target' else argument.replace('.', '-')}"
