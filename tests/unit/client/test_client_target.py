"""Addresses, TLS and tokens, before anything is sent."""

from collections.abc import Callable
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

import jazz
from jazz._target import resolve


@pytest.mark.parametrize(
    ("target", "address"),
    [
        ("localhost:50051", "dns:///localhost:50051"),
        ("localhost", "dns:///localhost:50051"),
        ("10.0.0.7:1", "dns:///10.0.0.7:1"),
        ("jazz.example.org:65535", "dns:///jazz.example.org:65535"),
        ("[::1]:50052", "ipv6:[::1]:50052"),
        ("[::1]", "ipv6:[::1]:50051"),
        ("unix:/run/jazz.sock", "unix:/run/jazz.sock"),
        ("unix:///run/jazz.sock", "unix:/run/jazz.sock"),
        ("unix:jazz.sock", "unix:jazz.sock"),
    ],
)
def test_targets_are_understood(target: str, address: str) -> None:
    assert resolve(target, token=None, tls=None).address == address


@pytest.mark.parametrize(
    "target",
    ["", ":50051", "host:", "host:0", "host:65536", "host:x", "host:1:2", "::1", "[::1", "[::1]x", "[host]:1",
     "http://host:1", "unix:", "unix:/a\0b", "ho st:1", "höst:1", None, 50051, b"localhost:1", "\udc80:1"],
)  # fmt: skip
def test_other_targets_are_refused(target: object) -> None:
    with pytest.raises(jazz.InvalidArgument) as caught:
        jazz.connect(target)  # type: ignore[arg-type]

    assert caught.value.violations[0].field == "target"


@pytest.mark.parametrize("target", ["localhost:1", "127.0.0.1:1", "127.8.0.1:1", "[::1]:1", "unix:/x"])
def test_a_token_travels_in_plain_text_on_this_machine(target: str) -> None:
    assert resolve(target, token="secret", tls=None).metadata == (("authorization", "Bearer secret"),)


@pytest.mark.parametrize("target", ["jazz.example.org:1", "10.0.0.7:1", "[2001:db8::1]:1", "localhost.example.org:1"])
def test_a_token_travels_over_a_network_with_tls_only(target: str) -> None:
    assert resolve(target, token="secret", tls=True).metadata

    with pytest.raises(jazz.InvalidArgument, match="plain text") as caught:
        jazz.connect(target, token="secret")
    assert caught.value.violations[0].field == "token"


@pytest.mark.parametrize("token", ["", "a b", "a\nb", "ä", 7, b"secret"])
def test_other_tokens_are_refused_and_not_shown(token: object) -> None:
    with pytest.raises(jazz.InvalidArgument) as caught:
        jazz.connect("localhost:1", token=token)  # type: ignore[arg-type]

    assert caught.value.violations[0].field == "token"


def test_a_token_is_not_shown() -> None:
    database = jazz.connect("localhost:1", token="secret")

    assert "secret" not in repr(database)
    assert "secret" not in repr(resolve("localhost:1", token="secret", tls=None))


def test_a_certificate_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(jazz.InvalidArgument, match="No such file") as caught:
        jazz.connect("localhost:1", tls=jazz.Tls(ca=tmp_path / "ca.pem"))

    assert caught.value.violations[0].field == "tls.ca"


