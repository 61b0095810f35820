"""Chains that run often get a kernel of their own, made by a child process; the answers stay the same."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import jazz
from jazz.convert import to_value
from jazz.values import Tensor, Value
from jazz_server.engine import hot
from jazz_server.engine.watching import watching
from jazz_server.kinds.match import type_of
from jazz_server.pipelines.control import RunControl
from jazz_server.pipelines.messages import pipeline_from_message
from jazz_server.pipelines.program import Program
from jazz_server.pipelines.program import compile as compile_program

ops = jazz.ops
OFTEN = 3


@pytest.fixture
def kernels(tmp_path: Path) -> Iterator[Path]:
    made = hot.use(tmp_path, OFTEN)
    assert made is not None
    yield tmp_path
    made.close()
    hot.use(None)


def _program(traced: Callable[..., Any], values: dict[str, Value]) -> Program:
    pipeline = pipeline_from_message(jazz.pipeline(traced).message)
    return compile_program(pipeline, {name: type_of(value) for name, value in values.items()})


def _run(program: Program, values: dict[str, Value]) -> tuple[Any, str]:
    """The answer, and what was chosen."""
    with watching() as run:
        (answer,) = program.run(values, RunControl()).values()
    assert isinstance(answer, Tensor)
    chosen = [text for step in run.inner.values() for text in step.chosen]
    return answer.array(), " ".join(chosen or run.chosen)


def _wait_for_kernel(program: Program, values: dict[str, Value]) -> Any:
    deadline = time.monotonic() + 280  # the compiler is niced: others may take the machine meanwhile
    while time.monotonic() < deadline:
        answer, chosen = _run(program, values)
        if "a kernel of its own" in chosen:
            return answer
        time.sleep(0.1)
    raise AssertionError("there is no kernel yet")


def everything(x: Any, y: Any) -> Any:
    z = ops.maximum(x * 2 - y, 0.25) / (ops.abs(y) + 0.1)
    z = ops.minimum(-z, x) + ops.sqrt(ops.abs(x))
    return ops.clip(ops.relu(z) + z, -3, 3)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_kernel_of_its_own_gives_the_same_numbers(kernels: Path, dtype: Any) -> None:
    rng = np.random.default_rng(2)
    x, y = (rng.normal(size=(300, 40)).astype(dtype) for _ in range(2))
    x[0, :6] = [np.nan, np.inf, -np.inf, 0, -0.0, 1e30]
    values: dict[str, Value] = {"x": to_value(x), "y": to_value(y)}
    program = _program(everything, values)
    expected, chosen = _run(program, values)
    assert "block by block" in chosen
    np.testing.assert_array_equal(_wait_for_kernel(program, values), expected)
    assert [folder.name for folder in kernels.iterdir() if (folder / "lib" / "manifest.json").is_file()]


def test_a_kernel_that_was_made_before_is_there_at_once(kernels: Path) -> None:
    values: dict[str, Value] = {"x": to_value(np.ones((4, 4))), "y": to_value(np.ones((4, 4)))}
    program = _program(lambda x, y: x * 3 + y, values)
    _wait_for_kernel(program, values)
    again = hot.use(kernels, 1)
    assert again is not None
    _wait_for_kernel(program, values)
    again.close()


@pytest.mark.parametrize(
    "traced",
    [
        lambda x, y: ops.exp(x) + y,  # numpy's exp is vectorised, that of single numbers is not
        lambda x, y: (x + y) > 1,
        lambda x, y: x * ops.sum(y, axis=0) + 1,
        lambda x, y: ops.cast(x, "float32") * 2,
    ],
)
def test_what_has_no_form_for_single_numbers_stays(kernels: Path, traced: Callable[..., Any]) -> None:
    values: dict[str, Value] = {"x": to_value(np.ones((4, 4))), "y": to_value(np.ones((4, 4)))}
    program = _program(traced, values)
    for _ in range(OFTEN + 2):
        assert "a kernel of its own" not in _run(program, values)[1]
    assert not list(kernels.iterdir())


def test_closing_ends_the_compiler_with_its_workers(tmp_path: Path) -> None:
    made = hot.use(tmp_path, 1)
    assert made is not None
    values: dict[str, Value] = {"x": to_value(np.ones((4, 4))), "y": to_value(np.ones((4, 4)))}
    _run(_program(lambda x, y: x * 5 - y, values), values)
    deadline = time.monotonic() + 60
    while not _has_worker(made) and time.monotonic() < deadline:
        time.sleep(0.01)
    closing = threading.Thread(target=made.close, daemon=True)
    closing.start()
    closing.join(30)
    assert not closing.is_alive()
    hot.use(None)


def _has_worker(made: hot.HotKernels) -> bool:
    """Whether a process that the compiler has started has loaded what it compiles with."""
    if made._child is None:
        return False
    own = Path(f"/proc/{made._child.pid}")
    try:
        started = (own / "task" / own.name / "children").read_text().split()
        return any("llvmlite" in (own.parent / worker / "maps").read_text() for worker in started)
    except OSError:
        return False


def test_nothing_breaks_when_kernels_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    made = hot.use(tmp_path / "file", 1)
    assert made is not None
    values: dict[str, Value] = {"x": to_value(np.ones((4, 4))), "y": to_value(np.ones((4, 4)))}
    program = _program(lambda x, y: x * 3 + y, values)
    for _ in range(5):
        np.testing.assert_array_equal(_run(program, values)[0], np.full((4, 4), 4.0))
        time.sleep(0.05)
    made.close()
    hot.use(None)
