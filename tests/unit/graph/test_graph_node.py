"""Values of a pipeline while it is traced: operators, neighbours from other libraries, and what they refuse."""

# ruff: noqa: PLW0108 - functions that are traced

from __future__ import annotations

import copy
import datetime as dt
import math
import operator
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from jazz import graph as jazz
from jazz.graph import Node, TracingError, ops


def traced(function: Callable[..., object]) -> list[str]:
    return [line.strip() for line in str(jazz.pipeline(function)).splitlines()[1:-1]]


@pytest.mark.parametrize(
    ("operate", "op"),
    [
        (operator.add, "add"),
        (operator.sub, "subtract"),
        (operator.mul, "multiply"),
        (operator.truediv, "divide"),
        (operator.matmul, "matmul"),
        (operator.floordiv, "floor_divide"),
        (operator.mod, "remainder"),
        (operator.pow, "pow"),
        (operator.and_, "logical_and"),
        (operator.or_, "logical_or"),
        (operator.xor, "logical_xor"),
        (operator.eq, "equal"),
        (operator.ne, "not_equal"),
        (operator.lt, "less"),
        (operator.le, "less_equal"),
        (operator.gt, "greater"),
        (operator.ge, "greater_equal"),
    ],
)
def test_operators(operate: Callable[[Any, Any], Any], op: str) -> None:
    assert traced(lambda a, b: operate(a, b)) == [f"%0 = {op}(a, b)"]


