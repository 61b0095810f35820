"""Addresses, TLS and tokens, before anything is sent."""

from pathlib import Path

import pytest

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
