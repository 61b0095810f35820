"""What a pipeline would do, in words."""

from dataclasses import replace

from jazz.values import Layout
from jazz_server.kinds.types import AnyType, Type
from jazz_server.pipelines.explain import Explanation, explain
from jazz_server.pipelines.graph import GraphRef, InputRef, Literal, Pipeline, StepRef
from jazz_server.pipelines.infer import infer
from unit.pipelines.small_ops import OPS, graph, pipeline, step, tensor


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
        "  %4  pick(%3, index=0)   float64[]                           host",
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
