"""Tracing: from functions to pipelines."""

# ruff: noqa: F821, PLW0108 - symbols of dimensions; functions that are traced
import functools
from typing import Annotated, Any, NamedTuple

import numpy as np
import pytest

from jazz import graph as jazz
from jazz.errors import KindMismatch, Violation
from jazz.graph import Node, TracingError, ops


def listing(pipeline: jazz.Pipeline) -> list[str]:
    return [line.strip() for line in str(pipeline).splitlines()[1:]]


def test_steps_and_outputs_of_the_readme() -> None:
    @jazz.pipeline
    def classify(x: jazz.Csr["rows", 1024], w: jazz.Csr[1024, "classes"], b: jazz.Dense["classes"]):
        """Categories."""
        return ops.topk(ops.relu(x @ w + b), 3)

    assert classify.name == "classify"
    assert classify.doc == "Categories."
    assert dict(classify.inputs) == {
        "x": jazz.Csr["rows", 1024],
        "w": jazz.Csr[1024, "classes"],
        "b": jazz.Dense["classes"],
    }
    assert classify.outputs == ("values", "indices")
    assert listing(classify) == [
        "%0 = matmul(x, w)",
        "%1 = add(%0, b)",
        "%2 = relu(%1)",
        "%3 = topk(%2, k=3)",
        "values = %3[0]",
        "indices = %3[1]",
    ]


def test_inputs_that_are_not_annotated_are_any_value() -> None:
    assert dict(jazz.pipeline(lambda x: x).inputs) == {"x": jazz.Any}


def test_annotated_carries_a_type_past_a_type_checker() -> None:
    def twice(x: Annotated[Node, jazz.Dense["n"]], y: Node) -> Node:
        return x + y

    assert dict(jazz.pipeline(twice).inputs) == {"x": jazz.Dense["n"], "y": jazz.Any}


def test_annotations_see_names_around_the_function() -> None:
    width = 7
    Images = jazz.Dense["n", width]  # noqa: N806

    def first(x: Images, y: "jazz.Dense[width]"):
        return x @ y

    assert dict(jazz.pipeline(first).inputs) == {"x": jazz.Dense["n", 7], "y": jazz.Dense[7]}


def test_an_annotation_that_means_nothing_is_refused() -> None:
    def wrong(x: "Dnse[3]"):  # type: ignore[name-defined]
        return x

    with pytest.raises(TracingError, match=r"annotation of x.*NameError"):
        jazz.pipeline(wrong)


def test_an_annotation_that_is_no_type_of_ours_is_refused() -> None:
    def wrong(x: np.ndarray):
        return x

    with pytest.raises(TracingError, match=r"annotation of x.*ndarray"):
        jazz.pipeline(wrong)


def test_an_annotation_with_a_wrong_entry_says_what_is_wrong() -> None:
    def wrong(x: "jazz.Csr[3]"):
        return x

    with pytest.raises(TracingError, match="2 dimensions"):
        jazz.pipeline(wrong)


def test_a_default_is_what_the_function_gets() -> None:
    seen: list[object] = []

    def scaled(x, factor=2.5, *, mode="fast", where=None):
        seen.extend([factor, mode, where])
        return x * factor

    pipeline = jazz.pipeline(scaled)
    assert seen == [2.5, "fast", None]
    assert listing(pipeline) == ["%0 = multiply(x, 2.5)", "result = %0"]
    assert list(pipeline.inputs) == ["x"]


def test_a_partial_function_fixes_parameters() -> None:
    def scaled(x: jazz.Dense["n"], factor):
        return x * factor

    pipeline = jazz.pipeline(functools.partial(scaled, factor=3))
    assert listing(pipeline) == ["%0 = multiply(x, 3)", "result = %0"]
    assert dict(pipeline.inputs) == {"x": jazz.Dense["n"]}


def test_inputs_can_be_named_and_typed_beside_the_function() -> None:
    def network(x, **layers):
        for layer in layers.values():
            x = ops.relu(x @ layer)
        return x

    types = {"x": jazz.Csr["n", 4]} | {f"w{layer}": jazz.Csr[4, 4] for layer in range(120)}
    pipeline = jazz.pipeline(network, inputs=types, doc="deep")
    assert list(pipeline.inputs) == ["x", *(f"w{layer}" for layer in range(120))]
    assert len(pipeline.message.graph.steps) == 240
    assert pipeline.doc == "deep"


def test_the_decorator_takes_settings() -> None:
    @jazz.pipeline(inputs={"x": jazz.Dense["n"]}, doc="half")
    def half(x: Node) -> Node:
        return x / 2

    assert dict(half.inputs) == {"x": jazz.Dense["n"]}
    assert half.doc == "half"


