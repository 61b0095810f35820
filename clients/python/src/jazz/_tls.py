"""How connections are encrypted: certificates and keys, checked before anything is sent."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NoReturn

import grpc

from jazz._names import invalid

_CERTIFICATES: Final = "certificates in PEM form (-----BEGIN CERTIFICATE-----)"
_KEY: Final = "a private key in PEM form (-----BEGIN PRIVATE KEY-----)"
_OTHER_PAIR: Final = ("KEY_VALUES_MISMATCH", "KEY_TYPE_MISMATCH", "NO_CERTIFICATE_ASSIGNED")
"""How OpenSSL says that a key is not that of a certificate; the last one: it is of another algorithm."""


@dataclass(frozen=True, slots=True)
class Tls:
    """How to encrypt, whom to trust, and who to be.

    Attributes:
        ca: The certificates to trust, a file or the PEM text as bytes; the system's when None.
        cert: The client's own certificate chain, likewise; for servers that ask for one.
        key: The private key of `cert`, likewise, without a passphrase.
        server_name: The name that the server's certificate is for, when it is not the host of the target.

    >>> jazz.Tls(ca=b"-----BEGIN CERTIFICATE-----...", server_name="jazz.example")
    Tls(ca=..., server_name='jazz.example')
    """

    ca: str | Path | bytes | None = None
    cert: str | Path | bytes | None = None
    key: str | Path | bytes | None = field(default=None, repr=False)
    server_name: str | None = None

    def __post_init__(self) -> None:
        if (self.cert is None) != (self.key is None):
            raise invalid(
                "tls", "both cert and key, or neither", described="cert alone" if self.key is None else "key alone"
            )

    def __repr__(self) -> str:
        parts = [f"{name}=..." for name in ("ca", "cert", "key") if getattr(self, name) is not None]
        if self.server_name is not None:
            parts.append(f"server_name={self.server_name!r}")
        return f"Tls({', '.join(parts)})"

    def credentials(self) -> grpc.ChannelCredentials:
        """What gRPC wants of it, which itself would take anything and then reach no server.

        Raises:
            InvalidArgument: A file cannot be read, is not PEM, or the key is not that of the certificate; says which.
        """
        ca, cert, key = (_pem(name, getattr(self, name)) for name in ("ca", "cert", "key"))
        for name, text in (("ca", ca), ("cert", cert)):
            if text is not None:
                _check_certificates(f"tls.{name}", getattr(self, name), text)
        if cert is not None and key is not None:
            _check_key(self, cert, key)
        return grpc.ssl_channel_credentials(root_certificates=ca, private_key=key, certificate_chain=cert)


def _pem(name: str, source: str | Path | bytes | None) -> bytes | None:
    if source is None or isinstance(source, bytes):
        return source
    if not isinstance(source, str | Path):
        raise invalid(f"tls.{name}", "the path of a PEM file, or its bytes", source)
    try:
        return Path(source).read_bytes()
    except OSError as error:
        raise invalid(
            f"tls.{name}", "a PEM file that can be read", described=f"{str(source)!r}: {error.strerror}"
        ) from error


def _check_certificates(field: str, source: object, text: bytes) -> None:
    import ssl  # which takes long to load, and OpenSSL that fits it: only where there is a certificate

    # what is not ASCII may stand in comments between the certificates, where ssl wants ASCII, too
    ascii_text = text.decode("latin-1").encode("ascii", "replace").decode()
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=ascii_text)
    except (ssl.SSLError, ValueError) as error:
        raise invalid(field, _CERTIFICATES, described=_told(source, text, "CERTIFICATE")) from error


def _check_key(tls: Tls, cert: bytes, key: bytes) -> None:
    if b"PRIVATE KEY-----" not in key:
        raise invalid("tls.key", _KEY, described=_told(tls.key, key, "PRIVATE KEY"))
    if sys.platform != "linux" and bytes in (type(tls.cert), type(tls.key)):
        return  # ssl reads keys from files alone, and what is given as bytes is written to no disk
    import ssl

    with _file(tls.cert, cert) as cert_file, _file(tls.key, key) as key_file:
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(cert_file, key_file, password=_no_password)
        except _EncryptedKey as error:
            raise invalid("tls.key", "a private key without a passphrase", described="one with a passphrase") from error
        except ssl.SSLError as error:
            if error.reason in _OTHER_PAIR:
                described = "that of another certificate"
                raise invalid("tls.key", "the private key of the certificate", described=described) from error
            raise invalid("tls.key", _KEY, described=_told(tls.key, key, "PRIVATE KEY")) from error


@contextmanager
def _file(source: str | Path | bytes | None, text: bytes) -> Iterator[str]:
    """The file, or one in memory with the text."""
    if isinstance(source, str | Path):
        yield str(source)
        return
    with os.fdopen(os.memfd_create("pem"), "wb") as file:
        file.write(text)
        file.flush()
        yield f"/proc/self/fd/{file.fileno()}"


def _told(source: object, text: bytes, wanted: str) -> str:
    """What was found in the place of what is wanted: the first thing in the file, and the file. No key is shown."""
    if not text:
        what = "nothing"
    elif b"-----BEGIN " in text:
        label = text.split(b"-----BEGIN ", 1)[1].split(b"-----", 1)[0].decode("ascii", "replace")[:40]
        what = f"{label} that cannot be decoded" if label.endswith(wanted) else label
    else:
        what = "no PEM text"
    return what if isinstance(source, bytes) else f"{what} in {str(source)!r}"


class _EncryptedKey(Exception):
    """The key asks for a passphrase."""


def _no_password() -> NoReturn:
    raise _EncryptedKey
