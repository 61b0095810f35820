"""Programs of random graphs answer as their steps do one by one, and the steps as their references do.

A few dozen graphs, with JAZZ_SOAK set 1000, over the whole catalogue. The seed is printed; JAZZ_SEED sets it.
"""

from __future__ import annotations

import inspect
import os
from collections import Counter
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from jazz.values import Layout, Table, Tensor, Value
from jazz_server.engine.catalogue import CATALOGUE
from jazz_server.kinds.match import type_of
from jazz_server.kinds.types import TensorType
from jazz_server.pipelines.control import RunControl
from jazz_server.pipelines.errors import RunOutOfMemory
from jazz_server.pipelines.graph import Step
from jazz_server.pipelines.infer import infer
from jazz_server.pipelines.messages import pipeline_from_message, pipeline_to_message
from jazz_server.pipelines.program import compile as compile_program
from unit.engine.cases import BINARY, COMPARING
from unit.engine.checking import RTOL, Check
from unit.engine.checks import CHECKS
from unit.engine.samples import Sample, array_of, indices_of, missing_of
from unit.pipelines.random_graphs import OPERATIONS, Grown, grown

SOAK = bool(os.environ.get("JAZZ_SOAK"))
GRAPHS = 1000 if SOAK else 40
PIECES = 20 if SOAK else 4
SEED = int(os.environ.get("JAZZ_SEED", "1"))
LITERALS = {*BINARY, *COMPARING}
"""Operations whose references take literals."""

ROUNDED = {"cg", "knn", "pagerank", "spsolve"}
"""Operations whose answers hang on rounding: what is close enough, which of two distances is less."""

MODERATE = 1e4
"""Up to here rounding says what it says of numbers near 1."""