def test_an_input_may_take_the_place_of_a_default() -> None:
    def scaled(x, factor=2):
        return x * factor

    pipeline = jazz.pipeline(scaled, inputs={"factor": jazz.Dense[()]})
    assert listing(pipeline) == ["%0 = multiply(x, factor)", "result = %0"]


def test_positional_only_and_keyword_only_parameters_are_inputs() -> None:
    def mixed(a, /, b, *, c):
        return a - b - c

    assert listing(jazz.pipeline(mixed))[:2] == ["%0 = subtract(a, b)", "%1 = subtract(%0, c)"]


def _positional(*xs: Node) -> Node:
    return xs[0]


def _keywords(**xs: Node) -> Node:
    return xs["x"]


async def _later(x: Node) -> Node:
    return x


def _several(x: Node) -> Any:
    yield x


@pytest.mark.parametrize(
    ("function", "options", "field"),
    [
        (_positional, {}, r"\*xs"),
        (_keywords, {}, "kwargs"),
        (_later, {}, "plain function"),
        (_several, {}, "plain function"),
        (lambda x: x, {"inputs": {"y": jazz.Any}}, "y, which it does not take"),
        (lambda x: x, {"inputs": {"x": np.float32}}, "float32"),
        (_keywords, {"inputs": {"not a name": jazz.Any}}, "not a name"),
        (3, {}, "a function"),
        (bool, {}, "written in Python"),
        (jazz.pipeline(lambda x: x), {}, "a function"),
    ],
)
def test_what_cannot_become_a_pipeline(function: Any, options: dict[str, Any], field: str) -> None:
    with pytest.raises(TracingError, match=field):
        jazz.pipeline(function, **options)


class Split(NamedTuple):
    low: Node
    high: Node


@pytest.mark.parametrize(
    ("function", "names"),
    [
        (lambda x: x + 1, ("result",)),
        (lambda x: (x + 1, x), ("result_0", "result_1")),
        (lambda x: [x], ("result_0",)),
        (lambda x: {"up": x + 1, "down": x - 1}, ("up", "down")),
        (lambda x: Split(x - 1, x + 1), ("low", "high")),
        (lambda x: ops.topk(x, 1), ("values", "indices")),
        (lambda x: ops.iterate(lambda s: s, x, max_iter=1), ("state", "iterations")),
    ],
)
def test_names_of_outputs(function: Any, names: tuple[str, ...]) -> None:
    assert jazz.pipeline(function).outputs == names


def test_an_input_may_be_an_output() -> None:
    assert listing(jazz.pipeline(lambda x, y: (y, x))) == ["result_0 = y", "result_1 = x"]


@pytest.mark.parametrize(
    "function",
    [
        lambda x: None,
        lambda x: (),
        lambda x: {},
        lambda x: (x, None),
        lambda x: {"a b": x},
        lambda x: {1: x},
        lambda x: (x, (x, x)),
        lambda x: print,
        lambda x: (item for item in [x]),
    ],
)
def test_what_is_no_result(function: Any) -> None:
    with pytest.raises((TracingError, TypeError, ValueError)):
        jazz.pipeline(function)


def test_a_pipeline_inside_another_becomes_part_of_it() -> None:
    @jazz.pipeline
    def layer(x, w):
        return ops.relu(x @ w)

    whole = jazz.pipeline(lambda x, u, v: layer(layer(x, w=u), v))
    direct = jazz.pipeline(lambda x, u, v: ops.relu(ops.relu(x @ u) @ v))
    assert whole == direct


def test_a_call_gives_several_outputs_by_place_and_by_name() -> None:
    split = jazz.pipeline(lambda x: {"low": x - 1, "high": x + 1})

    def whole(x):
        low, high = split(x)
        return low * split(x)["high"] + high

    assert len(jazz.pipeline(whole).message.graph.steps) == 5


def test_loops_are_inlined_with_what_they_capture() -> None:
    @jazz.pipeline
    def power(a, x):
        return ops.iterate(lambda s: a @ s, x, max_iter=5).state

    whole = jazz.pipeline(lambda a, x: power(a, power(a, x) * 2))
    assert len(whole.message.graphs) == 1
    assert [step.op for step in whole.message.graph.steps] == ["iterate", "multiply", "iterate"]
    assert whole == jazz.pipeline(
        lambda a, x: (
            ops.iterate(lambda s: a @ s, ops.iterate(lambda t: a @ t, x, max_iter=5).state * 2, max_iter=5).state
        )
    )


