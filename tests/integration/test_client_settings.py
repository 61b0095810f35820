"""Spaces, kinds, pipelines, runs and the server itself, through the client."""

import copy
import datetime
import pickle
from collections.abc import Callable

import numpy as np
import pytest
import scipy.sparse as sp

import jazz
import jazz.aio
from client_database import adb, db

__all__ = ["adb", "db"]

DAY = datetime.timedelta(days=1)


@jazz.pipeline
def scaled(x: jazz.Dense["n"], factor: jazz.Dense["n"]):  # type: ignore  # noqa: F821
    return jazz.ops.multiply(x, factor)


@jazz.pipeline
def best(x: jazz.Tensor["rows", "n"]):  # type: ignore  # noqa: F821
    return jazz.ops.topk(jazz.ops.to_dense(x), 2)


def test_a_space_has_the_settings_that_it_was_given(db: jazz.Database) -> None:
    created = db.spaces.create("lab", versions=7, ttl=DAY, quota=1_000_000)

    assert (created.versions, created.ttl, created.quota, created.volatile) == (7, DAY, 1_000_000, False)
    assert db.spaces.get("lab") == created
    assert [space.name for space in db.spaces.list()] == ["lab"]
    assert list(db.spaces.list("x")) == []
    with pytest.raises(jazz.AlreadyExists):
        db.spaces.create("lab")


def test_settings_change_one_by_one(db: jazz.Database) -> None:
    created = db.spaces.create("lab", versions=7, ttl=DAY, quota=1_000_000)

    changed = db.spaces.update("lab", quota=None, if_version=created.version)
    assert (changed.versions, changed.ttl, changed.quota) == (7, DAY, None)
    assert db.spaces.update("lab", ttl=None).ttl is None
    assert db.spaces.update("lab", versions=2).versions == 2
    with pytest.raises(jazz.VersionConflict):
        db.spaces.update("lab", versions=3, if_version=created.version)


def test_a_volatile_space_needs_a_quota(db: jazz.Database) -> None:
    with pytest.raises(jazz.InvalidArgument):
        db.spaces.create("scratch", volatile=True)
    db.spaces.create("scratch", volatile=True, quota=1000)

    with pytest.raises(jazz.ResourceExhausted) as caught:
        db.put("scratch/x", np.zeros(1000))
    assert caught.value.reason == "QUOTA_EXCEEDED"


def test_a_space_with_blocks_is_deleted_by_force_only(db: jazz.Database) -> None:
    db.put("lab/x", 1)

    with pytest.raises(jazz.FailedPrecondition):
        db.spaces.delete("lab")
    db.spaces.delete("lab", force=True)
    with pytest.raises(jazz.NotFound):
        db.spaces.get("lab")


