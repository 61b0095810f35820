"""Kinds proposed for data at hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from hypothesis import given

import jazz
from jazz.codec import encode
from jazz.kinds import proposed
from jazz.values import Value
from jazz_server.kinds.check import check_kind
from jazz_server.kinds.elements import match_value
from jazz_server.pipelines.messages import kind_from_message
from unit.codec.value_strategies import values


@given(values())
def test_a_value_is_of_the_kind_proposed_for_it(value: Value) -> None:
    kind = kind_from_message(proposed(encode(value).header))
    assert check_kind(kind) == []
    assert match_value(kind, value).mismatches == ()


def text(value: object) -> str:
    return jazz.kind_of(value).text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.zeros((5, 7, 3), np.uint8), "uint8[*, *, 3]"),
        (np.float32(1), "float32[]"),
        (sp.random_array((5, 7), density=0.5, format="csr", rng=1), "float64[*, *] csr"),
        (["a", None], "string[*]?"),
        (None, "null"),
    ],
)
def test_a_tensor_keeps_its_type_and_small_lengths(value: object, expected: str) -> None:
    assert text(value) == expected


def test_fields_that_begin_alike_share_symbols() -> None:
    value = {
        "image": np.zeros((5, 7, 3)),
        "mask": np.zeros((5, 7), bool),
        "label": np.zeros(9, int),
        "other": np.zeros((7, 5), int),
        "one": np.zeros(1),
        "two": np.zeros(1),
    }
    assert text(value).splitlines()[1:-2] == [
        "  image: float64[rows, columns, 3]",
        "  mask: bool[rows, columns]",
        "  label: int64[*]",
        "  other: int64[*, *]",
        "  one: float64[*]",
        "  two: float64[*]",
    ]


def test_several_groups_have_symbols_of_their_own() -> None:
    value = {name: np.zeros(length, int) for name, length in (("a", 5), ("b", 6), ("c", 5), ("d", 6))}
    assert [line.split("[")[1] for line in text(value).splitlines()[1:-2]] == ["rows]", "rows_2]", "rows]", "rows_2]"]


def test_axes_name_symbols() -> None:
    frame = pd.DataFrame({"n": np.array([1, 2], np.int8)}, index=pd.Index(["a", "b"], name="my gene"))
    assert text(frame) == "{\n  n: int8[my_gene]\n  ...\n}"
