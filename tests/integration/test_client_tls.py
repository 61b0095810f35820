"""TLS and mutual TLS, through the client."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

import jazz
from running_server import ENVIRONMENT, RunningServer


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def start(authority: trustme.CA, tmp_path: Path) -> Iterator[Callable[..., RunningServer]]:
    """Starts a server with a certificate for jazz.example."""
    started: list[RunningServer] = []
    issued = authority.issue_cert("jazz.example")
    issued.private_key_pem.write_to_path(tmp_path / "key.pem")
    for blob in issued.cert_chain_pems:
        blob.write_to_path(tmp_path / "cert.pem", append=True)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")

    def starting(*options: str) -> RunningServer:
        files = ("--tls-cert", str(tmp_path / "cert.pem"), "--tls-key", str(tmp_path / "key.pem"))
        server = RunningServer(tmp_path, *files, *options)
        started.append(server)
        server.start()
        return server

    yield starting
    for server in started:
        server.close()


def test_a_server_is_trusted_by_its_authority(start: Callable[..., RunningServer], tmp_path: Path) -> None:
    server = start()

    for ca in (tmp_path / "ca.pem", str(tmp_path / "ca.pem"), (tmp_path / "ca.pem").read_bytes()):
        tls = jazz.Tls(ca=ca, server_name="jazz.example")
        with jazz.connect(server.target, tls=tls, token="secret") as db:
            assert db.server.info().version


def test_another_server_is_not_trusted(start: Callable[..., RunningServer], tmp_path: Path) -> None:
    server = start()

    for tls in (jazz.Tls(ca=tmp_path / "ca.pem", server_name="other.example"), True, None):
        with jazz.connect(server.target, tls=tls) as db, pytest.raises(jazz.Unavailable, match="TLS"):
            db.server.info(timeout=0.5)


def test_a_client_shows_who_it_is(start: Callable[..., RunningServer], authority: trustme.CA, tmp_path: Path) -> None:
    server = start("--tls-client-ca", str(tmp_path / "ca.pem"))
    issued = authority.issue_cert("ada@jazz.invalid", common_name="ada")
    chain = b"".join(blob.bytes() for blob in issued.cert_chain_pems)
    ca, name = tmp_path / "ca.pem", "jazz.example"

    tls = jazz.Tls(ca=ca, cert=chain, key=issued.private_key_pem.bytes(), server_name=name)
    with jazz.connect(server.target, tls=tls) as db:
        assert "ada" in db.server.info().identity
    with jazz.connect(server.target, tls=jazz.Tls(ca=ca, server_name=name)) as db, pytest.raises(jazz.Unavailable):
        db.server.info(timeout=0.5)


@pytest.mark.parametrize("jazz_command", [[Path(sys.executable).with_name("jazz")], [sys.executable, "-m", "jazz"]])
def test_the_command_line_says_in_a_line_that_a_server_is_not_trusted(
    start: Callable[..., RunningServer], jazz_command: list[str]
) -> None:
    server = start()
    command = [*jazz_command, "--server", server.target, "--tls", "--timeout", "0.5", "ls"]

    ended = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, check=False)

    assert ended.returncode == 5
    assert ended.stderr.startswith("jazz: no Jazz server answers")
    assert ended.stderr.count("\n") == 1