@pytest.mark.parametrize(
    ("function", "step"),
    [
        (lambda x: -x, "negative(x)"),
        (lambda x: abs(x), "abs(x)"),
        (lambda x: x.T, "transpose(x)"),
        (lambda x: x["a"], "field(x, name='a')"),
        (lambda x: x.sum(), "sum(x)"),
        (lambda x: x.mean(0), "mean(x, axis=0)"),
        (lambda x: x.max(axis=-1, keepdims=True), "max(x, axis=-1, keepdims=True)"),
        (lambda x: x.min((0, 1)), "min(x, axis=(0, 1))"),
        (lambda x: x.astype("float32"), "cast(x, dtype='float32')"),
        (lambda x: ~x, "logical_not(x)"),
        (lambda x: round(x), "round(x)"),
        (lambda x: round(x, 2), "round(x, decimals=2)"),
        (lambda x: math.floor(x), "floor(x)"),
        (lambda x: x.round(-1), "round(x, decimals=-1)"),
        (lambda x: x.prod(1), "prod(x, axis=1)"),
        (lambda x: x.var(axis=0, correction=1), "var(x, axis=0, correction=1)"),
        (lambda x: x.std(skipna=True), "std(x, skipna=True)"),
        (lambda x: x.any(), "any(x)"),
        (lambda x: x.all((0, 1)), "all(x, axis=(0, 1))"),
        (lambda x: x.argmax(0), "argmax(x, axis=0)"),
        (lambda x: x.argmin(), "argmin(x)"),
        (lambda x: x.cumsum(-1), "cumsum(x, axis=-1)"),
        (lambda x: 2**x, "pow(2, x)"),
        (lambda x: 7 // x, "floor_divide(7, x)"),
        (lambda x: x % 2, "remainder(x, 2)"),
        (lambda x: True | x, "logical_or(True, x)"),
        (lambda x: 2 - x, "subtract(2, x)"),
        (lambda x: 1 / x, "divide(1, x)"),
        (lambda x: x > 2, "greater(x, 2)"),
        (lambda x: x == "red", "equal(x, 'red')"),
        (lambda x: x * True, "multiply(x, True)"),
    ],
)
def test_other_notation(function: Any, step: str) -> None:
    assert traced(function) == [f"%0 = {step}"]


def test_plus_is_nothing() -> None:
    assert traced(lambda x: +x) == []


LEFT = {
    "ndarray": np.eye(2),
    "scalar of numpy": np.float64(2.5),
    "csr_array": sparse.csr_array(np.eye(2)),
    "csc_array": sparse.csc_array(np.eye(2)),
    "coo_array": sparse.coo_array(np.eye(2)),
    "csr_matrix": sparse.csr_matrix(np.eye(2)),
}


@pytest.mark.parametrize("left", LEFT.values(), ids=LEFT.keys())
@pytest.mark.parametrize(
    ("operate", "op"),
    [(operator.add, "add"), (operator.sub, "subtract"), (operator.truediv, "divide"), (operator.matmul, "matmul")],
)
def test_arrays_and_matrices_leave_the_operator_to_the_node(left: Any, operate: Any, op: str) -> None:
    message = jazz.pipeline(lambda x: operate(left, x)).message
    (step,) = message.graph.steps
    assert step.op == op
    assert [argument.WhichOneof("argument") for argument in step.arguments] == ["constant", "input"]


@pytest.mark.parametrize("left", LEFT.values(), ids=LEFT.keys())
def test_comparisons_from_the_left(left: Any) -> None:
    (step,) = jazz.pipeline(lambda x: left < x).message.graph.steps
    assert step.op in ("less", "greater")


def test_a_frame_leaves_the_operator_to_the_node() -> None:
    (step,) = jazz.pipeline(lambda x: pd.Series([1.0, 2.0]) + x).message.graph.steps
    assert step.op == "add"


def test_the_star_of_scipys_matrices_is_refused_because_it_is_another_product() -> None:
    matrix = sparse.csr_matrix(np.eye(2))
    for function in (lambda x: matrix * x, lambda x: x * matrix):
        with pytest.raises(TracingError, match="matrix product"):
            jazz.pipeline(function)
    array = sparse.csr_array(np.eye(2))
    assert jazz.pipeline(lambda x: array * x).message.graph.steps[0].op == "multiply"


@pytest.mark.parametrize(
    ("function", "op"),
    [
        (np.exp, "exp"),
        (np.sqrt, "sqrt"),
        (np.log1p, "log1p"),
        (np.abs, "abs"),
        (np.negative, "negative"),
        (np.tanh, "tanh"),
        (np.floor, "floor"),
        (np.isnan, "isnan"),
        (np.logical_not, "logical_not"),
        (np.rint, "round"),
    ],
)
def test_functions_of_numpy_that_are_operations(function: Any, op: str) -> None:
    assert traced(lambda x: function(x)) == [f"%0 = {op}(x)"]


def test_functions_of_numpy_of_two_arguments() -> None:
    assert traced(lambda x, y: np.maximum(x, np.add(x, y))) == ["%0 = add(x, y)", "%1 = maximum(x, %0)"]


@pytest.mark.parametrize(
    ("function", "names"),
    [
        (lambda x: np.arcsin(x), r"np\.arcsin"),
        (lambda x: np.add(x, 1, where=True), "where"),
        (lambda x: np.add.reduce(x), r"np\.add\.reduce.*jazz\.ops\.sum"),
        (lambda x: np.concatenate([x, x]), r"jazz\.ops\.concat"),
        (lambda x: np.where(x, 1, 2), r"jazz\.ops\.where"),
        (lambda x: np.isin(x, [1, 2]), r"jazz\.ops\.isin"),
        (lambda x: np.median(x), r"jazz\.ops"),
        (lambda x: np.linalg.norm(x), r"np\.linalg\.norm.*jazz\.ops\.norm"),
        (lambda x: np.sum([x, x]), r"list.*jazz\.ops\.stack"),
        (lambda x: np.mean([x, x], axis=0), r"list.*jazz\.ops\.stack"),
        (lambda x: np.prod((x, 2)), r"list.*jazz\.ops\.stack"),
        (lambda x: np.array([x, x]).sum(), r"list.*jazz\.ops\.stack"),
        (lambda x: x >> 1, "operator >>"),
        (lambda x: bool(x), "where"),
        (lambda x: x + 1 if x > 0 else x, "where"),
        (lambda x: x and 1, "where"),
        (lambda x: not x, "where"),
        (lambda x: 0 < x < 1, "where"),
        (lambda x: len(x), r"jazz\.ops\.size"),
        (lambda x: [item for item in x], "iterate"),  # noqa: C416
        (lambda x: float(x), "number"),
        (lambda x: int(x), "number"),
        (lambda x: range(x), "number"),
        (lambda x: 3 in x, "searched"),
        (lambda x: x + f"-{x}", r'written into a text.*use x \+ "-" \+ y'),
        (lambda x: "%s" % x + x, "written into a text"),  # noqa: UP031
        (lambda t: t.assign(key="k" + str(t["k"])), "written into a text"),
    ],
)
def test_what_needs_data_says_what_to_write_instead(function: Any, names: str) -> None:
    with pytest.raises(TracingError, match=names):
        jazz.pipeline(function)


def test_a_text_that_only_starts_like_a_value_is_a_text() -> None:
    assert "equal(x, '<Node: a>')" in str(jazz.pipeline(lambda x: x == "<Node: a>"))


def test_unpacking_is_refused() -> None:
    def f(x):
        a, b = x
        return a + b

    with pytest.raises(TracingError, match="unpacked"):
        jazz.pipeline(f)


def test_assignment_is_refused() -> None:
    def f(x):
        x[0] = 1
        return x

    with pytest.raises(TracingError, match="assigned"):
        jazz.pipeline(f)


def test_fields_are_not_deleted() -> None:
    def f(t):
        del t["x"]
        return t

    with pytest.raises(TracingError, match=r"use t = t\.drop\(columns=\.\.\.\)"):
        jazz.pipeline(f)


@pytest.mark.parametrize("name", ["shape", "dtype", "nonsense"])
def test_attributes_that_need_data_are_not_there(name: str) -> None:
    with pytest.raises(AttributeError, match=name):
        jazz.pipeline(lambda x: getattr(x, name))


def test_a_value_cannot_leave_its_function() -> None:
    kept: list[Node] = []

    def f(x):
        kept.append(x + 1)
        return x

    jazz.pipeline(f)
    with pytest.raises(TracingError, match="inside the pipeline's function f"):
        kept[0] + 1
    with pytest.raises(TracingError, match="cannot be used outside"):
        jazz.pipeline(lambda x: x + kept[0])
    with pytest.raises(TracingError, match="cannot be used outside"):
        jazz.pipeline(lambda x: kept[0])


def test_a_value_of_a_body_cannot_leave_the_body() -> None:
    def f(x):
        kept: list[Node] = []

        def body(s):
            kept.append(s * 2)
            return s

        return ops.iterate(body, x, max_iter=1).state + kept[0]

    with pytest.raises(TracingError, match="cannot be used outside"):
        jazz.pipeline(f)


def test_operations_work_on_pipelines_only() -> None:
    with pytest.raises(TracingError, match=r"@jazz\.pipeline"):
        ops.matmul(np.eye(2), np.eye(2))


def test_a_failed_function_leaves_no_trace_under_way() -> None:
    with pytest.raises(ZeroDivisionError):
        jazz.pipeline(lambda x: 1 / 0)
    with pytest.raises(TracingError, match=r"@jazz\.pipeline"):
        ops.exp(1.0)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (None, "None"),
        (2**63, "9223372036854775808"),
        (-(2**63) - 1, "-9223372036854775809"),
        (np.exp, "the function"),
        ("a\udc80", "argument: expected a text that UTF-8 can encode, found 'a.udc80'"),
        (np.str_("\ud800"), "argument: expected a text that UTF-8 can encode"),
    ],
)
def test_what_is_no_argument(value: Any, found: str) -> None:
    with pytest.raises(TracingError, match=found):
        jazz.pipeline(lambda x: x + value)


