"""What absent entries stand for: types know it, and what an operation refuses when it runs it refuses before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from jazz.values import Layout, Table, Tensor, dense
from jazz_server.engine.catalogue import CATALOGUE
from jazz_server.engine.errors import OpError
from jazz_server.kinds.match import type_of
from jazz_server.kinds.types import TableType, TensorType
from unit.engine.samples import Steps, infer, run, settings_of, sparse

MATRIX = np.eye(4) + np.eye(4, k=1)
PLAIN = sparse(MATRIX, MATRIX != 0, Layout.CSR)
FILLED = replace(PLAIN, fill=np.float64(np.inf).tobytes())
PLACES = dense(np.arange(4))
TRUE = dense(np.ones(4, np.bool_))

REFUSAL = "expected a sparse tensor whose absent entries are zero, found absent entries that are inf"

SETTINGS: dict[str, dict[str, Any]] = {
    "cast": {"dtype": "float32"},
    "clip": {"min": 0},
    "eigsh": {"k": 1},
    "expand_dims": {"axis": 0},
    "keep_topk": {"k": 1},
    "knn": {"k": 1},
    "prune": {"k": 1},
    "quantile": {"q": 0.5},
    "random_walks": {"length": 1},
    "reshape": {"shape": (16,)},
    "split": {"sections": 2},
    "svds": {"k": 1},
    "tile": {"repetitions": (1, 1)},
    "topk": {"k": 1},
}

ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "bfs": (FILLED, 0),
    "bin": (FILLED, dense(np.array([1.0, 2.0]))),
    "fill_na": (FILLED, 1.0),
    "filter": (FILLED, TRUE),
    "random_walks": (FILLED, PLACES),
    "scale_columns": (FILLED, PLACES),
    "scale_rows": (FILLED, PLACES),
    "spsolve": (FILLED, dense(np.ones(4))),
    "cg": (FILLED, dense(np.ones(4))),
    "sssp": (FILLED, 0),
    "take": (FILLED, PLACES),
    "where": (dense(MATRIX > 0), FILLED, FILLED),
}

KEEPING = {
    "concat", "drop_na", "expand_dims", "fill_na", "filter", "flip", "reshape", "slice", "split", "stack", "take",
    "tile", "transpose",
}  # fmt: skip
"""Operations whose results have it, too."""

OTHER = {"count_na", "is_na", "size", "to_dense"}
"""Operations that take it, and whose results have nothing absent or zero in its place."""

HOLDING = {"frame"}
"""Operations whose result is a table that has it."""

NO_NUMBERS = {
    "aggregate", "assign", "call", "cond", "count_tokens", "drop", "field", "hash_features", "iterate", "logical_and",
    "logical_not", "logical_or", "logical_xor", "merge", "one_hot", "outer", "sampled_matmul", "squeeze",
    "str_contains", "str_endswith", "str_len", "str_lower", "str_replace", "str_slice", "str_startswith", "str_strip",
    "str_upper", "time_floor", "time_part", "tokenize",
}  # fmt: skip
"""Operations that do not take such a matrix, whatever its absent entries are."""


def arguments(name: str) -> list[Any]:
    op = CATALOGUE[name]
    return list(ARGUMENTS.get(name, (FILLED, *[PLAIN] * (len(op.arguments) - 1 - op.optional_arguments))))


def types(name: str) -> list[Any]:
    return [type_of(x) if isinstance(x, Tensor) else x for x in arguments(name)]


def test_the_type_of_a_value_says_what_absent_entries_stand_for() -> None:
    assert str(type_of(FILLED)) == "float64[4, 4] csr fill inf"
    assert str(type_of(PLAIN)) == "float64[4, 4] csr"
    nan = replace(PLAIN, fill=np.float64(np.nan).tobytes())
    assert type_of(nan) == type_of(nan)


@pytest.mark.parametrize("name", sorted(set(CATALOGUE) - KEEPING - OTHER - HOLDING - NO_NUMBERS))
def test_what_computes_refuses_it_before_it_runs(name: str) -> None:
    assert any(
        mismatch.endswith(REFUSAL) for mismatch in infer(CATALOGUE[name], types(name), **SETTINGS.get(name, {}))[1]
    )
    with pytest.raises(OpError, match=REFUSAL):
        CATALOGUE[name].run(Steps(), arguments(name), settings_of(CATALOGUE[name], SETTINGS.get(name, {})))


@pytest.mark.parametrize("name", sorted(KEEPING | OTHER))
def test_what_moves_elements_takes_it(name: str) -> None:
    known, mismatches = infer(CATALOGUE[name], types(name), **SETTINGS.get(name, {}))
    assert not mismatches
    found = run(CATALOGUE[name], arguments(name), **SETTINGS.get(name, {}))
    for type_, value in zip(known, found, strict=True):
        assert isinstance(type_, TensorType)
        assert isinstance(value, Tensor)
        assert type_.fill == type_of(value).fill == (np.inf if name in KEEPING else 0)


def test_a_table_that_is_made_has_it() -> None:
    ((known,), mismatches) = infer(CATALOGUE["frame"], [type_of(FILLED)], names=("x",))
    assert not mismatches
    (table,) = run(CATALOGUE["frame"], [FILLED], names=("x",))
    assert isinstance(table, Table)
    assert isinstance(known, TableType)
    assert known.fields[0].type == type_of(table["x"]) == type_of(FILLED)


@pytest.mark.parametrize(("semiring", "nothing"), [("min_plus", np.inf), ("max_plus", -np.inf), ("max_times", 0)])
def test_products_take_what_is_nothing_in_their_semiring(semiring: str, nothing: float) -> None:
    matrix = replace(PLAIN, fill=np.float64(nothing).tobytes())
    (known,), mismatches = infer(CATALOGUE["matmul"], [type_of(matrix), type_of(PLAIN)], semiring=semiring)
    assert not mismatches
    assert known == type_of(run(CATALOGUE["matmul"], [matrix, PLAIN], semiring=semiring)[0])
    assert isinstance(known, TensorType)
    assert known.fill == nothing


def test_products_refuse_what_is_nothing_in_another_semiring() -> None:
    (_, mismatches) = infer(CATALOGUE["matmul"], [type_of(FILLED), type_of(PLAIN)], semiring="max_plus")
    assert mismatches == [f"a: {REFUSAL}"]


def test_what_may_be_dense_is_not_refused() -> None:
    type_ = replace(type_of(FILLED), layouts=(Layout.DENSE, Layout.CSR))
    assert infer(CATALOGUE["sum"], [type_])[1] == []
