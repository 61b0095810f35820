"""From what a server says to an exception."""

from collections.abc import Iterator

import grpc
import pytest
from google.protobuf.any_pb2 import Any as Packed
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo

import jazz
from jazz.errors import REASONS
from jazz.v1 import errors_pb2
from unit.client.fake import Fake, refuse

METHOD = "Spaces/CreateSpace"


def refusing(fake: Fake, code: grpc.StatusCode, text: str, *details: object) -> None:
    def behaviour(_: Iterator[bytes], context: grpc.ServicerContext) -> Iterator[bytes]:
        refuse(context, code, text, *details)  # type: ignore[arg-type]
        return iter(())

    fake.on(METHOD, behaviour)


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_becomes_its_exception(fake: Fake, db: jazz.Database, reason: str) -> None:
    error = errors_pb2.Error(reason=reason, message="so it is")
    refusing(fake, REASONS[reason].code, "so it is", ErrorInfo(domain="jazz", reason=reason), error)

    with pytest.raises(REASONS[reason].exception) as caught:
        db.spaces.create("lab")

    assert type(caught.value) is REASONS[reason].exception
    assert caught.value.reason == reason
    assert caught.value.message == "so it is"


def test_metadata_and_violations_arrive(fake: Fake, db: jazz.Database) -> None:
    error = errors_pb2.Error(reason="INVALID_NAME", message="no")
    error.details.add(key="block", value="lab/x")
    error.violations.add(field="name", expected="a name", found="'..'")
    refusing(fake, grpc.StatusCode.INVALID_ARGUMENT, "no", error)

    with pytest.raises(jazz.InvalidArgument) as caught:
        db.spaces.create("lab")

    assert caught.value.metadata == {"block": "lab/x"}
    assert caught.value.violations == (jazz.Violation("name", "a name", "'..'"),)


def test_the_standard_details_alone_are_enough(fake: Fake, db: jazz.Database) -> None:
    info = ErrorInfo(domain="jazz", reason="QUOTA_EXCEEDED", metadata={"space": "lab"})
    wrong = BadRequest(field_violations=[BadRequest.FieldViolation(field="quota", description="too small")])
    refusing(fake, grpc.StatusCode.RESOURCE_EXHAUSTED, "full", info, wrong)

    with pytest.raises(jazz.ResourceExhausted) as caught:
        db.spaces.create("lab")

    assert caught.value.reason == "QUOTA_EXCEEDED"
    assert caught.value.metadata == {"space": "lab"}
    assert caught.value.violations[0].found == "too small"


def test_a_reason_from_a_newer_server_becomes_the_exception_of_its_code(fake: Fake, db: jazz.Database) -> None:
    info = ErrorInfo(domain="jazz", reason="MOON_NOT_FOUND")
    refusing(fake, grpc.StatusCode.NOT_FOUND, "no moon", info)

    with pytest.raises(jazz.NotFound) as caught:
        db.spaces.create("lab")

    assert caught.value.reason == "MOON_NOT_FOUND"


@pytest.mark.parametrize("code", [code for code in grpc.StatusCode if code is not grpc.StatusCode.OK])
def test_every_plain_code_becomes_a_jazz_error(fake: Fake, db: jazz.Database, code: grpc.StatusCode) -> None:
    refusing(fake, code, "because")

    with pytest.raises(jazz.JazzError) as caught:
        db.spaces.create("lab")

    assert "because" in str(caught.value) or code is grpc.StatusCode.DEADLINE_EXCEEDED


def test_details_that_cannot_be_read_are_left_aside(fake: Fake, db: jazz.Database) -> None:
    def behaviour(_: Iterator[bytes], context: grpc.ServicerContext) -> Iterator[bytes]:
        context.set_trailing_metadata((("grpc-status-details-bin", b"\xff\xff\xff"),))
        context.abort(grpc.StatusCode.NOT_FOUND, "gone")

    fake.on(METHOD, behaviour)

    with pytest.raises(jazz.NotFound, match="gone"):
        db.spaces.create("lab")


@pytest.mark.parametrize("detail", [errors_pb2.Error, ErrorInfo, BadRequest])
def test_a_detail_that_cannot_be_read_is_left_aside(fake: Fake, db: jazz.Database, detail: type) -> None:
    packed = Packed(type_url=f"type.googleapis.com/{detail.DESCRIPTOR.full_name}", value=b"\xff")  # type: ignore[attr-defined]
    refusing(fake, grpc.StatusCode.NOT_FOUND, "gone", packed)

    with pytest.raises(jazz.NotFound, match="gone"):
        db.spaces.create("lab")


def test_grpc_does_not_show_in_the_traceback(fake: Fake, db: jazz.Database) -> None:
    refusing(fake, grpc.StatusCode.NOT_FOUND, "gone")

    with pytest.raises(jazz.NotFound) as caught:
        db.spaces.create("lab")

    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_server_that_is_not_there_is_named() -> None:
    with jazz.connect("127.0.0.1:1") as db, pytest.raises(jazz.Unavailable) as caught:
        db.info("lab/x")

    assert "127.0.0.1:1" in str(caught.value)
    assert "jazz-server serve" in str(caught.value)


def test_a_server_that_is_not_jazz_is_named(db: jazz.Database, fake: Fake) -> None:
    with pytest.raises(jazz.Unimplemented) as caught:
        db.info("lab/x")

    assert fake.target in str(caught.value)