@pytest.mark.parametrize("missing", [None, pd.NA, pd.NaT, np.datetime64("NaT"), np.timedelta64("NaT")])
def test_what_is_missing_is_asked_for_and_is_no_argument(missing: Any) -> None:
    with pytest.raises(TracingError, match=r"(?s)jazz\.ops\.is_na\(x\) .* found (None|<NA>|.*NaT)"):
        jazz.pipeline(lambda x: x == missing)


def test_nodes_in_lists_are_no_argument() -> None:
    with pytest.raises(TracingError, match="concat"):
        jazz.pipeline(lambda x: ops.add(x, [x, x]))
    with pytest.raises(TracingError, match="array of objects"):
        jazz.pipeline(lambda x: ops.exp(np.array([None, 1], object) if x is None else np.asarray([x, x], object)))


def test_numbers_are_literals_and_numpys_numbers_have_a_type() -> None:
    message = jazz.pipeline(lambda x: x + 1 + 1.5 + np.float32(2)).message
    kinds = [step.arguments[1].WhichOneof("argument") for step in message.graph.steps]
    assert kinds == ["literal", "literal", "constant"]
    literals = [step.arguments[1].literal.WhichOneof("literal") for step in message.graph.steps[:2]]
    assert literals == ["int_value", "float_value"]


