"""What a pipeline would do, in words."""

import math
import re
from dataclasses import replace

import numpy as np

from jazz.values import Layout, Tensor, dense
from jazz_server.engine.catalogue import CATALOGUE
from jazz_server.engine.op import Cost, Size
from jazz_server.engine.sizes import size_of
from jazz_server.engine.watching import note, watching
from jazz_server.kinds.match import type_of
from jazz_server.kinds.types import AnyType, FieldType, TableType, Type
from jazz_server.pipelines.control import RunControl
from jazz_server.pipelines.explain import explain
from jazz_server.pipelines.explained import Explanation
from jazz_server.pipelines.graph import GraphRef, InputRef, Literal, Pipeline, StepRef
from jazz_server.pipelines.infer import infer
from jazz_server.pipelines.program import compile as compile_program
from unit.engine.samples import sparse
from unit.pipelines.small_ops import OPS, graph, pipeline, step, tensor

PICKED = "host: numpy.take, within 8 bytes, cannot be cancelled"


def _explain(p: Pipeline, known: dict[str, Type] | None = None) -> Explanation:
    return explain(p, infer(p, known, ops=OPS), ops=OPS)


def test_a_small_pipeline_is_told_in_full() -> None:
    inputs = {"x": tensor("rows", "n"), "weights": tensor("n", 4, layout=Layout.CSR)}
    steps = [
        step("negative", InputRef(0)),
        step("matmul", InputRef(0), InputRef(1)),
        step("plus_minus", StepRef(1)),
        step("add", StepRef(2, 1), Literal(0.5)),
        step("pick", StepRef(3), index=0),
    ]
    p = pipeline(inputs, steps, best=StepRef(4), all=StepRef(3))
    known: dict[str, Type] = {"weights": tensor(3, 4)}
    assert str(_explain(p, known)).splitlines() == [
        "inputs",
        "  x        float64[rows, 3]",
        "  weights  float64[3, 4]  (known)",
        "steps, in the order in which they run",
        "      to_sparse(weights)  float64[3, 4] csr                   converts weights from dense to csr",
        "  %1  matmul(x, weights)  float64[rows, 4]                    native",
        "  %2  plus_minus(%1)      float64[rows, 4], float64[rows, 4]  native",
        "  %3  add(%2.1, 0.5)      float64[rows, 4]                    native",
        "  %4  pick(%3, index=0)   float64[]                           " + PICKED,
        "  (1 more that no output needs do not run)",
        "outputs",
        "  best     float64[]",
        "  all      float64[rows, 4]",
    ]


def test_inputs_that_a_run_must_give_are_told_apart_from_known_ones() -> None:
    explanation = _explain(pipeline({"x": tensor("n"), "y": tensor("n")}, [], x=InputRef(0)), {"y": tensor(3)})
    assert {n: str(t) for n, t in explanation.inputs.items()} == {"x": "float64[3]"}
    assert {n: str(t) for n, t in explanation.known.items()} == {"y": "float64[3]"}


def test_steps_of_loops_are_told_with_their_types() -> None:
    inner = graph({"s": AnyType()}, [step("negative", InputRef(0))])
    outer = graph({"s": AnyType()}, [step("repeat", InputRef(0), body=GraphRef(0))])
    main = graph({"x": tensor(2, 3)}, [step("repeat", InputRef(0), body=GraphRef(1))])
    steps = _explain(Pipeline(main, (inner, outer))).steps
    assert [(s.op, s.depth, str(s.outputs[0])) for s in steps] == [
        ("repeat", 0, "float64[2, 3]"),
        ("repeat", 1, "float64[2, 3]"),
        ("negative", 2, "float64[2, 3]"),
    ]


def test_hundreds_of_steps_are_abridged_in_the_middle_of_the_text_alone() -> None:
    steps = [step("negative", InputRef(0)), *(step("add", StepRef(n), InputRef(0)) for n in range(299))]
    explanation = _explain(pipeline({"x": tensor("n")}, steps))
    assert len(explanation.steps) == 300
    lines = str(explanation).splitlines()
    assert "  ... 264 more: 264 add ..." in lines
    assert len(lines) < 50


def test_hundreds_of_inputs_are_abridged() -> None:
    inputs: dict[str, Type] = {f"w{n}": tensor("n") for n in range(200)}
    lines = str(_explain(pipeline(inputs, [step("negative", InputRef(0))]))).splitlines()
    assert "  ... 164 more inputs ..." in lines


def test_a_pipeline_of_nothing_is_told_too() -> None:
    text = str(_explain(pipeline({}, [], one=Literal(1))))
    assert text == "inputs\n  none\nsteps, in the order in which they run\n  none\noutputs\n  one  int64[]"


def test_what_may_be_missing_is_told() -> None:
    steps = [
        step("sum", InputRef(0), axis=0),
        step("fill_na", StepRef(0), Literal(0)),
        step("add", InputRef(1), Literal(1)),
    ]
    inputs: dict[str, Type] = {"x": replace(tensor("rows", 3), nullable=True), "y": AnyType()}
    p = pipeline(inputs, steps, filled=StepRef(1), more=StepRef(2))
    told = explain(p, infer(p)).steps
    assert [str(s.outputs[0]) for s in told[:2]] == ["float64[3]?", "float64[3]"]
    assert str(told[2].outputs[0]).endswith("?")


def test_the_work_of_steps_is_told_as_far_as_sizes_are_known() -> None:
    steps = [step("matmul", InputRef(0), InputRef(1)), step("exp", StepRef(0))]
    p = pipeline({"x": tensor("n", 100), "w": tensor(100, 50)}, steps)
    assert [s.estimate.cost for s in explain(p, infer(p)).steps if not math.isnan(s.estimate.cost.flops)] == []
    told = explain(p, infer(p, {"x": tensor(10, 100)}))
    assert [s.estimate.cost for s in told.steps] == [Cost(100_000, 8 * (1000 + 5000 + 500), 500), Cost(500, 8000)]
    assert told.cost == Cost(100_500, 60_000)
    assert "native; about 100 kflop, 50.78 KiB" in str(told)
    assert "  in all about 100 kflop, 58.59 KiB" in str(told).splitlines()


