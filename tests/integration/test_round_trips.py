"""What goes in comes out: values through the codec, objects through values, both through a server, kinds through texts.

A few hundred cases each, with JAZZ_SOAK set 10 000. The seed is printed; JAZZ_SEED sets it.
"""

import os
import random
from collections.abc import Callable
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

import jazz
from client_database import db
from integration.objects import alike, objects
from jazz._kind import kind_from_message
from jazz.codec import BytesReader, check_body, check_header, decode, encode
from jazz.convert import from_value, to_value
from jazz.kinds import kind_text, parse_kind
from jazz.v1 import kinds_pb2
from jazz.values import Value
from unit.codec.value_strategies import same, values
from unit.kinds.kind_strategies import kinds
from wire import Stubs

__all__ = ["db"]

T = TypeVar("T")

SOAK = bool(os.environ.get("JAZZ_SOAK"))
SEED = int(os.environ.get("JAZZ_SEED") or random.randrange(2**32))
CASES = 10_000 if SOAK else 300
SENT = CASES // 10

pytestmark = pytest.mark.timeout(7200 if SOAK else 300)


def every(name: str, cases: st.SearchStrategy[T], count: int, check: Callable[[T], None]) -> None:
    """Checks so many cases, and says how many there were."""
    checked = 0

    @seed(SEED)
    @settings(max_examples=count, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(cases)
    def test(case: T) -> None:
        nonlocal checked
        check(case)
        checked += 1

    try:
        test()
    finally:
        print(f"\n{name}: {checked} cases without a difference, JAZZ_SEED={SEED}")
    assert checked >= count


def through_bytes(value: Value) -> Value:
    encoded = encode(value)
    body = encoded.body()
    check_header(encoded.header, len(body))
    check_body(encoded.header, BytesReader(body))
    return decode(encoded.header, body)


def test_values_come_out_of_the_codec_as_they_went_in():
    def check(value: Value) -> None:
        assert same(through_bytes(value), value)

    every("values, encoded and decoded", values(), CASES, check)


def test_objects_come_out_of_values_as_they_went_in():
    every(
        "objects, to values, encoded, decoded, and back",
        objects,
        CASES,
        lambda obj: alike(from_value(through_bytes(to_value(obj))), obj),
    )


def test_kinds_come_out_of_texts_and_of_objects_as_they_went_in():
    def check(kind: kinds_pb2.Kind) -> None:
        assert parse_kind(kind_text(kind)) == kind
        made = kind_from_message(kind)
        assert made.message == kind
        assert jazz.kind(made.text) == made

    every("kinds, to text and to objects, and back", kinds(), CASES, check)


def test_values_come_out_of_a_server_as_they_went_in(stubs: Stubs):
    def check(value: Value) -> None:
        stubs.put("lab/value", value)
        assert same(stubs.get("lab/value"), value)

    every("values, put and got", values(), SENT, check)


def test_objects_come_out_of_a_server_as_they_went_in(db: jazz.Database):
    def check(obj: object) -> None:
        db.put("lab/object", obj)
        alike(db.get("lab/object"), obj)

    every("objects, put and got", objects, SENT, check)
