"""The credentials of a server that speaks TLS, checked so that a mistake is named before anything listens."""

from __future__ import annotations

import ssl
from pathlib import Path

import grpc

from jazz_server.settings import CannotStart, TlsFiles

_OTHER_PAIR = ("KEY_VALUES_MISMATCH", "KEY_TYPE_MISMATCH", "NO_CERTIFICATE_ASSIGNED")
"""How OpenSSL says that a key is not that of a certificate; the last one: it is of another algorithm."""


def server_credentials(files: TlsFiles) -> grpc.ServerCredentials:
    """The credentials in the files.

    Raises:
        CannotStart: A file cannot be read, is not PEM, or the key is not that of the certificate; says which.
    """
    certificate = _read(files.certificate, "certificate")
    key = _read(files.key, "private key")
    authority = _read(files.client_ca, "authority of clients") if files.client_ca is not None else None
    _check_pair(files)
    if files.client_ca is not None:
        _check_authority(files.client_ca)
    return grpc.ssl_server_credentials(
        [(key, certificate)],
        root_certificates=authority,
        require_client_auth=authority is not None,
    )


def _read(path: Path, what: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CannotStart(f"cannot read the TLS {what} {path}: {error.strerror}") from error


def _check_pair(files: TlsFiles) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_verify_locations(files.certificate)
    except ssl.SSLError as error:
        raise CannotStart(f"the TLS certificate {files.certificate} is not a certificate in PEM form") from error
    try:
        context.load_cert_chain(files.certificate, files.key, password=_no_password)
    except _EncryptedKey as error:
        raise CannotStart(f"the TLS private key {files.key} has a passphrase; it must have none") from error
    except ssl.SSLError as error:
        if error.reason in _OTHER_PAIR:
            message = f"the TLS private key {files.key} is not that of the certificate {files.certificate}"
        else:
            message = f"the TLS private key {files.key} is not a private key in PEM form"
        raise CannotStart(message) from error


def _check_authority(path: Path) -> None:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_verify_locations(path)
    except ssl.SSLError as error:
        raise CannotStart(f"the TLS authority of clients {path} is not a certificate in PEM form") from error


class _EncryptedKey(Exception):
    """The key asks for a passphrase."""


def _no_password() -> str:
    raise _EncryptedKey