def test_the_entries_of_known_inputs_are_counted() -> None:
    x = sparse(np.eye(100), np.eye(100) != 0, Layout.CSR)
    p = pipeline(
        {"x": tensor(100, 100, layout=Layout.CSR), "w": tensor(100, 7)}, [step("matmul", InputRef(0), InputRef(1))]
    )
    typing = infer(p, {"x": type_of(x)})
    assert math.isnan(explain(p, typing).steps[0].estimate.cost.flops)
    assert explain(p, typing, sizes={"x": size_of(x)}).steps[0].estimate.cost.flops == 2 * 100 * 7


def test_it_is_told_where_sparse_operands_give_a_dense_result() -> None:
    steps = [step("exp", InputRef(0)), step("relu", InputRef(0)), step("sum", InputRef(0), axis=0)]
    p = pipeline({"x": tensor("n", 3, layout=Layout.CSR)}, steps, a=StepRef(0), b=StepRef(1), c=StepRef(2))
    told = explain(p, infer(p)).steps
    assert [s.note for s in told] == ["sparse operands, dense result; native", "native", "native"]


def test_a_loop_costs_as_much_as_its_turns() -> None:
    body = graph({"s": AnyType()}, [step("add", InputRef(0), Literal(1)), step("exp", StepRef(0))])
    loop = step("iterate", InputRef(0), body=GraphRef(0), max_iter=5)
    p = Pipeline(graph({"x": tensor(10)}, [loop]), (body,))
    told = explain(p, infer(p)).steps
    assert [(s.op, s.estimate.cost.flops) for s in told] == [("iterate", 100), ("add", 10), ("exp", 10)]


def test_a_step_that_stands_for_several_costs_as_much_as_they() -> None:
    matrix = tensor(64, 64, layout=Layout.CSR)
    steps = [
        step("matmul", InputRef(0), InputRef(1)),
        step("not_equal", StepRef(0), Literal(0)),
        step("multiply", StepRef(1), Literal(-0.5)),
        step("add", StepRef(0), StepRef(2)),
        step("clip", StepRef(3), min=0, max=32),
    ]
    p = pipeline({"x": matrix, "w": matrix}, steps)
    size = Size((64, 64), 128, 0, sparse=True)
    told = explain(p, infer(p, {"x": matrix, "w": matrix}), sizes={"x": size, "w": size})
    (only,) = told.steps
    assert only.note == "fused with steps 0-3: layer; native"
    assert only.estimate.cost.flops == 2 * 128 * 128 / 64 + 4 * 256


def test_a_run_tells_what_each_step_took() -> None:
    def run(*args: object) -> tuple[Tensor, ...]:
        note("row by row", rows_pruned=7)
        return CATALOGUE["exp"].run(*args)  # type: ignore[arg-type,return-value]

    ops = dict(CATALOGUE) | {"exp": replace(CATALOGUE["exp"], run=run)}
    body = graph({"s": AnyType()}, [step("exp", InputRef(0))])
    steps = [step("iterate", InputRef(0), body=GraphRef(0), max_iter=3), step("sum", StepRef(0))]
    p = Pipeline(graph({"x": tensor(4, layout=Layout.COO)}, steps), (body,))
    x = dense(np.zeros(4))
    typing = infer(p, {"x": type_of(x)}, ops=ops)
    with watching() as took:
        compile_program(p, typing, ops=ops).run({"x": x}, RunControl())
    told = explain(p, typing, ops=ops, sizes={"x": size_of(x)}, run=took).steps
    assert [(s.op, s.took.calls if s.took else 0) for s in told] == [
        ("to_sparse", 1), ("iterate", 1), ("exp", 3), ("sum", 1)
    ]  # fmt: skip
    inner, last = told[2].took, told[3].took
    assert inner is not None
    assert last is not None
    assert (inner.rows_pruned, dict(inner.chosen)) == (21, {"row by row": 3})
    assert (last.bytes_read, last.bytes_written) == (32, 8)
    text = str(explain(p, typing, ops=ops, run=took))
    assert re.search(
        r"exp\(s\) .*; took [\d.e-]+ ms in 3 calls, read .*, wrote .*, 21 rows pruned; row by row \(3 times\)", text
    )


def test_wide_tables_long_settings_and_many_arguments_are_told_by_their_beginning() -> None:
    wide = TableType(tuple(FieldType(f"c{n}", tensor("rows")) for n in range(5000)), closed=True)
    steps = [
        step("concat", *[InputRef(0)] * 20, axis=0),
        step("tile", InputRef(0), repetitions=(1,) * 15),
    ]
    p = pipeline({"x": tensor("n"), "t": wide}, steps, a=StepRef(0), b=StepRef(1), t=InputRef(1))

    text = str(explain(p, infer(p)))

    assert "c10: float64[rows], c11: float64[rows], and 4988 more}" in text
    assert f"concat({', '.join(['x'] * 12)}, and 8 more" in text
    assert f"repetitions=({', '.join(['1'] * 12)}, and 3 more)" in text
    assert len(text) < 3000


def test_a_wide_table_that_may_have_more_fields_says_so() -> None:
    fields = tuple(FieldType(f"c{n}", AnyType()) for n in range(13))
    assert str(TableType(fields)).endswith("c11: any value, and 1 more, ...}")
    assert str(TableType(fields[:12], closed=True)).endswith("c11: any value}")
