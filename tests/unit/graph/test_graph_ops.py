"""The functions of `jazz.ops`: their settings, their examples, and that they are the server's operations."""

# ruff: noqa: PLW0108 - functions that are traced

from __future__ import annotations

import doctest
import inspect
import math
import pkgutil
import re
import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import jazz
from jazz.graph import TracingError, ops
from jazz.graph.calendar import PARTS
from jazz.graph.grouping import GroupBy
from jazz.graph.suggestions import INSTEAD, OF_GROUPS, OF_TEXTS, OF_TIMES
from jazz.graph.texts import METHODS
from jazz_server.engine.catalogue import CATALOGUE
from jazz_server.engine.op import Op

MODULES = [
    "entries",
    "types",
    "pipeline",
    "sources",
    "suggestions",
    *(f"ops.{module.name}" for module in pkgutil.iter_modules(ops.__path__)),
]


@pytest.mark.parametrize("module", MODULES)
def test_examples(module: str) -> None:
    result = doctest.testmod(sys.modules[f"jazz.graph.{module}"], extraglobs={"jazz": jazz, "np": np})
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize("name", [name for name in ops.__all__ if name[0].islower()])
def test_every_operation_has_an_example(name: str) -> None:
    assert ">>>" in (inspect.getdoc(getattr(ops, name)) or "")


@pytest.mark.parametrize(
    "function",
    [
        lambda x: ops.topk(x, -1),
        lambda x: ops.topk(x, 2.0),  # type: ignore[arg-type]
        lambda x: ops.topk(x, True),
        lambda x: ops.topk(x, x),
        lambda x: ops.sum(x, axis=1.5),  # type: ignore[arg-type]
        lambda x: ops.sum(x, axis="rows"),  # type: ignore[arg-type]
        lambda x: ops.sum(x, keepdims=1),  # type: ignore[arg-type]
        lambda x: ops.sum(x, skipna=1),  # type: ignore[arg-type]
        lambda x: ops.drop_na(x, axis=None),  # type: ignore[arg-type]
        lambda x: ops.norm(x, ord=3),
        lambda x: ops.norm(x, ord=True),
        lambda x: ops.norm(x, ord="nuc"),  # type: ignore[arg-type]
        lambda x: ops.argmin(x, axis=(0, 1)),  # type: ignore[arg-type]
        lambda x: ops.cumsum(x, axis=(0, 1)),  # type: ignore[arg-type]
        lambda x: ops.softmax(x, axis=None),  # type: ignore[arg-type]
        lambda x: ops.var(x, correction="sample"),  # type: ignore[arg-type]
        lambda x: ops.quantile(x, 1.5),
        lambda x: ops.quantile(x, []),
        lambda x: ops.quantile(x, 0.5, method="weibull"),  # type: ignore[arg-type]
        lambda x: ops.round(x, 0.5),  # type: ignore[arg-type]
        lambda x: ops.gelu(x, "erf"),  # type: ignore[arg-type]
        lambda x: ops.clip(x, 2, 1),
        lambda x: ops.clip(x, math.nan, 1),
        lambda x: ops.clip(x, "a"),  # type: ignore[arg-type]
        lambda x: ops.cast(x, "float33"),
        lambda x: ops.cast(x, np.floating),
        lambda x: ops.cast(x, str),
        lambda x: ops.to_sparse(x, "bsr"),  # type: ignore[arg-type]
        lambda x: ops.to_sparse(x, threshold=-1),
        lambda x: ops.concat(x),
        lambda x: ops.stack([]),
        lambda x: ops.stack(x),
        lambda x: ops.reshape(x, 1.5),  # type: ignore[arg-type]
        lambda x: ops.reshape(x, (1, "n")),  # type: ignore[arg-type]
        lambda x: ops.tile(x, True),
        lambda x: ops.expand_dims(x, (0, 1)),  # type: ignore[arg-type]
        lambda x: ops.slice(x, 0.5),  # type: ignore[arg-type]
        lambda x: ops.slice(x, step=0),
        lambda x: ops.split(x)[0],
        lambda x: ops.split(x, sections=2, indices=1)[0],
        lambda x: ops.split(x, sections=0)[0],
        lambda x: ops.split(x, sections=5000)[0],
        lambda x: ops.sort(x, descending=1),  # type: ignore[arg-type]
        lambda x: ops.argsort(x, axis=None),  # type: ignore[arg-type]
        lambda x: ops.prune(x, threshold=-1),
        lambda x: ops.prune(x, threshold=math.nan),
        lambda x: ops.prune(x, k=-1),
        lambda x: ops.keep_topk(x, 1.5),  # type: ignore[arg-type]
        lambda x: ops.normalize(x, "l3"),  # type: ignore[arg-type]
        lambda x: ops.standardize(x, with_mean=1),  # type: ignore[arg-type]
        lambda x: ops.one_hot(x, -1),
        lambda x: ops.bin(x, [1], right=None),  # type: ignore[arg-type]
        lambda x: ops.hash_features(x, 0),
        lambda x: ops.hash_features(x, alternate_sign=1),  # type: ignore[arg-type]
        lambda x: ops.tokenize(x, min_length=0),
        lambda x: ops.tfidf(x, norm=None),  # type: ignore[arg-type]
        lambda x: ops.concat([]),
        lambda x: ops.field(x, ""),
        lambda x: ops.frame({}),
        lambda x: ops.frame([x]),  # type: ignore[arg-type]
        lambda x: ops.frame({"": x}),
        lambda x: ops.frame({3: x}),  # type: ignore[dict-item]
        lambda x: ops.frame({"a": None}),
        lambda x: ops.assign(x, {}),
        lambda x: x.assign(),
        lambda x: x.assign(a=lambda t: None),
        lambda x: ops.drop(x, []),
        lambda x: ops.drop(x, ["a", "a"]),
        lambda x: x.drop(columns=3),
        lambda x: ops.sort_by(x, ["a", 3]),  # type: ignore[list-item]
        lambda x: ops.iterate(lambda s: s, x, max_iter=-1),
        lambda x: ops.iterate(lambda s: s, x, max_iter=1.5),  # type: ignore[call-overload]
        lambda x: ops.iterate(lambda s: s, x, max_iter=1, tol=-1),
        lambda x: ops.iterate(lambda s: s, x, max_iter=1, tol=math.nan),
        lambda x: ops.iterate(lambda: x, x, max_iter=1),
        lambda x: ops.iterate(lambda a, b: a, x, max_iter=1),
        lambda x: ops.iterate(lambda a: (a, a), x, max_iter=1),
        lambda x: ops.iterate(lambda a, b: a, x, x, max_iter=1),
        lambda x: ops.iterate(lambda a: None, x, max_iter=1),
        lambda x: ops.iterate(3, x, max_iter=1),  # type: ignore[call-overload]
    ],
)
def test_settings_are_checked(function: Any) -> None:
    with pytest.raises(TracingError) as caught:
        jazz.pipeline(function)
    assert caught.value.violations