BAD: dict[str, Callable[[jazz.Database], object]] = {
    "name": lambda db: db.spaces.create(7),  # type: ignore[arg-type]
    "volatile": lambda db: db.spaces.create("lab", volatile=1),  # type: ignore[arg-type]
    "versions": lambda db: db.spaces.create("lab", versions=0),
    "quota": lambda db: db.spaces.create("lab", quota=-1),
    "ttl": lambda db: db.spaces.create("lab", ttl=0),
    "force": lambda db: db.spaces.delete("lab", force="yes"),  # type: ignore[arg-type]
    "update": lambda db: db.spaces.update("lab"),
    "kind": lambda db: db.kinds.put("lab/k", 7),  # type: ignore[arg-type]
    "pipeline": lambda db: db.run(lambda x: x),  # type: ignore[arg-type]
    "bind": lambda db: db.pipelines.put("lab/p", scaled, bind=["x"]),  # type: ignore[arg-type]
    "bind['x']": lambda db: db.pipelines.put("lab/p", scaled, bind={"x": db["lab/x"][:3]}),
    "inputs": lambda db: db.run(scaled, [1]),  # type: ignore[arg-type]
    "inputs: twice": lambda db: db.run(scaled, {"x": 1}, x=1),
    "into": lambda db: db.run(best, x=1, into="lab/y"),
    "details": lambda db: db.run(scaled, x=1, details=1),  # type: ignore[arg-type]
    "if_version": lambda db: db.kinds.put("lab/k", jazz.Dense["n"], if_version=1.5),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("field", BAD)
def test_bad_arguments_are_named_before_anything_is_sent(field: str) -> None:
    with jazz.connect("localhost:1") as db, pytest.raises(jazz.InvalidArgument) as caught:
        BAD[field](db)

    assert caught.value.violations[0].field == field.partition(":")[0]


def test_a_kind_is_stored_matched_and_asked_of_blocks(db: jazz.Database) -> None:
    photo = {"image": jazz.Dense["h", "w", 3], "mask": jazz.Dense["h", "w"]}
    stored = db.kinds.put("lab/photo", photo)
    good = {"image": np.zeros((4, 5, 3)), "mask": np.zeros((4, 5))}
    bad = {"image": np.zeros((4, 5, 3)), "mask": np.zeros((4, 6))}

    assert db.kinds.get("lab/photo") == stored
    assert [info.name for info in db.kinds.list("lab")] == ["lab/photo"]
    assert db.kinds.match("lab/photo", good).bindings == {"h": 4, "w": 5}
    mismatch = db.kinds.match(photo, bad)
    assert not mismatch
    assert "mask" in mismatch.mismatches[0].field
    db.put("lab/x", good, kind="lab/photo")
    assert db.kinds.match(jazz.kind(photo), db["lab/x"])
    with pytest.raises(jazz.KindMismatch) as caught:
        db.put("lab/x", bad, kind="lab/photo")
    assert caught.value.violations
    db.kinds.delete("lab/photo")
    with pytest.raises(jazz.NotFound):
        db.kinds.get("lab/photo")


def test_a_pipeline_is_stored_explained_and_run_by_name(db: jazz.Database) -> None:
    db.put("lab/factor", np.arange(3.0))
    stored = db.pipelines.put("lab/scaled", scaled, bind={"factor": "lab/factor"})

    assert list(stored.inputs) == ["x"]
    assert stored.binds == {"factor": "lab/factor"}
    assert [info.name for info in db.pipelines.list("lab")] == ["lab/scaled"]
    pipeline = db.pipelines.get("lab/scaled").pipeline
    assert pipeline is not None
    assert db.run("lab/scaled", x=np.ones(3)).tolist() == [0, 1, 2]
    assert db.run(pipeline, x=np.ones(3), factor=np.ones(3)).tolist() == [1, 1, 1]
    assert "multiply" in str(db.pipelines.explain("lab/scaled"))
    assert db.pipelines.explain(scaled).steps[0].op == "multiply"
    db.pipelines.delete("lab/scaled")
    with pytest.raises(jazz.NotFound):
        db.run("lab/scaled", x=np.ones(3))


def test_inputs_come_from_blocks_parts_of_them_and_here(db: jazz.Database) -> None:
    first = db.put("lab/x", np.arange(4.0))
    db.put("lab/x", np.zeros(4))

    here = db.run(scaled, x=np.ones(2), factor=db["lab/x"][1:3])
    old = db.run(scaled, x=jazz.ref(f"lab/x@{first.version}"), factor=np.ones(4), details=True)

    assert here.tolist() == [0, 0]
    assert old.value.tolist() == [0, 1, 2, 3]
    assert old.used_versions == {"x": f"lab/x@{first.version}"}
    assert old.pipeline_version is None
    assert old.compute_seconds >= 0


def test_large_inputs_and_outputs_are_streamed(db: jazz.Database) -> None:
    x = np.random.default_rng(1).random(1_000_000)

    np.testing.assert_array_equal(db.run(scaled, x=x, factor=x), x * x)


async def test_runs_are_awaited(adb: jazz.aio.Database) -> None:
    x = np.random.default_rng(1).random(1_000_000)

    np.testing.assert_array_equal(await adb.run(scaled, x=x, factor=x), x * x)


async def test_a_run_that_is_refused_while_it_is_sent_says_why(adb: jazz.aio.Database) -> None:
    for _ in range(5):
        with pytest.raises(jazz.NotFound):
            await adb.run("lab/nothing", x=np.zeros(3_000_000))


def test_several_outputs_are_unpacked_or_named(db: jazz.Database) -> None:
    x = sp.csr_array(np.array([[0, 3.0, 1, 0], [5, 0, 0, 2]]))

    values, indices = outputs = db.run(best, x=x)

    assert values.tolist() == [[3, 1], [5, 2]]
    assert outputs["indices"].tolist() == indices.tolist() == [[1, 2], [0, 3]]
    assert outputs.values.tolist() == values.tolist()
    assert outputs.names == ("values", "indices")
    assert dict(outputs.items()).keys() == {"values", "indices"}
    with pytest.raises(KeyError, match="values, indices"):
        _ = outputs["nothing"]
    assert pickle.loads(pickle.dumps(outputs)).names == outputs.names


def test_outputs_are_stored_where_asked(db: jazz.Database) -> None:
    db.pipelines.put("lab/scaled", scaled)

    info = db.run("lab/scaled", x=np.ones(3), factor=np.ones(3), into="lab/y")
    mixed = db.run(best, x=np.eye(2), into={"values": "lab/values"})

    assert info.name == "lab/y"
    assert db.get("lab/y").tolist() == [1, 1, 1]
    assert mixed["values"].name == "lab/values"
    assert mixed["indices"].shape == (2, 2)


def test_inputs_whose_names_are_those_of_arguments_are_given_as_a_mapping(db: jazz.Database) -> None:
    @jazz.pipeline(inputs={"into": jazz.Dense["n"], "timeout": jazz.Dense["n"]})
    def odd(into, timeout):  # type: ignore[no-untyped-def]
        return into + timeout

    assert db.run(odd, {"into": np.ones(1), "timeout": np.ones(1)}).tolist() == [2]


def test_inputs_that_do_not_fit_are_named(db: jazz.Database) -> None:
    with pytest.raises(jazz.KindMismatch) as caught:
        db.run(scaled, x=np.ones(3), factor=np.ones(4))
    assert caught.value.violations
    with pytest.raises(jazz.InvalidArgument):
        db.run(scaled, x=np.ones(3))
    with pytest.raises(jazz.InvalidArgument):
        db.run(scaled, x=np.ones(3), factor=np.ones(3), other=1)
    with pytest.raises(jazz.NotFound):
        db.run(scaled, x=np.ones(3), factor=db["lab/nothing"])


@jazz.pipeline
def twice_scaled(x: jazz.Dense["n"], factor: jazz.Dense["n"], times=2):  # type: ignore  # noqa: F821
    return jazz.ops.multiply(x, factor) * times @ np.ones((3, 1))


def test_what_does_not_fit_is_said_with_the_line_that_wrote_it(db: jazz.Database) -> None:
    for call in (
        lambda: db.pipelines.put("lab/twice", twice_scaled, bind={"factor": "lab/two"}),
        lambda: db.pipelines.explain(twice_scaled, bind={"factor": "lab/two"}),
        lambda: db.run(twice_scaled, x=np.ones(2), factor=np.ones(2)),
    ):
        db.put("lab/two", np.ones(2))
        with pytest.raises(jazz.KindMismatch) as caught:
            call()
        assert [f"(at {twice_scaled.source_of(2)})" in wrong.field for wrong in caught.value.violations] == [True]


async def test_an_asynchronous_run_says_the_line_as_well(adb: jazz.aio.Database) -> None:
    with pytest.raises(jazz.KindMismatch, match=r"test_client_settings\.py:\d+"):
        await adb.run(twice_scaled, x=np.ones(2), factor=np.ones(2))


def test_the_name_of_a_block_sent_as_a_text_is_mentioned(db: jazz.Database) -> None:
    with pytest.raises(jazz.KindMismatch, match=r"x is the text 'lab/x'.*jazz\.ref"):
        db.run(scaled, x="lab/x", factor=np.ones(3))


def test_a_parameter_with_a_default_is_no_input(db: jazz.Database) -> None:
    with pytest.raises(jazz.InvalidArgument, match="times has a default"):
        db.run(twice_scaled, x=np.ones(3), factor=np.ones(3), times=3)


def test_what_the_server_told_can_be_pickled_and_copied(db: jazz.Database) -> None:
    db.pipelines.put("lab/scaled", scaled)
    told = [
        db.put("lab/x", np.ones(3), attributes={"a": "b"}),
        db.kinds.put("lab/point", {"x": jazz.Dense["n"]}),
        db.pipelines.get("lab/scaled"),
        db.pipelines.explain("lab/scaled"),
        db.kinds.match(jazz.Dense["n"], db["lab/x"]),
        db.spaces.get("lab"),
        db.server.info(),
    ]
    assert pickle.loads(pickle.dumps(told)) == copy.deepcopy(told) == told
    with pytest.raises(TypeError):
        pickle.loads(pickle.dumps(told[0])).attributes["a"] = "c"
    run = db.run("lab/scaled", {"x": np.ones(3), "factor": np.ones(3)}, details=True)
    assert pickle.loads(pickle.dumps(run)).value.tolist() == [1, 1, 1]


def test_a_kind_comes_back_as_it_was_written(db: jazz.Database) -> None:
    base = jazz.kind({"image": jazz.Dense[np.uint8, "h", "w"]}, doc="A photo.")
    version = db.kinds.put("lab/photo", base).version
    kind = jazz.kind(jazz.Table[{"at": jazz.Dense[str, ()]}].optional("at").closed(), extends=f"lab/photo@{version}")
    db.kinds.put("lab/dated", kind)

    assert db.kinds.get("lab/photo").kind == base
    assert db.kinds.get("lab/dated").kind == kind
    written = "jazz.Table[{'at': jazz.Dense[str, ()]}].optional('at').closed()"
    assert repr(kind) == f"jazz.kind({written}, extends=['lab/photo@{version}'])"
    assert "may be absent" in kind._repr_html_()
    assert "A photo." in db.kinds.get("lab/photo")._repr_html_()
    match = db.kinds.match("lab/photo", {"image": 1.5})
    assert repr(match).splitlines()[:2] == ["<Match: no", "  - image: expected uint8, found float64"]
    assert repr(db.kinds.match(jazz.Dense["n"], np.ones(3))) == "<Match: yes, n = 3>"


def test_the_server_tells_what_it_is(db: jazz.Database) -> None:
    info = db.server.info()

    assert info.version
    assert info.threads >= 1
    assert info.inline_bytes > 0
    assert info.started < datetime.datetime.now(datetime.UTC)
    assert "Jazz" in info._repr_html_()


def test_operations_are_listed(db: jazz.Database) -> None:
    ops = {op.name: op for op in db.ops()}

    assert {"matmul", "topk", "relu"} <= ops.keys()
    assert "matmul" in repr(ops["matmul"])
    assert [parameter.name for parameter in ops["topk"].parameters] == ["k"]