@pytest.fixture(scope="module")
def pems() -> dict[str, bytes]:
    """A certificate and its key, those of another, and texts that are neither."""
    authority = trustme.CA()
    own, other = authority.issue_cert("ada@jazz.invalid"), authority.issue_cert("bob@jazz.invalid")
    rsa = authority.issue_cert("eve@jazz.invalid", key_type=trustme.KeyType.RSA)
    cert = own.cert_chain_pems[0].bytes()
    private = load_pem_private_key(own.private_key_pem.bytes(), None)
    locked = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))
    return {
        "cert": cert,
        "key": own.private_key_pem.bytes(),
        "another's key": other.private_key_pem.bytes(),
        "a key of another algorithm": rsa.private_key_pem.bytes(),
        "empty": b"",
        "text": b"no certificate",
        "cut": cert[: len(cert) // 2],
        "locked": locked,
    }


def given(pems: dict[str, bytes], chosen: dict[str, str], folder: Path | None) -> jazz.Tls:
    """Settings with these texts, as bytes or as files of a folder."""
    texts = {name: pems[which] for name, which in chosen.items()}
    if folder is None:
        return jazz.Tls(**texts)  # type: ignore[arg-type]
    for name, text in texts.items():
        (folder / name).write_bytes(text)
    return jazz.Tls(**{name: folder / name for name in texts})  # type: ignore[arg-type]


@pytest.mark.parametrize("as_files", [True, False])
@pytest.mark.parametrize(
    ("chosen", "wrong", "found"),
    [
        ({"ca": "empty"}, "tls.ca", "nothing"),
        ({"ca": "text"}, "tls.ca", "no PEM text"),
        ({"ca": "cut"}, "tls.ca", "CERTIFICATE that cannot be decoded"),
        ({"ca": "key"}, "tls.ca", "PRIVATE KEY"),
        ({"cert": "key", "key": "key"}, "tls.cert", "PRIVATE KEY"),
        ({"cert": "text", "key": "key"}, "tls.cert", "no PEM text"),
        ({"cert": "cert", "key": "empty"}, "tls.key", "nothing"),
        ({"cert": "cert", "key": "cert"}, "tls.key", "CERTIFICATE"),
        ({"cert": "cert", "key": "locked"}, "tls.key", "one with a passphrase"),
        ({"cert": "cert", "key": "another's key"}, "tls.key", "that of another certificate"),
        ({"cert": "cert", "key": "a key of another algorithm"}, "tls.key", "that of another certificate"),
    ],
)
@pytest.mark.parametrize("connect", [jazz.connect, jazz.aio.connect])
def test_what_is_no_certificate_or_not_its_key_is_told_before_any_call(
    connect: Callable[..., object],
    pems: dict[str, bytes],
    chosen: dict[str, str],
    wrong: str,
    found: str,
    as_files: bool,
    tmp_path: Path,
) -> None:
    tls = given(pems, chosen, tmp_path if as_files else None)

    with pytest.raises(jazz.InvalidArgument) as caught:
        connect("localhost:1", tls=tls)

    (violation,) = caught.value.violations
    assert violation.field == wrong
    assert found in violation.found


@pytest.mark.parametrize("as_files", [True, False])
def test_a_certificate_with_its_key_is_taken(pems: dict[str, bytes], as_files: bool, tmp_path: Path) -> None:
    tls = given(pems, {"ca": "cert", "cert": "cert", "key": "key"}, tmp_path if as_files else None)

    jazz.connect("localhost:1", tls=tls).close()


def test_comments_between_certificates_are_in_any_script(pems: dict[str, bytes]) -> None:
    several = "# Főtanúsítvány\n".encode() + pems["cert"] + b"# \xff\n" + pems["cert"]

    jazz.connect("localhost:1", tls=jazz.Tls(ca=several)).close()


def test_a_folder_is_no_certificate(tmp_path: Path) -> None:
    with pytest.raises(jazz.InvalidArgument, match="Is a directory"):
        jazz.connect("localhost:1", tls=jazz.Tls(ca=tmp_path))


def test_a_certificate_needs_its_key() -> None:
    with pytest.raises(jazz.InvalidArgument, match="cert alone"):
        jazz.Tls(cert=b"...")
    with pytest.raises(jazz.InvalidArgument, match="key alone"):
        jazz.Tls(key=b"...")


@pytest.mark.parametrize("tls", ["yes", 1, b"pem"])
def test_other_tls_settings_are_refused(tls: object) -> None:
    with pytest.raises(jazz.InvalidArgument) as caught:
        jazz.connect("localhost:1", tls=tls)  # type: ignore[arg-type]

    assert caught.value.violations[0].field == "tls"


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), "1", True])
def test_timeouts_that_are_no_time_are_refused(timeout: object) -> None:
    with pytest.raises(jazz.InvalidArgument) as caught:
        jazz.connect("localhost:1", timeout=timeout)  # type: ignore[arg-type]

    assert caught.value.violations[0].field == "timeout"
