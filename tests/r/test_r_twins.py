"""A pipeline is the same in R and in Python, to the byte, and each runs what the other registered."""

import inspect
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

import jazz
from jazz.v1 import pipelines_pb2
from r.session import RSession
from r.twins import DATA, FIELDS, TWINS, TYPES

each_twin = pytest.mark.parametrize(("code", "function"), TWINS.items(), ids=[code[9:70] for code in TWINS])


def inputs_of(function: Callable[..., object]) -> list[str]:
    return [name for name, p in inspect.signature(function).parameters.items() if p.default is p.empty]


def in_python(function: Callable[..., object]) -> jazz.Pipeline:
    tables = {name: jazz.Table[dict(fields)] for name, fields in FIELDS.items()}
    return jazz.pipeline(function, inputs={name: (TYPES | tables)[name] for name in inputs_of(function)})


def in_r(r: RSession, code: str, function: Callable[..., object]) -> None:
    types = ", ".join(f"{name} = {in_words(name)}" for name in inputs_of(function))
    r.run(f"twin <- jz_pipeline({code}, inputs = list({types}))")


def in_words(name: str) -> str:
    """The type of an input, as R has it."""
    if name in TYPES:
        return f'"{TYPES[name]}"'
    fields = ", ".join(f'{field} = "{type_}"' for field, type_ in FIELDS[name].items())
    return f"jz_table(list({fields}))"


@each_twin
def test_twins_are_equal_to_the_byte(r, code, function):
    python = in_python(function)
    in_r(r, code, function)
    found = pipelines_pb2.Pipeline.FromString(r.bytes("jz_pipeline_bytes(twin)"))
    found.doc = python.message.doc
    assert found == python.message
    assert found.SerializeToString(deterministic=True) == bytes(python)


@each_twin
def test_twins_run_from_the_other_language(r, db, code, function):
    """Inputs are stored from R; each client runs what the other one stored, and R's answer is what Python's is."""
    python = in_python(function)
    in_r(r, code, function)
    names = inputs_of(function)
    for name in names:
        r.run(f'jz_put(db, "data/{name}", {DATA[name]})')
    r.run('jz_pipeline_put(db, "twins/r", twin)')
    db.pipelines.put("twins/python", python)
    here = db.run("twins/r", **{name: db[f"data/{name}"] for name in names})
    given = "".join(f', {name} = jz_block(db, "data/{name}")' for name in names)
    r.run(f'answer <- jz_run(db, "twins/python"{given})')
    for output in python.outputs:
        r.run(f'jz_put(db, "answers/{output}", {"answer" if len(python.outputs) == 1 else f"answer${output}"})')
        wanted = here if len(python.outputs) == 1 else dict(zip(python.outputs, here, strict=True))[output]
        check_equal(db.get(f"answers/{output}"), wanted)


def check_equal(found: object, wanted: object) -> None:
    """Equal values; R has no scalars and no types but its own, of which widths are not told here."""
    for side in (found, wanted):
        assert side is not None
    if isinstance(wanted, pd.DataFrame):
        assert isinstance(found, pd.DataFrame)
        pd.testing.assert_frame_equal(found, wanted, check_dtype=False)
        return
    if hasattr(wanted, "toarray"):
        found, wanted = found.toarray(), wanted.toarray()
    if hasattr(wanted, "categories"):
        found, wanted = np.asarray(found), np.asarray(wanted)
    found, wanted = np.ma.asarray(found), np.ma.asarray(wanted)
    if wanted.dtype.kind in "OTU":
        assert found.ravel().tolist() == wanted.ravel().tolist()
        return
    if wanted.dtype.kind in "mM":
        np.testing.assert_array_equal(found.ravel(), wanted.ravel())
        return
    np.testing.assert_array_equal(np.ma.getmaskarray(found).ravel(), np.ma.getmaskarray(wanted).ravel())
    np.testing.assert_allclose(found.filled(0).ravel(), wanted.filled(0).ravel(), rtol=1e-15)
    if wanted.ndim > 0:
        assert found.shape == wanted.shape