def test_a_call_inside_a_loop_body_is_inlined_there() -> None:
    step = jazz.pipeline(lambda a, s: a @ s + 1)
    called = jazz.pipeline(lambda a, x: ops.iterate(lambda s: step(a, s), x, max_iter=3))
    written = jazz.pipeline(lambda a, x: ops.iterate(lambda s: a @ s + 1, x, max_iter=3))
    assert called == written


def test_a_pipeline_from_a_message_can_be_called_and_shown() -> None:
    original = jazz.pipeline(lambda x: ops.iterate(lambda s: s * 2, x, max_iter=3).state + 1)
    again = jazz.Pipeline.from_message(original.message, "again")
    assert again == original
    assert again.source_of(0) is None
    assert jazz.pipeline(lambda x: again(x)) == original
    assert "again(x)" in str(again)


def test_a_call_with_wrong_arguments_names_the_inputs() -> None:
    layer = jazz.pipeline(lambda x, w: x @ w)
    with pytest.raises(TracingError, match="the inputs x, w"):
        jazz.pipeline(lambda x: layer(x))
    with pytest.raises(TracingError, match="the inputs x, w"):
        jazz.pipeline(lambda x: layer(x, x, v=x))


def test_a_default_cannot_be_changed_by_a_call() -> None:
    def scaled(x, factor=2):
        return x * factor

    inner = jazz.pipeline(scaled)
    with pytest.raises(TracingError, match=r"factor.*traced"):
        jazz.pipeline(lambda x: inner(x, factor=3))


def test_a_pipeline_is_not_a_function_of_data() -> None:
    with pytest.raises(TracingError, match=r"db\.run"):
        jazz.pipeline(lambda x: x)(3)


def test_pipelines_say_what_they_are() -> None:
    def f(x: jazz.Dense["n"]):
        """About <f>."""
        return x + 1

    pipeline = jazz.pipeline(f)
    assert repr(pipeline) == "<Pipeline f(x: jazz.Dense['n']) -> result, 1 step>"
    page = pipeline._repr_html_()
    assert "About &lt;f&gt;." in page
    assert "test_graph_pipeline.py:" in page


def test_steps_know_the_line_that_made_them() -> None:
    def f(x):
        y = x + 1
        z = ops.iterate(lambda s: s * y, y, max_iter=2).state
        return z @ y

    pipeline = jazz.pipeline(f)
    first = f.__code__.co_firstlineno
    found = [(pipeline.source_of(step) or "").rpartition(":") for step in range(3)]
    assert all(file.endswith("test_graph_pipeline.py") for file, _, _ in found)
    assert [int(line) for _, _, line in found] == [first + 1, first + 2, first + 3]
    assert (pipeline.source_of(0, graph=0) or "").endswith(f":{first + 2}")
    assert pipeline.source_of(3) is None
    assert pipeline.source_of(0, graph=1) is None


def test_equal_pipelines_are_equal_and_hash_alike() -> None:
    one, two, other = (jazz.pipeline(function) for function in (lambda x: x + 1, lambda x: x + 1, lambda x: x + 2))
    assert one == two
    assert hash(one) == hash(two)
    assert one != other
    assert one != "pipeline"


def test_an_error_of_the_server_gets_the_lines_of_its_steps() -> None:
    pipeline = jazz.pipeline(lambda x: x @ x)
    told = [Violation("steps[0] matmul.b", "3", "4"), Violation("inputs.x", "a matrix", "text")]
    error = KindMismatch("not well typed", metadata={"pipeline": "lab/f"}, violations=told)
    located = pipeline.located(error)
    assert isinstance(located, KindMismatch)
    assert (located.message, located.reason, located.metadata) == (error.message, error.reason, error.metadata)
    assert located.violations[0].field == f"steps[0] matmul.b (at {pipeline.source_of(0)})"
    assert located.violations[1] == told[1]


@pytest.mark.parametrize(
    ("field", "offset"),
    [
        ("steps[0] add", 1),
        ("steps[2] matmul.a", 3),
        ("steps[1] iterate.body.steps[0] multiply.b", 2),
        ("graphs[0].steps[0] multiply", 2),
        ("steps[1] iterate.max_iter", 2),
        ("steps[3] nothing", None),
        ("graphs[7].steps[0] nothing", None),
        ("outputs[0] result", None),
        ("", None),
    ],
)
def test_a_field_that_a_server_names_has_a_line(field: str, offset: int | None) -> None:
    def f(x):
        y = x + 1
        z = ops.iterate(lambda s: s * y, y, max_iter=2).state
        return z @ y

    line = jazz.pipeline(f).line_of(field)
    assert (line and int(line.rpartition(":")[2]) - f.__code__.co_firstlineno) == offset