def setting(function: Any, name: str) -> Any:
    from jazz.graph.canonical import literal

    (step,) = jazz.pipeline(function).message.graph.steps
    return next((literal(item.literal) for item in step.parameters if item.name == name), None)


def test_numbers_keep_the_type_that_they_are_written_in() -> None:
    assert isinstance(setting(lambda x: ops.clip(x, 0, 1.0), "min"), int)
    assert isinstance(setting(lambda x: ops.clip(x, 0, 1.0), "max"), float)
    assert isinstance(setting(lambda x: ops.clip(x, np.int8(3)), "min"), int)


def test_orders_of_a_norm_have_one_spelling() -> None:
    assert setting(lambda x: ops.norm(x, ord=1.0), "ord") == 1
    assert isinstance(setting(lambda x: ops.norm(x, ord=1.0), "ord"), int)
    assert setting(lambda x: ops.norm(x, ord=math.inf), "ord") == math.inf
    assert setting(lambda x: ops.norm(x, ord=2), "ord") is None
    assert setting(lambda x: ops.norm(x, ord="fro"), "ord") is None


@pytest.mark.parametrize("dtype", ["int64", np.int64, int, np.dtype("<i8"), np.dtype(">i8")])
def test_types_have_one_spelling(dtype: Any) -> None:
    assert setting(lambda x: ops.cast(x, dtype), "dtype") == "int64"


def test_one_axis_in_a_tuple_is_one_axis() -> None:
    assert jazz.pipeline(lambda x: ops.sum(x, (1,))) == jazz.pipeline(lambda x: ops.sum(x, 1))


def test_loops_with_one_state_and_with_several() -> None:
    def f(x, y):
        one, turns = ops.iterate(lambda a: a + 1, x, max_iter=2)
        (p, q), _ = ops.iterate(lambda a, b: (b, a), x, y, max_iter=3)
        return one, turns, p, q

    steps = jazz.pipeline(f).message.graph.steps
    assert [step.op for step in steps] == ["iterate", "iterate"]


def test_a_body_may_take_any_number_of_states() -> None:
    jazz.pipeline(lambda x: ops.iterate(lambda *states: states, x, x, x, max_iter=1).iterations)


def test_a_body_may_return_what_is_around_it() -> None:
    (graph,) = jazz.pipeline(lambda x, y: ops.iterate(lambda s: y, x, max_iter=1)).message.graphs
    assert [output.source.input for output in graph.outputs] == [1]


OWN = {
    "aggregate": ["table", "by", "skipna", "dropna", "correction", "results"],
    "assign": ["table", "fields"],
    "call": ["pipeline", "values", "named"],
    "cond": ["predicate", "then", "otherwise"],
    "frame": ["fields"],
    "iterate": ["body", "state", "states", "max_iter", "tol"],
    "merge": [
        "left", "right", "how", "on", "left_on", "right_on", "sort", "suffixes", "coalesce", "validate",
    ],
}  # fmt: skip
"""What functions take whose fields have names, and those that are traced into sub-graphs, or hold one."""


