"""The same mistake is an error of the same class in both clients."""

import re
from collections.abc import Callable

import numpy as np
import pytest

import jazz
from jazz import ops

Call = Callable[[jazz.Database], object]

MISTAKES: dict[str, tuple[str, Call]] = {
    "no such block": ('jz_get(db, "lab/nothing")', lambda db: db.get("lab/nothing")),
    "no such version": ('jz_get(db, "lab/here", version = 1e9)', lambda db: db.get("lab/here", version=10**9)),
    "no such space": ('jz_space_get(db, "nowhere")', lambda db: db.spaces.get("nowhere")),
    "no such kind": ('jz_kind_get(db, "lab/none")', lambda db: db.kinds.get("lab/none")),
    "no such pipeline": ('jz_run(db, "lab/none", x = 1)', lambda db: db.run("lab/none", x=1.0)),
    "no such field": ('jz_get(db, "lab/table", item = "z")', lambda db: db.get("lab/table", item="z")),
    "a name without a space": ('jz_put(db, "nothing", 1)', lambda db: db.put("nothing", 1.0)),
    "a name with spaces": ('jz_put(db, "lab two/x", 1)', lambda db: db.put("lab two/x", 1.0)),
    "it must not exist": (
        'jz_put(db, "lab/here", 1, if_version = 0)',
        lambda db: db.put("lab/here", 1.0, if_version=0),
    ),
    "another version": ('jz_put(db, "lab/here", 1, if_version = 7)', lambda db: db.put("lab/here", 1.0, if_version=7)),
    "a space that exists": ('jz_space_create(db, "lab")', lambda db: db.spaces.create("lab")),
    "a space that is not empty": ('jz_space_delete(db, "lab")', lambda db: db.spaces.delete("lab")),
    "not of the kind": (
        'jz_put(db, "lab/x", "text", kind = "lab/number")',
        lambda db: db.put("lab/x", "text", kind="lab/number"),
    ),
    "a kind that cannot be read": (
        'jz_kind_put(db, "lab/k", "float32[")',
        lambda db: db.kinds.put("lab/k", "float32["),
    ),
    "a kind that is still required": (
        'jz_kind_delete(db, "lab/number")',
        lambda db: db.kinds.delete("lab/number"),
    ),
    "an input that is missing": ('jz_run(db, "lab/double")', lambda db: db.run("lab/double")),
    "an input too many": ('jz_run(db, "lab/double", x = 1, y = 2)', lambda db: db.run("lab/double", x=1.0, y=2.0)),
    "an input of another type": ('jz_run(db, "lab/double", x = "a")', lambda db: db.run("lab/double", x="a")),
    "shapes that do not go together": (
        'jz_pipeline_put(db, "lab/bad", jz_pipeline(function(a, b) a %*% b, inputs = list(a = "any[2, 3]", b = "any[2, 3]")))',  # noqa: E501
        lambda db: db.pipelines.put(
            "lab/bad", jazz.pipeline(lambda a, b: a @ b, inputs={"a": "any[2, 3]", "b": "any[2, 3]"})
        ),
    ),
    "constants that are too large": (
        "jz_pipeline(function(x) x %*% matrix(0, 400, 400))",
        lambda db: jazz.pipeline(lambda x: x @ np.zeros((400, 400))),
    ),
    "an operation outside of a pipeline": ("jz_relu(1)", lambda db: ops.relu(1.0)),
    "a function where a value belongs": (
        "jz_pipeline(function(x) x * exp)",
        lambda db: jazz.pipeline(lambda x: x * np.exp),
    ),
    "nothing comes out": ("jz_pipeline(function(x) NULL)", lambda db: jazz.pipeline(lambda x: None)),
    "a type that cannot be read": (
        'jz_pipeline(function(x) x, inputs = list(x = "float3[n]"))',
        lambda db: jazz.pipeline(lambda x: x, inputs={"x": "float3[n]"}),
    ),
    "a setting that makes no sense": (
        "jz_pipeline(function(x) jz_clip(x, 2, 1))",
        lambda db: jazz.pipeline(lambda x: ops.clip(x, 2, 1)),
    ),
    "a time to live below zero": ('jz_put(db, "lab/x", 1, ttl = -1)', lambda db: db.put("lab/x", 1.0, ttl=-1)),
    "no server": (
        'jz_server(jz_connect("127.0.0.1:1", timeout = 5))',
        lambda db: jazz.connect("127.0.0.1:1", timeout=5).server.info(),
    ),
    "a target that is none": ('jz_connect("a:b:c")', lambda db: jazz.connect("a:b:c")),
    "a deadline that has passed": (
        'jz_run(db, "lab/long", x = 1, timeout = 0.1)',
        lambda db: db.run("lab/long", x=1.0, timeout=0.1),
    ),
}


def classes_of(error: BaseException) -> set[str]:
    """The classes of R that say what an exception of Python says."""
    return {
        "jazz_error_" + re.sub(r"(?<!^)([A-Z])", r"_\1", cls.__name__).lower()
        for cls in type(error).__mro__
        if issubclass(cls, jazz.JazzError) and cls not in (jazz.JazzError, jazz.TracingError)
    } | {"jazz_error"}


@pytest.fixture
def stored(db):
    db.put("lab/here", 1.0)
    db.put("lab/table", {"a": 1.0})
    db.kinds.put("lab/number", "float64[...]")
    db.put("lab/of-kind", 1.0, kind="lab/number")
    db.spaces.create("strict", kind="lab/number")
    db.pipelines.put("lab/double", jazz.pipeline(lambda x: x * 2.0, inputs={"x": "float64[n]"}))
    db.pipelines.put("lab/long", jazz.pipeline(lambda x: ops.iterate(lambda s: s * 0.5, x, max_iter=10**9).state))
    return db


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_the_same_error_in_both(r, stored, mistake):
    code, call = MISTAKES[mistake]
    with pytest.raises(jazz.JazzError) as python:
        call(stored)
    condition = r.condition(code)
    assert set(condition.classes) - {"jazz_error_tracing", "error", "condition"} == classes_of(python.value)
    if not isinstance(python.value, jazz.TracingError):
        assert condition.reason == python.value.reason
    assert condition.classes[-3:] == ("jazz_error", "error", "condition")
    assert condition.message


def test_errors_of_the_server_say_the_same(r, stored):
    with pytest.raises(jazz.NotFound) as python:
        stored.get("lab/nothing")
    assert r.condition('jz_get(db, "lab/nothing")').message == str(python.value)


def test_an_error_leaves_the_connection_usable(r, stored):
    for _ in range(3):
        r.condition('jz_get(db, "lab/nothing")')
    assert r.run('jz_get(db, "lab/here")')[0] == 1.0
