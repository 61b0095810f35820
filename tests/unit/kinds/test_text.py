"""The text of kinds: read, written, and what is said of one that cannot be read."""

from __future__ import annotations

import pytest
from hypothesis import given

import jazz
from jazz._kind import kind_from_message
from jazz.kinds import kind_text, parse_kind
from jazz.v1 import kinds_pb2
from jazz_server.pipelines.messages import kind_from_message as server_kind
from jazz_server.pipelines.messages import kind_to_message
from unit.kinds.kind_strategies import kinds


@given(kinds())
def test_a_text_is_read_as_what_was_written(kind: kinds_pb2.Kind) -> None:
    text = kind_text(kind)
    assert parse_kind(text) == kind
    assert kind_text(parse_kind(text)) == text


@given(kinds())
def test_a_kind_is_the_same_as_text_message_and_objects(kind: kinds_pb2.Kind) -> None:
    made = kind_from_message(kind)
    assert made.message == kind
    assert jazz.kind(made.text) == made
    assert str(made) == kind_text(kind)


@given(kinds())
def test_the_server_reads_what_the_client_writes(kind: kinds_pb2.Kind) -> None:
    assert kind_to_message(server_kind(kind)) == kind


WRITTEN = """# A photograph
#
#   with its mask.
extends lab/record, "lab/two words@3" {
  image: uint8[h, w, 3]  # the picture
  mask?: bool[h, w]
  weight: float64[*] in kg from 0 to 1000
  counts: int32|int64[h, words]? csr|csc strict
  taken: timestamp[ms, Europe/Vienna][]
  grade: ordered factor[h]
  "two words": any[...] in "meter per second"
  closed: any
  meta: {  # about it
    author: string[]
    thing: lab/thing@3
    nothing: null
    rest: {closed}
    closed
  }
  ...
}"""


def test_a_kind_is_written_as_people_write_it() -> None:
    assert kind_text(parse_kind(WRITTEN)) == WRITTEN


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("{a:any,b:any}", "{\n  a: any\n  b: any\n  ...\n}"),
        ("{\n# above\na: any # behind\n}", "{\n  a: any  # above behind\n  ...\n}"),
        ("{ # in it\na: any}", "# in it\n{\n  a: any\n  ...\n}"),
        ("{a: { # of a\n b: any\n} # too\n}", "{\n  a: {  # of a too\n    b: any\n    ...\n  }\n  ...\n}"),
        ("float32[\n  n,\n  3,\n]", "float32[n, 3]"),
        ("float64|float32 [n]".replace(" [", "["), "float32|float64[n]"),
        ("int8[n] to 5 in m csr from 1 ? strict".replace("csr", "coo"), "int8[n]? coo strict in m from 1 to 5"),
        ("any[] # a scalar\r\n", "# a scalar\nany[]"),
        ("float32[...] from -inf to inf", "float32[...] from -inf to inf"),
        ('{"a": any, "caf\\u00e9": any}', "{\n  a: any\n  café: any\n  ...\n}"),
    ],
)
def test_there_are_several_ways_to_write_and_one_to_print(text: str, same: str) -> None:
    assert kind_text(parse_kind(text)) == same


@pytest.mark.parametrize(
    ("text", "where", "expected", "found"),
    [
        ("", (1, 1), "a type", "the end of the text"),
        ("{\n  a: flaot32[n]\n}", (2, 6), "a type", "`flaot32` (did you mean float32?)"),
        ("FLOAT32[n]", (1, 1), "a type", "`FLOAT32` (did you mean float32"),
        ("float32", (1, 8), "dimensions such as []", "the end of the text"),
        ("float32[n", (1, 10), "a comma or `]`", "the end of the text"),
        ("float32[2a]", (1, 9), "a length, or a symbol", "`2a`"),
        ("float32[n, ...]", (1, 12), "`...` alone", "`...`"),
        ("float32[9223372036854775808]", (1, 9), "at most 2**63 - 1", "`9223372036854775808`"),
        ("float32[n] in\n", (1, 14), "a unit", "the end of the line"),
        ("float32[n] csr coo", (1, 16), "layouts once", "`coo`"),
        ("float32[n] csr|csr", (1, 16), "each once", "`csr`"),
        ("float32|float32[n]", (1, 9), "each element type once", "`float32`"),
        ("int64[n] from 9007199254740993", (1, 15), "holds exactly", "`9007199254740993`"),
        ("int64[n] from 1e999", (1, 15), "a float64 can hold", "`1e999`"),
        ("int64[n] from nan", (1, 15), "a number", "`nan`"),
        ("timestamp[n]", (1, 11), "a time unit", "`n`"),
        ("timestamp[ms, ][n]", (1, 15), "a time zone", "`]`"),
        ("ordered string[n]", (1, 9), "`factor`", "`string`"),
        ("extends photo any", (1, 9), "the name of a kind", "`photo`"),
        ("{a any}", (1, 4), "`:`", "`any`"),
        ("{a: any b: any}", (1, 9), "a comma, the end of the line", "`b`"),
        ("{a: any\n a: any}", (2, 2), "different names", "`a` again"),
        ("{..., a: any}", (1, 7), "nothing follows", "`a`"),
        ("{a: any\n # lost\n}", (3, 1), "above or behind a field", "a comment"),
        ('{"a: any}', (1, 2), "a closing quote", '`"a`'),
        ('{"\\ud800": any}', (1, 2), "JSON", '"\\ud800"'),
        ('{"\\x": any}', (1, 2), "JSON", '"\\x"'),
        ("{}}", (1, 3), "the end of the text", "`}`"),
        ("{a: " * 40, (1, 129), "at most 32 deep", "a deeper one"),
    ],
)
def test_a_text_that_cannot_be_read_says_where_and_why(
    text: str, where: tuple[int, int], expected: str, found: str
) -> None:
    with pytest.raises(jazz.InvalidArgument) as caught:
        parse_kind(text)
    (violation,) = caught.value.violations
    assert violation.field == f"kind, line {where[0]}, column {where[1]}"
    assert expected in violation.expected
    assert found in violation.found


def test_types_are_written_as_text_wherever_they_are_taken() -> None:
    image = jazz.kind({"image": "uint8[h, w, 3]  # the picture", "mask": jazz.Tensor[bool, "h", "w"]})
    assert image == jazz.kind("{\n  image: uint8[h, w, 3]  # the picture\n  mask: bool[h, w]\n}")


def test_what_is_no_type_in_a_field_is_named() -> None:
    with pytest.raises(jazz.InvalidArgument, match="the argument 'kind'") as caught:
        jazz.kind({"a": float})  # type: ignore[dict-item]
    assert not isinstance(caught.value, jazz.TracingError)


def test_the_docs_of_a_kind_lose_the_space_around_them() -> None:
    assert jazz.kind("any", doc="\n    One.\n      Two.\n    ").doc == "One.\n  Two."


@pytest.mark.parametrize("doc", ["a\0b", "a \nb", "\x1b[1m"])
def test_docs_that_no_line_can_hold_are_refused(doc: str) -> None:
    with pytest.raises(jazz.InvalidArgument):
        jazz.kind("any", doc=doc)