def test_every_operation_of_the_catalogue_has_its_twins(r, db):
    used = set()
    for code, function in TWINS.items():
        in_r(r, code, function)
        message = pipelines_pb2.Pipeline.FromString(r.bytes("jz_pipeline_bytes(twin)"))
        used |= {step.op for graph in (message.graph, *message.graphs) for step in graph.steps}
    assert sorted({op.name for op in db.ops()} - used) == []
    assert r.texts("jz_ops(db)$name") == [op.name for op in db.ops()]


def test_every_operation_has_a_function_in_r(r, db):
    exported = set(r.texts('getNamespaceExports("rjazz")'))
    assert sorted(op.name for op in db.ops() if f"jz_{op.name}" not in exported) == []


@pytest.mark.parametrize(
    "type_",
    [
        *TYPES.values(),
        "float32[rows, 1024] csr",
        "int32|float64[*, n]?",
        "float64[...] in kg/m**3",
        "float64[n] from -1 to 2.5",
        "timestamp[us, Europe/Vienna][n]",
        "duration[ns][]",
        "ordered factor[n]",
        "bool[3] coo|dense strict",
        "any[a, b, 3]",
        "null",
        "any",
        "lab/photo",
        "lab/photo@3",
    ],
)
def test_types_are_read_and_written_alike(r, type_):
    python = jazz.pipeline(lambda x: x, inputs={"x": type_})
    r.run(f'twin <- jz_pipeline(function(x) x, inputs = list(x = "{type_}"))')
    assert r.bytes("jz_pipeline_bytes(twin)") == bytes(python)
    assert r.text("format(rjazz:::as_type('" + type_ + "', 'x'))") == str(python.inputs["x"])


def test_a_long_pipeline_is_equal_too(r):
    def long(x):
        for _ in range(500):
            x = x * 1.5 + 1.0
        return x

    r.run("twin <- jz_pipeline(function(x) { for (k in 1:500) x <- x * 1.5 + 1; x }, inputs = list(x = 'float64[n]'))")
    assert r.bytes("jz_pipeline_bytes(twin)") == bytes(jazz.pipeline(long, inputs={"x": "float64[n]"}))


def test_python_sees_that_results_of_what_r_stored_are_kept(r, db):
    r.run("twice <- jz_pipeline(function(x) x * 2, inputs = list(x = 'float64[n]'))")
    r.run('jz_pipeline_put(db, "lab/kept", twice, cache_results = TRUE)')
    r.run('jz_pipeline_put(db, "lab/anew", twice)')
    assert db.pipelines.get("lab/kept").cache_results
    assert not db.pipelines.get("lab/anew").cache_results
    db.pipelines.put("lab/python", db.pipelines.get("lab/kept").pipeline, cache_results=True)
    assert r.flag('jz_pipeline_get(db, "lab/python")$cache_results')
    details = 'jz_run(db, "lab/kept", x = c(1, 2), details = TRUE)'
    assert r.flag(f"{details}$runs_together == 1")
    assert r.flag(f"{details}$runs_together == 0")


def test_a_pipeline_got_from_the_server_is_called_in_r(r, db):
    db.pipelines.put("lab/twice", jazz.pipeline(lambda x: x * 2.0))
    r.run('twice <- jz_pipeline_get(db, "lab/twice")$pipeline')
    r.run("twin <- jz_pipeline(function(v) jz_call(twice, jz_call(twice, v)))")
    assert list(r.run("jz_run(db, twin, v = c(1, 2))")) == [4, 8]


def test_errors_of_the_server_name_the_call_of_r(r):
    r.run("wrong <- jz_pipeline(function(x) jz_topk(exp(x) %*% t(x), 5), inputs = list(x = 'float64[2, 3]'))")
    error = r.condition('jz_pipeline_put(db, "lab/wrong", wrong)')
    assert "jazz_error_kind_mismatch" in error.classes
    assert any("jz_topk(exp(x) %*% t(x), 5)" in field for field in error.fields)
