"""Where the server is and how it is spoken to: addresses, tokens, channel options."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from typing import Final

import grpc

from jazz._names import invalid, text
from jazz._tls import Tls

DEFAULT_TARGET: Final = "localhost:50051"
"""Where a server listens that was not told otherwise."""

_DEFAULT_PORT: Final = 50051
_EXPECTED: Final = "'host:port', '[ipv6]:port' or 'unix:/path'"
_HOST: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252}[A-Za-z0-9_.])?")

# A server that is restarted is found again before the repetitions of a call end, not after gRPC's usual seconds. Pings
# at more than five minutes' distance are allowed by every gRPC server, and find a peer that vanished silently.
_OPTIONS: Final[tuple[tuple[str, int | str], ...]] = (
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 500),
    ("grpc.keepalive_time_ms", 330_000),
    ("grpc.keepalive_timeout_ms", 20_000),
)


@dataclass(frozen=True, slots=True)
class Target:
    """A checked address with all that a channel to it needs.

    Attributes:
        shown: The address as the user gave it.
        address: The address as gRPC wants it.
        credentials: For TLS; None for plain text.
        options: Options of the channel.
        metadata: What every call carries.
    """

    shown: str
    address: str
    credentials: grpc.ChannelCredentials | None
    options: tuple[tuple[str, int | str], ...]
    metadata: tuple[tuple[str, str], ...] = field(repr=False)


def resolve(target: object, *, token: object, tls: object) -> Target:
    """Check the arguments of `connect`.

    Raises:
        InvalidArgument: One of them is not what it should be, or a token would travel in plain text over a network.
    """
    shown = text("target", target, _EXPECTED)
    address, local, loopback = _address(shown)
    options = _OPTIONS
    if loopback:
        options = (*options, ("grpc.enable_http_proxy", 0))
    settings = _tls(tls)
    if settings is not None and settings.server_name is not None:
        options = (*options, ("grpc.ssl_target_name_override", text("tls.server_name", settings.server_name)))
    metadata: tuple[tuple[str, str], ...] = ()
    if token is not None:
        bearer = text("token", token)
        if not bearer or not bearer.isascii() or not bearer.isprintable() or " " in bearer:
            raise invalid("token", "a bearer token of printable ASCII without spaces", described="something else")
        if settings is None and not (local or loopback):
            raise invalid(
                "token", "TLS, a Unix socket or a loopback address to send it over", described=f"plain text to {shown}"
            )
        metadata = (("authorization", f"Bearer {bearer}"),)
    return Target(shown, address, settings.credentials() if settings else None, options, metadata)


def _tls(tls: object) -> Tls | None:
    if tls is None or tls is False:
        return None
    if tls is True:
        return Tls()
    if isinstance(tls, Tls):
        return tls
    raise invalid("tls", "None, True or jazz.Tls(...)", tls)


def _address(target: str) -> tuple[str, bool, bool]:
    """The address for gRPC, whether it is a Unix socket, whether it is this machine's loopback."""
    if target.startswith("unix:"):
        path = target.removeprefix("unix:").removeprefix("//")
        if not path or "\0" in path:
            raise invalid("target", _EXPECTED, target)
        return f"unix:{path}", True, False
    if target.startswith("["):
        host, closed, port = target[1:].partition("]")
        if not closed or (port and not port.startswith(":")):
            raise invalid("target", _EXPECTED, target)
        number = _port(target, port[1:]) if port else _DEFAULT_PORT
        try:
            ip = ipaddress.IPv6Address(host)
        except ValueError:
            raise invalid("target", _EXPECTED, target) from None
        return f"ipv6:[{host}]:{number}", False, ip.is_loopback
    host, colon, port = target.partition(":")
    if not _HOST.fullmatch(host):
        raise invalid("target", _EXPECTED, target)
    number = _port(target, port) if colon else _DEFAULT_PORT
    return f"dns:///{host}:{number}", False, _is_loopback(host)


def _port(target: str, port: str) -> int:
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise invalid("target", f"{_EXPECTED} with a port from 1 to 65535", target)
    return int(port)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