@pytest.mark.parametrize("piece", range(PIECES))
def test_a_program_answers_as_its_steps_do(piece: int) -> None:
    counts: Counter[str] = Counter()
    first = SEED * 1_000_000 + piece * (GRAPHS // PIECES)
    for seed in range(first, first + GRAPHS // PIECES):
        graph = grown(seed, 3 + seed % 10)
        try:
            _check_program(graph, seed)
            for position in range(len(graph.steps)):
                _check_step(graph, position)
        except AssertionError as error:
            raise AssertionError(f"graph of seed {seed}: {_told(graph)}\n{error}") from error
        counts.update(step.op for step in graph.steps)
    print(f"{GRAPHS // PIECES} graphs from seed {first}, {counts.total()} steps of {len(counts)} operations")


@pytest.mark.skipif(not SOAK, reason="takes all graphs")
def test_graphs_are_of_all_operations() -> None:
    found = {step.op for seed in range(GRAPHS) for step in grown(SEED * 1_000_000 + seed, 3 + seed % 10).steps}
    assert sorted(set(OPERATIONS) - found) == []


def _check_program(graph: Grown, seed: int) -> None:
    """The answers of a program are those of its steps, as a whole and with little memory."""
    pool = graph.pool()
    rng = np.random.default_rng(seed)
    chosen = [pool[-1], *(pool[n] for n in rng.integers(len(pool), size=2))]
    pipeline = pipeline_from_message(pipeline_to_message(graph.pipeline([source for source, _ in chosen])))
    given = {f"x{n}": value for n, value in enumerate(graph.inputs)}
    typing = infer(pipeline, {name: type_of(value) for name, value in given.items()})
    program = compile_program(pipeline, typing)
    fused = any(step.replaces for step in program.graph.steps)
    outputs = program.run(given, RunControl())
    for (name, output), (_, expected) in zip(outputs.items(), chosen, strict=True):
        _assert_same(output, expected, exact=not fused)
        inferred = typing.outputs[name]
        found = type_of(output)
        if isinstance(inferred, TensorType) and isinstance(found, TensorType):
            assert not inferred.dtypes or found.dtype in inferred.dtypes
            assert not inferred.layouts or found.layout in inferred.layouts
            assert inferred.nullable or not found.nullable
    try:
        narrow = program.run(given, RunControl(memory_limit=1 << 14))
    except RunOutOfMemory:
        return
    for output, (_, expected) in zip(narrow.values(), chosen, strict=True):
        _assert_same(output, expected, exact=False)


def _assert_same(found: Value, expected: Value, *, exact: bool) -> None:
    if isinstance(expected, Table):
        assert isinstance(found, Table)
        for (name, a), (other, b) in zip(found.fields, expected.fields, strict=True):
            assert name == other
            _assert_same(a, b, exact=exact)
        return
    if not isinstance(expected, Tensor):
        assert type(found) is type(expected)
        return
    assert isinstance(found, Tensor)
    assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
    if not expected.dtype.numeric:
        assert found.data is not None
        assert_array_equal(found.data, expected.data)
        return
    assert_array_equal(missing_of(found), missing_of(expected))
    a, b = array_of(found), array_of(expected)
    if exact or a.dtype.kind not in "fc":
        assert_array_equal(a, b)
    else:
        _assert_close(a, b)


def _assert_close(found: Any, expected: Any) -> None:
    rtol = RTOL.get(expected.dtype.name, 1e-12) * 10
    finite = np.abs(expected[np.isfinite(expected)])
    if finite.size and finite.max() > MODERATE:
        return  # what was large may have been added to its opposite
    assert_allclose(found, expected, rtol=rtol, atol=rtol * 10, equal_nan=True)


def _check_step(graph: Grown, position: int) -> None:
    """A step answers as the reference of its operation does, where there is one and numbers are moderate."""
    step, arguments, results = graph.steps[position], graph.arguments[position], graph.results[position]
    tried = CHECKS.get(step.op)
    if tried is None or step.op in ROUNDED or any(isinstance(a, Table) for a in arguments):
        return
    samples = [_sample(a) if isinstance(a, Tensor) else a for a in arguments]
    if any(s is None for s in samples) or not any(isinstance(s, Sample) for s in samples):
        return
    if step.op not in LITERALS and not all(isinstance(s, Sample) for s in samples):
        return
    settings = _settings(step, tried)
    if settings is None:
        return
    with np.errstate(all="ignore"):
        answers = tried.missing(step.op, samples, settings)
    for result, (values, missing) in zip(results, answers, strict=True):
        assert isinstance(result, Tensor)
        assert_array_equal(missing_of(result), missing)
        found = array_of(result)
        assert (found.dtype, found.shape) == (values.dtype, values.shape)
        _assert_close(found[~missing], values[~missing]) if found.dtype.kind in "fc" else assert_array_equal(
            found[~missing], values[~missing]
        )


def _settings(step: Step, tried: Check) -> dict[str, Any] | None:
    """The settings of a step as its reference takes them, with defaults; None when it does not take them all."""
    takes = inspect.signature(tried.reference).parameters
    names = {*takes, *(("skipna",) if tried.skipna else ())}
    chosen = dict(step.parameters)
    anything = any(parameter.kind is parameter.VAR_KEYWORD for parameter in takes.values())
    if not anything and not chosen.keys() <= names:
        return None
    defaults = {p.name: p.default for p in CATALOGUE[step.op].parameters if p.name in takes and p.default is not None}
    return defaults | chosen


def _sample(tensor: Tensor) -> Sample | None:
    """A tensor as references take it; None for what they do not: texts, and numbers that are not moderate."""
    if not tensor.dtype.numeric:
        return None
    array = array_of(tensor)
    with np.errstate(all="ignore"):
        if array.dtype.kind in "iufc" and array.size and not np.all(np.abs(array) < MODERATE):
            return None
    stored = np.ones(tensor.shape, np.bool_)
    if tensor.layout is not Layout.DENSE:
        stored = np.zeros(tensor.shape, np.bool_)
        stored[indices_of(tensor)] = True
    return Sample(tensor, array, stored, missing_of(tensor))


def _told(graph: Grown) -> str:
    return "; ".join(f"%{n} {step.op}{step.arguments} {dict(step.parameters)}" for n, step in enumerate(graph.steps))
