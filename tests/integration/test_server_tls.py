"""TLS and mutual TLS."""

import grpc
import numpy as np
import pytest
import trustme

from jazz.v1 import server_pb2
from running_server import RunningServer, refused_start
from wire import Stubs, commit, failure, stage


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def files(authority, tmp_path):
    """The PEM files of a server, and of the authority."""
    issued = authority.issue_cert("localhost", "127.0.0.1")
    issued.private_key_pem.write_to_path(tmp_path / "key.pem")
    for blob in issued.cert_chain_pems:
        blob.write_to_path(tmp_path / "cert.pem", append=True)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    return {name: tmp_path / f"{name}.pem" for name in ("key", "cert", "ca")}


@pytest.fixture
def started(tmp_path):
    running = []

    def start(*options):
        server = RunningServer(tmp_path, *map(str, options))
        running.append(server)
        server.start()
        return server

    yield start
    for server in running:
        server.close()


def options(files, **changed):
    chosen = {"cert": files["cert"], "key": files["key"]} | changed
    return [part for name, path in chosen.items() for part in (f"--tls-{name.replace('_', '-')}", path)]


def client(authority, common_name):
    issued = authority.issue_cert(f"{common_name}@jazz.invalid", common_name=common_name)
    chain = b"".join(blob.bytes() for blob in issued.cert_chain_pems)
    return grpc.ssl_channel_credentials(authority.cert_pem.bytes(), issued.private_key_pem.bytes(), chain)


def test_tls_serves_clients_that_know_the_authority(started, files, authority):
    server = started(*options(files))

    with grpc.secure_channel(server.target, grpc.ssl_channel_credentials(authority.cert_pem.bytes())) as channel:
        stubs = Stubs(channel)
        stubs.put("lab/x", np.arange(300_000))

        np.testing.assert_array_equal(stubs.array("lab/x"), np.arange(300_000))
        assert stubs.server.GetServerInfo(server_pb2.GetServerInfoRequest()).identity == "anonymous"


def test_tls_refuses_clients_that_speak_plain(started, files):
    server = started(*options(files))

    with grpc.insecure_channel(server.target) as channel:
        call = Stubs(channel).server.GetServerInfo
        assert failure(call, server_pb2.GetServerInfoRequest()).code == grpc.StatusCode.UNAVAILABLE


def test_with_mutual_tls_the_common_name_is_the_identity(started, files, authority):
    server = started(*options(files, client_ca=files["ca"]))

    with grpc.secure_channel(server.target, client(authority, "ada")) as channel:
        answer = Stubs(channel).server.GetServerInfo(server_pb2.GetServerInfoRequest())

    assert answer.identity == "ada"


def test_mutual_tls_refuses_clients_without_a_certificate(started, files, authority):
    server = started(*options(files, client_ca=files["ca"]))

    credentials = grpc.ssl_channel_credentials(authority.cert_pem.bytes())
    with grpc.secure_channel(server.target, credentials) as channel:
        call = Stubs(channel).server.GetServerInfo
        assert failure(call, server_pb2.GetServerInfoRequest()).code == grpc.StatusCode.UNAVAILABLE


def test_an_upload_of_somebody_else_cannot_be_committed(started, files, authority):
    from jazz.v1 import blocks_pb2

    server = started(*options(files, client_ca=files["ca"]))
    with grpc.secure_channel(server.target, client(authority, "ada")) as channel:
        upload = stage(Stubs(channel), np.arange(3))
    request = commit({"put": blocks_pb2.PutOperation(name="lab/x", upload=upload)})

    with grpc.secure_channel(server.target, client(authority, "bob")) as channel:
        assert failure(Stubs(channel).blocks.Commit, request).reason == "UPLOAD_NOT_FOUND"
    with grpc.secure_channel(server.target, client(authority, "ada")) as channel:
        Stubs(channel).blocks.Commit(request)


def start_with(tmp_path, *tls):
    return refused_start("--data", tmp_path / "data", "--listen", "127.0.0.1:0", *tls)


def test_a_missing_file_is_named(tmp_path, files):
    message = start_with(tmp_path, *options(files, key=tmp_path / "none.pem"))

    assert (
        message == f"jazz-server: cannot read the TLS private key {tmp_path / 'none.pem'}: No such file or directory\n"
    )


def test_a_certificate_that_is_none_is_named(tmp_path, files):
    files["cert"].write_text("nonsense")

    assert f"the TLS certificate {files['cert']} is not a certificate" in start_with(tmp_path, *options(files))


def test_a_key_that_is_none_is_named(tmp_path, files):
    files["key"].write_text("nonsense")

    assert f"the TLS private key {files['key']} is not a private key" in start_with(tmp_path, *options(files))


def test_a_key_of_another_certificate_is_named(tmp_path, files, authority):
    authority.issue_cert("localhost").private_key_pem.write_to_path(files["key"])

    assert "is not that of the certificate" in start_with(tmp_path, *options(files))


def test_a_key_of_another_algorithm_is_not_that_of_the_certificate(tmp_path, files, authority):
    other = authority.issue_cert("localhost", key_type=trustme.KeyType.RSA)
    other.private_key_pem.write_to_path(files["key"])

    assert "is not that of the certificate" in start_with(tmp_path, *options(files))


def test_an_authority_that_is_none_is_named(tmp_path, files):
    files["ca"].write_text("nonsense")

    message = start_with(tmp_path, *options(files, client_ca=files["ca"]))

    assert f"the TLS authority of clients {files['ca']} is not a certificate" in message


def test_a_certificate_without_its_key_is_refused(tmp_path, files):
    message = start_with(tmp_path, "--tls-cert", files["cert"])

    assert message == "jazz-server: TLS needs both --tls-cert and --tls-key\n"
