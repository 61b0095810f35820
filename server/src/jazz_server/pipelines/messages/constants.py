"""Constants of pipelines to and from their messages."""

from __future__ import annotations

from jazz.codec import BytesReader, InvalidValue, check_body, check_header, decode, encode
from jazz.v1 import value_pb2
from jazz.values import Value
from jazz_server.pipelines.violations import Violations


def constant_from_message(message: value_pb2.InlineValue, field: str, violations: Violations) -> Value | None:
    """The value of a constant; None, with everything that is wrong with it noted, when it is not a valid one."""
    try:
        check_header(message.header, len(message.body))
        check_body(message.header, BytesReader(message.body))
    except InvalidValue as error:
        for violation in error.violations:
            violations.add(f"{field}.{violation.field}", violation.expected, violation.found)
        if not error.violations:
            violations.add(field, "a value", error.message)
        return None
    return decode(message.header, message.body)


def constant_to_message(value: Value) -> value_pb2.InlineValue:
    """The message of a constant."""
    encoded = encode(value)
    return value_pb2.InlineValue(header=encoded.header, body=encoded.body())
