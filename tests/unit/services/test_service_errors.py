"""Errors of the domain as statuses, and what of them leaves the server."""

import logging

import grpc
import pytest
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo

from jazz.errors import REASONS, JazzError, Violation, error_for
from jazz.v1 import errors_pb2
from jazz_server.engine.errors import Interrupted, MemoryLimit, OpError
from jazz_server.pipelines.errors import IllTyped
from jazz_server.services.errors import cut, known, status, status_code, within
from jazz_server.store import errors as store_errors


def details(error):
    found = {}
    for detail in status(error).details:
        for message in (ErrorInfo(), BadRequest(), errors_pb2.Error()):
            if detail.Unpack(message):
                found[type(message)] = message
    return found


def store_error(kind):
    """An error of the store, with made-up arguments."""
    if issubclass(kind, store_errors.InvalidInput):
        return kind("field", "this", "that")
    arguments = {
        store_errors.StoreError: ("message",),
        store_errors.VersionNotFound: ("lab/x", 3),
        store_errors.BlockExists: ("lab/x", 3),
        store_errors.VersionConflict: ("lab/x", 3, 4),
        store_errors.QuotaExceeded: ("lab", 3, 4),
        store_errors.StoreLocked: ("folder", 1),
        store_errors.DocumentNotFound: ("kind", "lab/x"),
        store_errors.DocumentExists: ("pipeline", "lab/x", 3),
        store_errors.ReadOnly: (),
        store_errors.KindRequired: ("kinds/k", "space lab"),
        store_errors.StoreUnavailable: (),
        store_errors.Closed: (),
    }
    return kind(*arguments.get(kind, ("lab/x",)))


def kinds_of(base):
    yield base
    for kind in base.__subclasses__():
        yield from kinds_of(kind)


AT_START = {store_errors.StoreError, store_errors.StoreLocked, store_errors.StoreFormat}


@pytest.mark.parametrize("kind", sorted(set(kinds_of(store_errors.StoreError)) - AT_START, key=lambda k: k.__name__))
def test_every_error_of_the_store_has_a_reason_of_the_table(kind):
    assert known(store_error(kind)).reason in REASONS


def test_a_document_that_is_not_there_is_called_by_its_noun():
    assert known(store_errors.DocumentNotFound("kind", "lab/x")).reason == "KIND_NOT_FOUND"
    assert known(store_errors.DocumentExists("pipeline", "lab/x", 3)).reason == "PIPELINE_EXISTS"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OpError("axis", "0 or 1", "7"), grpc.StatusCode.INVALID_ARGUMENT),
        (IllTyped([Violation("a", "b", "c")]), grpc.StatusCode.INVALID_ARGUMENT),
        (MemoryLimit("too large"), grpc.StatusCode.RESOURCE_EXHAUSTED),
        (MemoryError(), grpc.StatusCode.RESOURCE_EXHAUSTED),
        (Interrupted(), grpc.StatusCode.DEADLINE_EXCEEDED),
        (error_for("UNAVAILABLE", "stopping"), grpc.StatusCode.UNAVAILABLE),
    ],
)
def test_errors_of_the_domain_have_their_status(error, code):
    assert status_code(known(error)) == code


def test_an_error_nobody_foresaw_leaves_only_its_number(caplog):
    try:
        raise ZeroDivisionError("the secret of /home/ada")
    except ZeroDivisionError as error:
        with caplog.at_level(logging.ERROR):
            told = known(error)

    assert told.reason == "INTERNAL"
    assert "secret" not in str(status(told))
    assert told.metadata["incident"] in told.message
    assert told.metadata["incident"] in caplog.text
    assert "the secret of /home/ada" in caplog.text
    assert "Traceback" in caplog.text


def test_a_status_says_the_same_in_three_ways():
    error = error_for(
        "INVALID_NAME", "bad", metadata={"b": "2", "a": "1"}, violations=[Violation("name", "this", "that")]
    )

    found = details(error)

    assert (found[ErrorInfo].domain, found[ErrorInfo].reason) == ("jazz", "INVALID_NAME")
    assert dict(found[ErrorInfo].metadata) == {"a": "1", "b": "2"}
    [violation] = found[BadRequest].field_violations
    assert (violation.field, violation.description) == ("name", "expected this, found that")
    [own] = found[errors_pb2.Error].violations
    assert (own.field, own.expected, own.found) == ("name", "this", "that")
    assert [each.key for each in found[errors_pb2.Error].details] == ["a", "b"]


@pytest.mark.parametrize("count", [0, 1, 10, 1000])
@pytest.mark.parametrize("length", [1, 100, 100_000])
def test_a_status_fits_into_a_trailer(count, length):
    violations = [Violation("f" * length, "ü" * length, "數" * length) for _ in range(count)]
    error = error_for("INVALID_VALUE", "ü" * length, metadata={"block": "x" * length}, violations=violations)

    result = status(error)

    assert result.ByteSize() <= 5000
    shown = len(details(error).get(BadRequest, BadRequest()).field_violations)
    omitted = int(details(error)[ErrorInfo].metadata.get("violations_omitted", 0))
    assert shown + omitted == count


def test_text_is_cut_between_characters():
    assert cut("數" * 10, 10) == "數數…"
    assert cut("short", 10) == "short"


def test_an_error_inside_something_larger_says_where():
    inner = error_for("INVALID_NAME", "bad", violations=[Violation("name", "this", "that")])

    outer = within("operations[3]", inner)

    assert [violation.field for violation in outer.violations] == ["operations[3].name"]
    assert (outer.reason, isinstance(outer, JazzError)) == ("INVALID_NAME", True)