@pytest.mark.parametrize("op", CATALOGUE.values(), ids=lambda op: op.name)
def test_every_operation_of_the_server_has_a_function_of_its_arguments_and_settings(op: Op) -> None:
    parameters = dict(inspect.signature(getattr(ops, op.name)).parameters)
    if op.name in OWN:
        assert list(parameters) == OWN[op.name]
        return
    arguments = [name.lstrip("*") for name in op.arguments]
    assert list(parameters)[: len(arguments)] == arguments
    written = {name: item.default for name, item in parameters.items() if name not in arguments}
    assert written == {p.name: inspect.Parameter.empty if p.required else p.default for p in op.parameters}


def test_every_function_is_an_operation_of_the_server() -> None:
    assert {name for name in ops.__all__ if name[0].islower()} == set(CATALOGUE) | {"apply", "sort_by"}


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("tpok", "jazz.ops.topk"),
        ("concatenate", "jazz.ops.concat"),
        ("median", "jazz.ops.quantile"),
        ("nnz", "jazz.ops.count_nonzero"),
        ("fft", "what jazz.ops has"),
    ],
)
def test_an_operation_that_is_not_there_names_what_is(name: str, instead: str) -> None:
    with pytest.raises(AttributeError, match=f"jazz.ops has no {name}; use .*{instead}"):
        getattr(ops, name)
    with pytest.raises(AttributeError, match=instead):
        jazz.pipeline(lambda x: getattr(x, name)())
    assert not hasattr(ops, "__wrapped__")


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("drop_duplicates", 't[jazz.ops.sort(jazz.ops.unique(t["key"]).indices)]'),
        ("pivot_table", 't.groupby(["a", "b"])'),
        ("transform", "t.assign("),
        ("map", "t.merge("),
        ("resample", '.dt.floor("D")'),
        ("rank", "jazz.ops.argsort(jazz.ops.argsort(x))"),
        ("month", 'x.dt.month of times, or t["month"], the field'),
    ],
)
def test_a_method_of_pandas_names_what_says_the_same(name: str, instead: str) -> None:
    with pytest.raises(AttributeError, match=f"has no {name}; use .*{re.escape(instead)}"):
        jazz.pipeline(lambda t: getattr(t, name))


@pytest.mark.parametrize(
    ("dtype", "instead"),
    [
        (str, 'x + ""'),
        ("category", "before the column is put"),
        ("datetime64[D]", 'x.dt.floor("D")'),
        (np.dtype("M8[ns]"), "before the column is put"),
    ],
)
def test_a_cast_to_what_are_no_numbers_names_what_comes_next_to_it(dtype: Any, instead: str) -> None:
    with pytest.raises(TracingError, match=re.escape(instead)):
        jazz.pipeline(lambda x: x.astype(dtype))


@pytest.mark.parametrize("name", ["shift", "rolling", "explode", "melt"])
def test_a_name_that_is_hardly_alike_is_not_taken_for_a_mistyped_one(name: str) -> None:
    with pytest.raises(AttributeError) as caught:
        jazz.pipeline(lambda t: getattr(t, name))
    assert "jazz.ops." not in str(caught.value).split("what jazz.ops has")[0]


def test_what_is_suggested_is_there() -> None:
    for instead in [*INSTEAD.values(), *OF_GROUPS.values(), *OF_TIMES.values(), *OF_TEXTS.values()]:
        assert all(hasattr(ops, name) for name in re.findall(r"jazz\.ops\.(\w+)", instead)), instead
        assert all(hasattr(GroupBy, name) for name in re.findall(r"\bg\.(\w+)", instead)), instead
        assert all(hasattr(jazz.Node, name) for name in re.findall(r"\b[tx]\.(\w+)", instead)), instead
        assert set(re.findall(r"\.dt\.(\w+)", instead)) <= {*PARTS, "floor"}, instead
        assert set(re.findall(r"\.str\.(\w+)", instead)) <= set(METHODS), instead


def test_a_field_that_is_written_as_an_attribute_is_shown_as_a_field() -> None:
    with pytest.raises(AttributeError, match=r'has no amount; use t\["amount"\], the field of that name'):
        jazz.pipeline(lambda t: t.amount, inputs={"t": "{amount: float64[n]}"})
    with pytest.raises(AttributeError, match=r'has no amount; use t\["amount"\] for a field of a table, or what'):
        jazz.pipeline(lambda t: t.amount)


def test_public_names_are_the_functions() -> None:
    public = {name for name, known in vars(ops).items() if not (name.startswith("_") or isinstance(known, ModuleType))}
    assert public - {"annotations"} == set(ops.__all__)
    assert ops.__all__ == sorted(ops.__all__)
