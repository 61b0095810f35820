"""Types of all values in a pipeline, and everything that does not fit."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jazz.errors import Violation
from jazz.values import DataType, Layout, Null, dense
from jazz_server.engine.catalogue import CATALOGUE
from jazz_server.engine.mapping import Mapped
from jazz_server.engine.op import Inference, Op, Settings
from jazz_server.kinds import describe
from jazz_server.kinds.types import AnyType, FieldType, Kind, KindReference, Symbol, TableType, TensorType, Type
from jazz_server.pipelines.bound import BoundStep
from jazz_server.pipelines.errors import IllTyped, InvalidRun
from jazz_server.pipelines.graph import ConstantRef, GraphRef, InputRef, Literal, Pipeline, StepRef
from jazz_server.pipelines.infer import infer
from jazz_server.pipelines.inference import Session, StepInference, settled_types
from unit.pipelines.small_ops import OPS, graph, pipeline, step, tensor

ROWS = ConstantRef(0)
FOUR = {"a": tensor("m", "k"), "b": tensor("k", "n")}


def _violations(broken: Pipeline, known: dict[str, Type] | None = None) -> tuple[Violation, ...]:
    with pytest.raises(IllTyped) as caught:
        infer(broken, known, ops=OPS)
    assert caught.value.reason == "KIND_MISMATCH"
    return caught.value.violations


def test_every_value_has_a_type() -> None:
    steps = [step("matmul", InputRef(0), InputRef(1)), step("add", StepRef(0), Literal(1))]
    typing = infer(pipeline(FOUR, steps), ops=OPS)
    assert [[str(t) for t in types] for types in typing.steps] == [["float64[m, n]"], ["float64[m, n]"]]
    assert {name: str(t) for name, t in typing.outputs.items()} == {"result": "float64[m, n]"}


def test_a_length_known_of_one_input_is_known_of_all() -> None:
    inputs = {"x": tensor("rows", "features"), "w": tensor("features", 10)}
    typing = infer(pipeline(inputs, [step("matmul", InputRef(0), InputRef(1))]), {"w": tensor(784, 10)}, ops=OPS)
    assert str(typing.inputs["x"]) == "float64[rows, 784]"
    assert str(typing.outputs["result"]) == "float64[rows, 10]"


def test_operations_make_symbols_equal() -> None:
    inputs = {"x": tensor("r", "c"), "w": tensor("d", 10), "b": tensor("r", "e")}
    steps = [step("matmul", InputRef(0), InputRef(1)), step("add", StepRef(0), InputRef(2))]
    typing = infer(pipeline(inputs, steps), ops=OPS)
    assert {n: str(t) for n, t in typing.inputs.items()} == {
        "x": "float64[r, c]",
        "w": "float64[c, 10]",
        "b": "float64[r, 10]",
    }


def test_what_is_found_out_late_is_known_of_earlier_steps() -> None:
    inputs = {"x": tensor("n", "n")}
    steps = [step("negative", InputRef(0)), step("add", StepRef(0), ConstantRef(0))]
    typing = infer(Pipeline(graph(inputs, steps), (), (dense(np.eye(3)),)), ops=OPS)
    assert str(typing.inputs["x"]) == "float64[3, 3]"
    assert str(typing.steps[0][0]) == "float64[3, 3]"


def test_dimensions_that_nobody_named_get_a_name_where_they_recur() -> None:
    typing = infer(pipeline({"x": tensor(None, 4), "y": tensor(None)}, [step("negative", InputRef(0))]), ops=OPS)
    assert {n: str(t) for n, t in typing.inputs.items()} == {"x": "float64[d1, 4]", "y": "float64[*]"}
    assert str(typing.outputs["result"]) == "float64[d1, 4]"


def test_inputs_constants_and_literals_can_be_outputs() -> None:
    p = Pipeline(graph(FOUR, [], a=InputRef(0), c=ConstantRef(0), one=Literal(1), t=Literal("ü")), (), (Null(),))
    outputs = infer(p, ops=OPS).outputs
    assert [str(t) for t in outputs.values()] == ["float64[m, k]", "null", "int64[]", "string[]"]


def test_several_outputs_of_one_step_have_types_of_their_own() -> None:
    steps = [step("plus_minus", InputRef(0))]
    typing = infer(pipeline(FOUR, steps, plus=StepRef(0), minus=StepRef(0, 1)), ops=OPS)
    assert len(typing.steps[0]) == 2
    assert set(typing.outputs) == {"plus", "minus"}


def test_a_mismatch_names_step_and_argument() -> None:
    inputs = {"a": tensor(2, 3), "b": tensor(4, 5)}
    violations = _violations(pipeline(inputs, [step("matmul", InputRef(0), InputRef(1))]))
    assert violations == (Violation("steps[0] matmul.b", "3", "4"),)


def test_a_mismatch_of_symbols_says_where_the_length_comes_from() -> None:
    inputs = {"a": tensor("m", "k"), "b": tensor("k", 5), "c": tensor(7, "k")}
    steps = [step("matmul", InputRef(0), InputRef(1)), step("add", InputRef(2), InputRef(1))]
    known: dict[str, Type] = {"b": tensor(4, 5)}
    (violation,) = _violations(pipeline(inputs, steps), known)
    assert violation.field == "steps[1] add.b"
    assert {violation.expected, violation.found} <= {"7", "4", "k = 4 as inputs.b set it", "5"}


def test_all_mismatches_are_told_at_once_and_none_twice() -> None:
    inputs: dict[str, Type] = {"a": tensor(2, 3), "b": tensor(4, 5), "t": TableType()}
    steps = [
        step("matmul", InputRef(0), InputRef(1)),
        step("add", StepRef(0), InputRef(0)),
        step("negative", InputRef(2)),
        step("add", StepRef(2), InputRef(1)),
        step("matmul", InputRef(1), InputRef(1)),
    ]
    fields = [v.field for v in _violations(pipeline(inputs, steps))]
    assert fields == ["steps[0] matmul.b", "steps[2] negative.a", "steps[4] matmul.b"]


def test_a_step_is_blamed_for_what_is_wrong_about_its_other_arguments() -> None:
    inputs: dict[str, Type] = {"a": tensor(2, 3), "t": TableType()}
    steps = [step("matmul", InputRef(0), InputRef(0)), step("add", StepRef(0), InputRef(1))]
    fields = [v.field for v in _violations(pipeline(inputs, steps))]
    assert fields == ["steps[0] matmul.b", "steps[1] add.b"]


def test_a_value_that_an_input_does_not_take_is_named() -> None:
    violations = _violations(
        pipeline(FOUR, [step("matmul", InputRef(0), InputRef(1))]),
        {"a": tensor(3, 4, dtype="int64"), "b": tensor(3)},
    )
    assert [(v.field, v.expected, v.found) for v in violations] == [
        ("inputs.a", "float64", "int64"),
        ("inputs.b", "rank 2 [k, n]", "rank 1 [3]"),
    ]


def test_values_whose_lengths_contradict_each_other_are_named() -> None:
    known: dict[str, Type] = {"a": tensor(3, 4), "b": tensor(5, 6)}
    (violation,) = _violations(pipeline(FOUR, [step("matmul", InputRef(0), InputRef(1))]), known)
    assert violation == Violation("inputs.b", "k = 4 as inputs.a set it in dimension 0", "5")


def test_a_value_is_converted_to_the_layout_that_is_asked_for() -> None:
    typing = infer(
        pipeline({"x": tensor("m", "n", layout=Layout.CSR)}, [step("stored", InputRef(0))]),
        {"x": tensor(2, 3)},
        ops=OPS,
    )
    assert str(typing.given["x"]) == "float64[2, 3]"
    assert str(typing.arguments[0]) == "float64[2, 3] csr"


def test_a_layout_that_is_strict_is_not_converted() -> None:
    strict = TensorType((DataType("float64"),), None, (Layout.CSR,), strict=True)
    (violation,) = _violations(pipeline({"x": strict}, [step("stored", InputRef(0))]), {"x": tensor(2, 3)})
    assert violation == Violation("inputs.x", "layout csr", "layout dense")


def test_a_layout_that_cannot_be_is_refused() -> None:
    csr = TensorType(layouts=(Layout.CSR,))
    (rank,) = _violations(pipeline({"x": csr}, [step("stored", InputRef(0))]), {"x": tensor(3)})
    assert rank == Violation("inputs.x", "layout csr, which takes rank 2", "float64[3]")
    (text,) = _violations(pipeline({"x": csr}, [step("stored", InputRef(0))]), {"x": tensor(3, 3, dtype="string")})
    assert text.field == "inputs.x"


def test_fields_of_tables_are_named_in_mismatches() -> None:
    table = TableType((FieldType("image", tensor("h", "w")), FieldType("mask", tensor("h", "w"))))
    known = TableType((FieldType("image", tensor(2, 3)), FieldType("mask", tensor(2, 4))), closed=True)
    (violation,) = _violations(pipeline({"t": table}, [], t=InputRef(0)), {"t": known})
    assert violation.field == "inputs.t.mask"


def test_what_was_found_out_of_other_fields_is_known_of_a_field() -> None:
    table = TableType(tuple(FieldType(name, tensor(dim)) for name, dim in [("a", "n"), ("b", "m"), ("c", None)]))
    names = ["a", "b", "c", "c"]
    fields = [step("field", InputRef(0), name=name) for name in names]
    sums = [step("add", StepRef(0), StepRef(1)), step("add", StepRef(4), StepRef(2)), step("add", StepRef(5), ROWS)]
    again = [step("field", InputRef(0), name="c"), step("negative", StepRef(7))]
    p = Pipeline(graph({"t": table}, [*fields, *sums, *again]), (), (dense(np.zeros(3)),))
    typing = infer(p)
    assert {str(type_) for types in typing.steps for type_ in types} == {"float64[3]"}
    assert str(typing.inputs["t"]) == "{a: float64[3], b: float64[3], c: float64[3], ...}"


def test_fields_that_cannot_go_together_are_refused_where_they_meet() -> None:
    table = TableType((FieldType("a", tensor("n")), FieldType("b", tensor("n")), FieldType("c", tensor(4))))
    fields = [step("field", InputRef(0), name=name) for name in "abc"]
    p = pipeline({"t": table}, [*fields, step("add", StepRef(0), ROWS), step("add", StepRef(1), StepRef(2))])
    with pytest.raises(IllTyped) as caught:
        infer(Pipeline(p.graph, (), (dense(np.zeros(3)),)))
    assert [v.field for v in caught.value.violations] == ["steps[4] add.b"]


def test_what_fields_may_have_been_meant_is_looked_for_as_long_as_somebody_reads_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked_at: list[int] = []

    def close_to(name: str, known: list[str]) -> list[str]:
        looked_at.append(len(known))
        return known[:1]

    monkeypatch.setattr(describe, "close_to", close_to)
    wide = TableType(tuple(FieldType(f"column {place}", tensor("n")) for place in range(30)), closed=True)
    other = TableType(tuple(FieldType(f"colum {place}", tensor("n")) for place in range(1000)), closed=True)
    steps = [step("field", InputRef(0), name=f"columm {place}") for place in range(150)]
    found = _violations_of(Pipeline(graph({"t": wide}, steps)))
    assert [violation.found.endswith("(did you mean column 0?)") for violation in found] == [True] * 100 + [False] * 50
    looked_at.clear()
    with pytest.raises(IllTyped) as caught:
        infer(Pipeline(graph({"t": wide}, steps)), {"t": other})
    assert len(caught.value.violations) == 30 + 1000 + 150
    assert sum(looked_at) <= 20_000


def _violations_of(broken: Pipeline) -> tuple[Violation, ...]:
    with pytest.raises(IllTyped) as caught:
        infer(broken)
    return caught.value.violations


def test_fields_of_tables_in_tables_are_known_of_too() -> None:
    inner = TableType((FieldType("x", tensor("n")),), closed=True)
    steps = [
        step("add", InputRef(1), ROWS),
        step("field", InputRef(0), name="inner"),
        step("field", StepRef(1), name="x"),
        step("frame", StepRef(1), StepRef(2), names=("whole", "x")),
    ]
    p = graph({"t": TableType((FieldType("inner", inner),)), "y": tensor("n")}, steps)
    assert str(infer(Pipeline(p, (), (dense(np.zeros(3)),))).outputs["result"]) == (
        "{whole: {x: float64[3]}, x: float64[3]}"
    )


def test_kinds_of_inputs_are_looked_up() -> None:
    kinds = {"lab/pair": Kind(TableType((FieldType("x", tensor("n", "n")), FieldType("k", KindReference("lab/v")))))}
    kinds["lab/v"] = Kind(tensor("n"))
    inputs: dict[str, Type] = {"p": KindReference("lab/pair"), "q": tensor("n")}
    typing = infer(pipeline(inputs, [], q=InputRef(1), p=InputRef(0)), ops=OPS, kinds=kinds.__getitem__)
    assert str(typing.inputs["p"]) == "{x: float64[d1, d1], k: float64[d2], ...}"
    assert str(typing.inputs["q"]) == "float64[n]"


def test_kinds_that_are_not_there_or_contain_themselves_are_named() -> None:
    kinds = {"lab/a": Kind(TableType((FieldType("x", KindReference("lab/a")),)))}
    inputs: dict[str, Type] = {"p": KindReference("lab/a"), "q": KindReference("lab/none")}
    with pytest.raises(IllTyped) as caught:
        infer(pipeline(inputs, [], p=InputRef(0)), ops=OPS, kinds=kinds.__getitem__)
    assert [v.field for v in caught.value.violations] == ["inputs.p", "inputs.q"]


def test_rules_of_a_declaration_stay_with_the_input() -> None:
    ranged = TensorType((DataType("float64"),), (Symbol("n"),), nullable=True, minimum=0, maximum=1)
    typing = infer(pipeline({"x": ranged}, [step("negative", InputRef(0))]), ops=OPS)
    assert typing.inputs["x"] == ranged
    assert str(typing.outputs["result"]) == "float64[n]"


def test_types_that_are_given_for_other_names_are_refused() -> None:
    with pytest.raises(InvalidRun) as caught:
        infer(pipeline(FOUR, [], a=InputRef(0)), {"c": tensor(1)}, ops=OPS)
    assert caught.value.violations == (Violation("inputs.c", "the name of an input: a, b", "'c'"),)


def test_an_output_that_a_step_turns_out_not_to_have_is_named() -> None:
    body = graph({"s": AnyType()}, [step("negative", InputRef(0))])
    steps = [step("repeat", InputRef(0), body=GraphRef(0)), step("negative", StepRef(0, 0))]
    infer(Pipeline(graph(FOUR, steps), (body,)), ops=OPS)


def test_sub_graphs_are_typed_with_what_they_are_given() -> None:
    body = graph({"s": tensor("n", "n"), "m": AnyType()}, [step("matmul", InputRef(0), InputRef(1))])
    p = Pipeline(graph(FOUR, [step("repeat", InputRef(0), InputRef(1), body=GraphRef(0))]), (body,))
    typing = infer(p, ops=OPS)
    assert str(typing.inputs["a"]) == "float64[m, m]"
    assert {path: [[str(t) for t in ts] for ts in steps] for path, steps in typing.bodies.items()} == {
        "steps[0] repeat.body": [["float64[m, n]"]]
    }


def test_a_mismatch_in_a_sub_graph_names_the_steps_around_it() -> None:
    body = graph({"s": AnyType(), "m": AnyType()}, [step("add", InputRef(0), InputRef(1))])
    p = Pipeline(graph(FOUR, [step("repeat", InputRef(0), InputRef(1), body=GraphRef(0))]), (body,))
    (violation,) = _violations(p, {"a": tensor(2, 3), "b": tensor(3, 4)})
    assert violation == Violation("steps[0] repeat.body.steps[0] add.b", "2", "3")


def test_a_sub_graph_with_other_inputs_than_it_is_given_is_named() -> None:
    body = graph({"s": AnyType(), "m": AnyType()}, [step("add", InputRef(0), InputRef(1))])
    p = Pipeline(graph(FOUR, [step("repeat", InputRef(0), body=GraphRef(0))]), (body,))
    assert _violations(p) == (Violation("steps[0] repeat.body", "a graph of 1 inputs", "one of 2"),)


def test_literals_can_be_captured_by_sub_graphs() -> None:
    body = graph({"s": AnyType(), "c": tensor(dtype="float64")}, [step("add", InputRef(0), InputRef(1))])
    p = Pipeline(graph(FOUR, [step("repeat", InputRef(0), Literal(1.5), body=GraphRef(0))]), (body,))
    assert str(infer(p, ops=OPS).outputs["result"]) == "float64[m, k]"


def _nested(depth: int, again: Callable[[Type], Type]) -> tuple[Pipeline, dict[str, Op]]:
    """Loops in loops, whose rule types the body once more with what `again` makes of the state."""
    inputs: dict[str, Type] = {"s": AnyType()}
    graphs = [graph(inputs, [step("negative", InputRef(0))])]
    graphs += [graph(inputs, [step("repeat", InputRef(0), body=GraphRef(n))]) for n in range(depth)]
    p = Pipeline(graph(FOUR, [step("repeat", InputRef(0), body=GraphRef(depth))]), tuple(graphs))

    def infer_twice(inference: Inference, arguments: Sequence[Any], settings: Settings) -> tuple[Type, ...]:
        OPS["repeat"].infer(inference, arguments, settings)
        types: tuple[Type, ...] = OPS["repeat"].infer(inference, [again(arguments[0])], settings)
        return types

    return p, {**OPS, "repeat": replace(OPS["repeat"], infer=infer_twice)}


def test_loops_in_loops_are_typed_once_for_the_same_types() -> None:
    p, ops = _nested(30, lambda type_: type_)
    assert str(infer(p, ops=ops).outputs["result"]) == "float64[m, k]"


def test_loops_in_loops_do_not_take_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jazz_server.pipelines.inference._BUDGET", 1000)
    changing = itertools.count()
    p, ops = _nested(30, lambda _: tensor(next(changing)))
    with pytest.raises(IllTyped, match="steps to be typed"):
        infer(p, ops=ops)


def test_ten_thousand_steps_are_typed() -> None:
    steps = [step("matmul", InputRef(0), InputRef(1))]
    steps += [step("matmul", StepRef(n), InputRef(1)) for n in range(10_000)]
    p = pipeline({"x": tensor("r", None), "w": tensor("c", "c")}, steps)
    assert str(infer(p, ops=OPS).outputs["result"]) == "float64[r, c]"


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_inference_agrees_with_what_comes_out_when_it_runs(data: st.DataObject) -> None:
    lengths = {name: data.draw(st.integers(1, 3)) for name in "abc"}
    names = st.sampled_from("abc")
    inputs: dict[str, Type] = {f"x{n}": tensor(data.draw(names), data.draw(names)) for n in range(3)}
    steps = []
    for n in range(data.draw(st.integers(1, 6))):
        sources = st.sampled_from([InputRef(i) for i in range(3)] + [StepRef(i) for i in range(n)])
        steps.append(step(data.draw(st.sampled_from(["add", "matmul"])), data.draw(sources), data.draw(sources)))
    p = pipeline(inputs, steps)
    known: dict[str, Type] = {
        name: tensor(*(lengths[str(d)] for d in t.shape or ()))
        for name, t in inputs.items()
        if isinstance(t, TensorType)
    }
    try:
        typing = infer(p, known, ops=OPS)
    except IllTyped:
        return
    shapes = [t.shape for t in known.values() if isinstance(t, TensorType)]
    inputs_of_ones: list[Any] = [np.ones(tuple(d for d in shape or () if isinstance(d, int))) for shape in shapes]
    values: list[Any] = []
    for s, types in zip(p.graph.steps, typing.steps, strict=True):
        a, b = (values[x.step] if isinstance(x, StepRef) else inputs_of_ones[x.input] for x in s.arguments)  # type: ignore[union-attr]
        values.append(a + b if s.op == "add" else a @ b)
        assert isinstance(types[0], TensorType)
        assert types[0].shape == values[-1].shape
    assert infer(p, known, ops=OPS) == typing


@pytest.mark.parametrize("number", [0.0, -0.0, 1.5, 1e300, float("inf"), float("nan")])
@pytest.mark.parametrize("name", [name for name, op in CATALOGUE.items() if isinstance(op.run, Mapped)])
def test_what_is_kept_of_an_operation_on_real_numbers_is_true_of_each(name: str, number: float) -> None:
    op = CATALOGUE[name]
    for dtype, layout in itertools.product(("bool", "int8", "float32", "float64"), (Layout.DENSE, Layout.CSR)):
        x = TensorType((DataType(dtype),), (3, 4), (layout,))
        either: tuple[TensorType | float, ...] = (x, number)
        for arguments in itertools.product(either, repeat=len(op.arguments)):
            chosen: dict[str, Any] = {parameter.name: parameter.default for parameter in op.parameters}
            settled = settled_types(BoundStep(name, op, (), chosen), arguments)
            session = Session(None)
            found = op.infer(StepInference(session, ""), arguments, chosen)
            assert settled == (None if session.violations or settled is None else found)
