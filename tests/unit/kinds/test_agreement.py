"""Kinds whose parts cannot hold together."""

from __future__ import annotations

import pytest

from jazz.kinds import parse_kind
from jazz_server.kinds.check import check_kind
from jazz_server.pipelines.messages.types import kind_from_message

AGREE = "expected parts of the kind that can hold together, found"


def wrong(text: str, **stored: str) -> list[str]:
    """What is wrong with a kind, where these are stored as s/a, s/b, ..."""
    kinds = {f"s/{name}": kind_from_message(parse_kind(told)) for name, told in stored.items()}
    return [str(mismatch) for mismatch in check_kind(kind_from_message(parse_kind(text)), kinds.__getitem__)]


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ("float64[3]", "string[3]", "float64 and string"),
        ("int32|int64[3]", "float32|float64[3]", "int32 or int64 and float32 or float64"),
        ("timestamp[ms][]", "timestamp[ns][]", "timestamp[ms] and timestamp[ns]"),
        ("any[3]", "any[4]", "3 elements and 4 elements"),
        ("any[n, 3]", "any[4, 2]", "3 columns and 2 columns"),
        ("any[3]", "any[3, 3]", "rank 1 [3] and rank 2 [3, 3]"),
        ("any[n, m] csr strict", "any[n, m] csc|coo strict", "layout csr and layout csc or coo"),
        ("any[] in m", "any[] in km", "m and km"),
        ("any[] in m", "any[] in s", "m and s"),
        ("any[] in m", "string[]", "elements in m and string"),
        ("float64[] from 2", "float64[] to 1", "elements of at least 2 and of at most 1"),
        ("any[] from 300", "uint8[]", "elements of at least 300 and uint8"),
        ("float64[]", "null", "a tensor and null"),
        ("float64[]", "{}", "a table and a tensor"),
        ("null", "{}", "a table and null"),
        ("{b: float64[]}", "{b: null}", ""),
    ],
)
def test_a_field_cannot_be_two_things_at_once(one: str, other: str, found: str) -> None:
    reasons = [f"x: {AGREE} {found}"] if found else [f"x.b: {AGREE} a tensor and null"]

    assert wrong(f"extends s/a {{x: {other}}}", a=f"{{x: {one}}}") == reasons
    assert wrong("extends s/a, s/b {}", a=f"{{x: {one}}}", b=f"{{x?: {other}}}") == reasons
    assert wrong("extends s/a {x: s/b}", a=f"{{x: {one}}}", b=other) == reasons


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("float64[3]", "any[n]"),
        ("float64|int8[]", "int8|bool[]"),
        ("float64[]?", "float64[]"),
        ("any[n, m] csr", "any[n, m] csc strict"),
        ("any[] in m", "any[] in metre"),
        ("any[] in m", "float64[]"),
        ("any[] from 1", "any[] to 1"),
        ("any[] from 300", "uint8|uint16[]"),
        ("any[] from 300", "string[]"),
        ("any", "null"),
        ("{b: any}", "{c: null} "),
        ("any[n, n]", "any[*, 3]"),
    ],
)
def test_what_says_the_same_or_more_holds_together(one: str, other: str) -> None:
    assert wrong(f"extends s/a {{x: {other}}}", a=f"{{x: {one}}}") == []


def test_lengths_hold_together_by_their_symbols() -> None:
    base = "{x: any[n], y: any[n]}"

    assert wrong("extends s/a {x: any[3], y: any[3]}", a=base) == []
    assert wrong("extends s/a {x: any[3], y: any[4]}", a=base) == [f"y: {AGREE} 3 elements and 4 elements"]


def test_kinds_that_are_referred_to_have_symbols_of_their_own() -> None:
    assert wrong("extends s/b {x: {p: any[3]}, y: {p: any[4]}}", a="{p: any[n]}", b="{x: s/a, y: s/a}") == []


def test_a_field_that_may_be_absent_holds_together() -> None:
    assert wrong("extends s/a {x?: null}", a="{x?: float64[]}") == []


def test_what_is_extended_along_two_ways_is_asked_once() -> None:
    kinds = {"a": "{x: any[n]}", "b": "extends s/a {}", "c": "extends s/a {x: any[3]}"}

    assert wrong("extends s/b, s/c {}", **kinds) == []
    assert wrong("extends s/b, s/c {x: any[4]}", **kinds) == [f"x: {AGREE} 3 elements and 4 elements"]


@pytest.mark.parametrize(
    "text", ["uint8[] from 300", "int8|uint8[] from 256", "uint8[] to -1", "bool[] from 2", "int64[] from 0.2 to 0.8"]
)
def test_a_range_has_elements_of_the_type(text: str) -> None:
    (reason,) = wrong(text)
    assert reason.startswith("expected element types that have elements ")


@pytest.mark.parametrize(
    "text",
    ["uint8[] from -1 to 300", "uint8|int16[] from 300", "float16[] from 1e300", "bool[] from 1", "int64[] to 1e300"],
)
def test_a_range_may_say_more_than_the_type_has(text: str) -> None:
    assert wrong(text) == []