@pytest.mark.parametrize(
    ("coarse", "fine"),
    [
        (np.timedelta64(2, "D"), np.timedelta64(172_800, "s")),
        (np.timedelta64(-1, "W"), np.timedelta64(-604_800, "s")),
        (np.timedelta64(90, "m"), np.timedelta64(5400, "s")),
        (np.datetime64("2024-02-29T12:30"), np.datetime64("2024-02-29T12:30:00")),
        (np.datetime64("2024-02"), np.datetime64("2024-02-01")),
        (np.datetime64("NaT", "h"), np.datetime64("NaT", "s")),
    ],
)
def test_a_time_in_a_coarse_unit_is_the_same_time_in_seconds_or_days(coarse: Any, fine: Any) -> None:
    assert jazz.pipeline(lambda x: x - coarse).message == jazz.pipeline(lambda x: x - fine).message


@pytest.mark.parametrize("text", [np.str_("a"), np.array("a"), np.array("a", np.dtypes.StringDType())])
def test_a_text_of_numpys_is_a_literal_as_pythons_is(text: Any) -> None:
    assert jazz.pipeline(lambda x: x == text).message == jazz.pipeline(lambda x: x == "a").message
    assert not jazz.pipeline(lambda x: text < x).message.constants


@pytest.mark.parametrize(
    "operand",
    [
        "a",
        b"a",
        dt.date(2024, 1, 1),
        dt.datetime(2024, 1, 1),  # noqa: DTZ001
        dt.datetime(2024, 1, 1, tzinfo=dt.UTC),
        dt.timedelta(hours=1),
        np.datetime64("2024-01-01"),
        np.timedelta64(3, "D"),
        pd.Timestamp("2024-01-01", tz="Europe/Vienna"),
        pd.Timedelta("1h"),
        pd.Series(["a", "b"]),
        pd.Categorical(["a", "b"]),
        pd.DatetimeIndex(["2024-01-01"]),
        np.array(["2024-01-01"], "M8[D]"),
        np.array(["a", "b"]),
        ["a", "b"],
    ],
    ids=lambda operand: type(operand).__name__,
)
def test_operands_of_comparisons_may_be_texts_and_times_on_either_side(operand: Any) -> None:
    for sign, turned in ((operator.eq, operator.eq), (operator.ne, operator.ne), (operator.lt, operator.gt)):
        one = jazz.pipeline(lambda x, sign=sign: sign(operand, x)).message
        other = jazz.pipeline(lambda x, turned=turned: turned(x, operand)).message
        assert len(one.graph.steps) == len(other.graph.steps) == 1
        assert one.graph.steps[0].op in (other.graph.steps[0].op, "less")
        assert one.constants == other.constants


@pytest.mark.parametrize("time", [np.timedelta64(2**62, "D"), np.timedelta64(1, "M"), np.timedelta64(1, "ps")])
def test_a_time_that_is_none_in_seconds_is_refused(time: np.timedelta64) -> None:
    with pytest.raises(Exception, match="timedelta64"):
        jazz.pipeline(lambda x: x + time)


def test_months_have_no_length() -> None:
    with pytest.raises(TracingError, match=r"(?s)is the beginning of the next month.* found np.timedelta64\(1,'M'\)"):
        jazz.pipeline(lambda x: x + np.timedelta64(1, "M"))


def test_a_number_returned_is_a_constant() -> None:
    (output,) = jazz.pipeline(lambda x: 3).message.graph.outputs
    assert output.source.WhichOneof("argument") == "constant"


def test_nodes_are_hashable_by_identity() -> None:
    def f(x, y):
        assert len({x, y, x}) == 2
        assert {x: 1}[x] == 1
        return x

    jazz.pipeline(f)


def test_a_copy_of_a_node_is_the_node() -> None:
    def f(x):
        assert copy.copy(x) is x
        assert copy.deepcopy([x])[0] is x
        return x

    jazz.pipeline(f)


def test_a_node_cannot_be_pickled() -> None:
    with pytest.raises(TypeError, match=r"input 0 of .* cannot be pickled"):
        jazz.pipeline(lambda x: pickle.dumps(x))


def test_a_node_says_where_it_is_from() -> None:
    shown: list[str] = []

    def f(x):
        shown.extend([repr(x), repr(x + 1)])
        return x

    jazz.pipeline(f)
    assert shown[0] == "<Node: input 0 of f>"
    assert shown[1].startswith("<Node: add in f at ")
