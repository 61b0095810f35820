"""Where a server listens: addresses read, ports and sockets taken, and clear words when they cannot be."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import stat
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from jazz_server.settings import CannotStart

_SOCKET_PATH_BYTES = 107


@dataclass(frozen=True, slots=True)
class Address:
    """A host and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_address(text: str) -> Address:
    """Read `HOST:PORT`; an IPv6 host stands in brackets.

    Raises:
        CannotStart: It is not of that form, or the port is not one.

    >>> str(parse_address("[::1]:50051"))
    '[::1]:50051'
    """
    host, colon, port = text.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    if bracketed:
        host = host[1:-1]
    if not colon or not host or (":" in host and not bracketed):
        raise CannotStart(f"cannot listen on {text!r}: expected HOST:PORT, such as 127.0.0.1:50051 or [::1]:50051")
    if not (port.isascii() and port.isdigit() and int(port) <= 65535):
        raise CannotStart(f"cannot listen on {text!r}: expected a port from 0 to 65535, found {port!r}")
    return Address(host, int(port))


def check_address(address: Address) -> bool:
    """Whether the address is of this machine alone.

    Raises:
        CannotStart: The host is unknown or not of this machine, or the port is taken or not allowed.
    """
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except socket.gaierror as error:
        raise CannotStart(f"cannot listen on {address}: {error.strerror}") from error
    for family, kind, protocol, _, name in found:
        _try_to_bind(address, family, kind, protocol, name)
    return all(ip_address(str(name[0]).partition("%")[0]).is_loopback for *_, name in found)


def _try_to_bind(address: Address, family: int, kind: int, protocol: int, name: object) -> None:
    try:
        trial = socket.socket(family, kind, protocol)
    except OSError:
        return
    with trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            trial.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        try:
            trial.bind(name)  # type: ignore[arg-type]
            trial.listen(1)
        except OSError as error:
            reason = "another process listens there" if error.errno == errno.EADDRINUSE else error.strerror
            raise CannotStart(f"cannot listen on {address}: {reason}") from error


def take_socket(path: Path) -> str:
    """Gives gRPC's name for a Unix socket, after a socket that nobody listens on any more was removed.

    Raises:
        CannotStart: The path is too long, something else is there, a process listens there, or its folder is missing.
    """
    absolute = path.absolute()
    if len(os.fsencode(absolute)) > _SOCKET_PATH_BYTES:
        raise CannotStart(f"cannot listen on {path}: the path of a socket has at most {_SOCKET_PATH_BYTES} bytes")
    if not absolute.parent.is_dir():
        raise CannotStart(f"cannot listen on {path}: there is no folder {absolute.parent}")
    if os.path.lexists(absolute):
        _remove_stale(absolute)
    return f"unix:{absolute}"


def release_socket(path: Path) -> None:
    """Remove the socket at the end."""
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


def _remove_stale(path: Path) -> None:
    if not stat.S_ISSOCK(path.lstat().st_mode):
        raise CannotStart(f"cannot listen on {path}: something that is no socket is there")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as trial:
        trial.settimeout(1.0)
        try:
            trial.connect(str(path))
        except (ConnectionRefusedError, FileNotFoundError):
            path.unlink(missing_ok=True)
        except OSError as error:
            raise CannotStart(f"cannot listen on {path}: {error.strerror or error}") from error
        else:
            raise CannotStart(f"cannot listen on {path}: another process listens there")
