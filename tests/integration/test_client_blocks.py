"""Blocks through the client: what goes in comes out, versions, preconditions, lists, bad input."""

import datetime
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

import jazz
import jazz.aio
from client_database import adb, db

__all__ = ["adb", "db"]

VALUES = {
    "none": None,
    "bool": True,
    "int": -7,
    "float": 1.5,
    "complex": 1 + 2j,
    "text": "grüß di 🎷",
    "bytes": b"\x00\xff",
    "scalar": np.float32(2.5),
    "vector": np.arange(5, dtype=np.int16),
    "matrix": np.arange(6.0).reshape(2, 3),
    "fortran": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    "rank 5": np.arange(32, dtype=np.uint8).reshape(2, 2, 2, 2, 2),
    "empty": np.empty((0, 3), np.float16),
    "strided": np.arange(20)[::3],
    "big-endian": np.arange(5, dtype=">i4"),
    "times": np.array(["2026-01-01T00:00:01", "NaT"], "datetime64[ns]"),
    "masked": np.ma.masked_array([1, 2, 3], [False, True, False]),
    "large": np.random.default_rng(1).random(400_000),
}


def same(a: object, b: object) -> None:
    if isinstance(b, np.ma.MaskedArray):
        assert isinstance(a, np.ma.MaskedArray)
        assert np.array_equal(a.mask, b.mask)
        assert a.tolist() == b.tolist()
    elif isinstance(b, np.ndarray):
        assert isinstance(a, np.ndarray)
        assert a.dtype == b.dtype.newbyteorder("=")
        assert a.shape == b.shape
        np.testing.assert_array_equal(a, b)
    else:
        assert a == b


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_what_is_put_is_what_is_got(db: jazz.Database, value: object) -> None:
    db.put("lab/x", value)

    same(db.get("lab/x"), value)


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
async def test_what_is_put_asynchronously_is_what_is_got(adb: jazz.aio.Database, value: object) -> None:
    await adb.put("lab/x", value)

    same(await adb.get("lab/x"), value)


def test_texts_come_back(db: jazz.Database) -> None:
    db.put("lab/x", np.array(["a", "", "grüß"]))

    assert list(db.get("lab/x")) == ["a", "", "grüß"]
    assert list(db.get("lab/x", rows=slice(1, 3))) == ["", "grüß"]


@pytest.mark.parametrize("layout", ["csr", "csc", "coo"])
def test_sparse_matrices_come_back_in_their_layout(db: jazz.Database, layout: str) -> None:
    matrix = sp.random_array((300, 200), density=0.05, format=layout, rng=np.random.default_rng(1))

    db.put("lab/x", matrix)
    got = db.get("lab/x")

    assert got.format == layout
    assert (got != matrix).nnz == 0
    assert db.info("lab/x").layout == layout


def test_tables_come_back_field_by_field(db: jazz.Database) -> None:
    db.put("lab/t", {"a": np.arange(3), "inner": {"b": "text"}})

    assert db.info("lab/t").fields == ("a", "inner")
    assert db.get("lab/t", item=("inner", "b")) == "text"
    assert db["lab/t"]["inner"]["b"].get() == "text"
    same(db.get("lab/t")["a"], np.arange(3))


def test_frames_come_back(db: jazz.Database) -> None:
    frame = pd.DataFrame({"n": [1, 2, 3], "name": ["a", "b", None]})

    db.put("lab/f", frame)

    assert db.get("lab/f", to="pandas")["n"].tolist() == [1, 2, 3]
    assert db.get("lab/f", columns=["name"], rows=slice(0, 2), to="pandas")["name"].tolist() == ["a", "b"]


def test_arrays_that_come_back_can_be_written_to(db: jazz.Database) -> None:
    db.put("lab/x", np.zeros(3))
    got = db.get("lab/x")
    with db.batch() as batch:
        small = batch.get("lab/x")

    got += 1
    small.value[:] = 2

    same(db.get("lab/x"), np.zeros(3))


def test_parts_are_cut_on_the_server(db: jazz.Database) -> None:
    array = np.arange(40.0).reshape(8, 5)
    db.put("lab/x", array)
    block = db["lab/x"]

    same(db.get("lab/x", rows=slice(2, -2), columns=slice(1, 3)), array[2:-2, 1:3])
    same(db.get("lab/x", rows=range(3, 3)), array[3:3])
    same(block[-2:].get(), array[-2:])
    same(block[:, 4:].get(), array[:, 4:])
    same(db.get(block[1:2]), array[1:2])
    same(np.asarray(block[:3]), array[:3])


@pytest.mark.parametrize("value", [[1, None], sp.eye_array(2).tocsr(), {"a": [1]}, None])
def test_a_block_does_not_become_an_array_that_would_lose_something(db: jazz.Database, value: object) -> None:
    db.put("lab/x", value)

    with pytest.raises(TypeError, match=r"<Block lab/x> .*\.get\(\)"):
        np.asarray(db["lab/x"])


def test_a_block_reads_as_an_entry_of_a_mapping(db: jazz.Database) -> None:
    db["lab/x"] = np.arange(3)

    assert "lab/x" in db
    assert db["lab/x"].shape == (3,)
    assert db["lab/x"].dtype == "int64"
    assert db["lab/x"].nbytes == 24
    assert db["lab/x"].attributes == {}
    del db["lab/x"]
    assert "lab/x" not in db
    assert not db["lab/x"].exists()


def test_versions_are_kept_and_read(db: jazz.Database) -> None:
    first = db.put("lab/x", 1)
    second = db["lab/x"].put(2)

    assert second.version > first.version
    assert [info.version for info in db["lab/x"].versions()] == [second.version, first.version]
    assert db.get("lab/x", version=first.version) == 1
    assert db.get(f"lab/x@{first.version}") == 1
    assert db.info("lab/x", version=first.version).version == first.version
    db.delete("lab/x", version=first.version)
    with pytest.raises(jazz.NotFound) as caught:
        db.get("lab/x", version=first.version)
    assert caught.value.reason == "VERSION_NOT_FOUND"


def test_preconditions_hold(db: jazz.Database) -> None:
    first = db.put("lab/x", 1, if_version=0)

    with pytest.raises(jazz.JazzError) as caught:
        db.put("lab/x", 2, if_version=0)
    assert isinstance(caught.value, jazz.AlreadyExists | jazz.VersionConflict)
    second = db.put("lab/x", 2, if_version=first.version)
    with pytest.raises(jazz.VersionConflict):
        db.put("lab/x", 3, if_version=first.version)
    with pytest.raises(jazz.VersionConflict):
        db.delete("lab/x", if_version=first.version)
    with pytest.raises(jazz.VersionConflict):
        db.update("lab/x", attributes={}, if_version=first.version)
    db.delete("lab/x", if_version=second.version)


def test_a_put_tells_what_it_stored(db: jazz.Database) -> None:
    info = db.put("lab/x", np.zeros((2, 3), np.float32), attributes={"unit": "m", "a": "ü"})

    assert (info.name, info.shape, info.dtype, info.layout, info.nbytes) == ("lab/x", (2, 3), "float32", "dense", 24)
    assert list(info.attributes.items()) == [("a", "ü"), ("unit", "m")]
    assert info.created <= datetime.datetime.now(datetime.UTC)
    assert info.expires is None
    assert info.kind is None
    assert info == db.info("lab/x")


def test_attributes_and_expiry_change_without_a_new_version(db: jazz.Database) -> None:
    put = db.put("lab/x", 1, attributes={"a": "1"}, ttl=3600)
    assert put.expires is not None
    later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1)

    changed = db.update("lab/x", expires=later)
    assert changed.version == put.version
    assert changed.attributes == {"a": "1"}
    assert changed.expires is not None
    assert abs(changed.expires - later) < datetime.timedelta(milliseconds=1)
    assert db["lab/x"].update(attributes={"b": "2"}, expires=None).expires is None
    assert db.update("lab/x", attributes=None).attributes == {}


def test_lists_go_on_over_pages(db: jazz.Database) -> None:
    with db.session() as session:
        for number in range(250):
            session.put(f"lab/n/{number:03}", number)
    db.put("lab/other", 1)

    assert [info.name for info in db.list("lab/n/")] == [f"lab/n/{number:03}" for number in range(250)]
    assert len(list(db.list("lab"))) == 251
    assert next(db.list("lab")).header is None
    assert next(db.list("lab", full=True)).shape == ()


async def test_lists_go_on_over_pages_asynchronously(adb: jazz.aio.Database) -> None:
    async with adb.session() as session:
        for number in range(250):
            await session.put(f"lab/n/{number:03}", number)

    assert [info.name async for info in adb.list("lab/n/")] == [f"lab/n/{number:03}" for number in range(250)]


def test_a_copy_is_a_block_of_its_own(db: jazz.Database) -> None:
    db.put("lab/x", np.arange(9), attributes={"a": "1"})

    assert db.copy("lab/x", "lab/y").attributes == {"a": "1"}
    assert db["lab/y"].copy("lab/z").name == "lab/z"
    db.delete("lab/x")
    same(db.get("lab/z"), np.arange(9))
    with pytest.raises(jazz.NotFound):
        db.copy("lab/x", "lab/y")


def test_a_handle_shows_what_it_stands_for(db: jazz.Database) -> None:
    db.put("lab/x", np.zeros((2, 3)), attributes={"<b>": "<script>"})

    assert repr(db["lab/x"][2:, :1]) == "<Block lab/x[2:, :1]>"
    html = db["lab/x"]._repr_html_()
    assert "float64[2, 3]" in html
    assert "48 B" in html
    assert "&lt;script&gt;" in html
    assert "<script>" not in html
    assert "NotFound" in db["lab/y"]._repr_html_()


BAD_NAMES = [
    "x",
    "lab/",
    "/x",
    "lab//x",
    "lab/../x",
    "lab/.",
    "lab/a\0b",
    "lab/x@3",
    "Lab/x",
    "lab/" + "n" * 1100,
    "lab/a\n",
]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_names_that_are_none_are_refused(db: jazz.Database, name: str) -> None:
    calls: list[Callable[[], object]] = [
        lambda: db.put(name, 1),
        lambda: db.copy("lab/x", name),
        lambda: db.update(name, attributes={}),
    ]
    for call in calls:
        with pytest.raises(jazz.InvalidArgument) as caught:
            call()
        assert caught.value.violations


BAD: dict[str, Callable[[jazz.Database], object]] = {
    "name": lambda db: db.put(7, 1),  # type: ignore[arg-type]
    "attributes": lambda db: db.put("lab/x", 1, attributes=["a"]),  # type: ignore[arg-type]
    "attributes['a']": lambda db: db.put("lab/x", 1, attributes={"a": 1}),  # type: ignore[dict-item]
    "kind": lambda db: db.put("lab/x", 1, kind=7),  # type: ignore[arg-type]
    "if_version": lambda db: db.put("lab/x", 1, if_version=-1),
    "ttl": lambda db: db.put("lab/x", 1, ttl=-1),
    "timeout": lambda db: db.put("lab/x", 1, timeout=0),
    "version": lambda db: db.get("lab/x", version=0),
    "version: text": lambda db: db.get("lab/x", version="3"),  # type: ignore[arg-type]
    "version: twice": lambda db: db.get("lab/x@3", version=3),
    "rows": lambda db: db.get("lab/x", rows={3}),
    "columns": lambda db: db.get("lab/x", columns=True),
    "item": lambda db: db.get("lab/x", item=3),  # type: ignore[arg-type]
    "to": lambda db: db.get("lab/x", to="julia"),
    "prefix": lambda db: db.list(7),  # type: ignore[arg-type]
    "full": lambda db: db.list("lab", full=1),  # type: ignore[arg-type]
    "expires": lambda db: db.update("lab/x", expires=datetime.datetime(2030, 1, 1)),  # noqa: DTZ001
    "update": lambda db: db.update("lab/x"),
    "source": lambda db: db.copy(db["lab/x"][:3], "lab/y"),
    "target": lambda db: db.copy("lab/x", b"lab/y"),  # type: ignore[arg-type]
    "value": lambda db: db.put("lab/x", db["lab/y"]),
    "put": lambda db: db["lab/x"][:3].put(1),
}


@pytest.mark.parametrize("field", BAD)
def test_bad_arguments_are_named_before_anything_is_sent(field: str) -> None:
    with jazz.connect("localhost:1") as db, pytest.raises(jazz.InvalidArgument) as caught:
        BAD[field](db)

    assert caught.value.violations[0].field == field.partition(":")[0]
    assert caught.value.violations[0].expected
    assert caught.value.violations[0].found


@pytest.mark.parametrize("value", [object(), {1: 2}, lambda: 1, np.array([object()]), {"a": {1, 2}}])
def test_values_without_a_type_are_refused(db: jazz.Database, value: object) -> None:
    with pytest.raises(jazz.InvalidArgument):
        db.put("lab/x", value)
    assert "lab/x" not in db


@pytest.mark.parametrize(
    "call",
    [
        lambda db: db.get("lab/nothing"),
        lambda db: db.info("lab/nothing"),
        lambda db: db.delete("lab/nothing"),
        lambda db: db.update("lab/nothing", attributes={}),
        lambda db: list(db.versions("lab/nothing")),
        lambda db: db.get("nowhere/x"),
        lambda db: db["lab/x"]["nothing"].get(),
    ],
)
def test_what_is_not_there_is_not_found(db: jazz.Database, call: Callable[[jazz.Database], object]) -> None:
    db.put("lab/x", {"a": 1})

    with pytest.raises(jazz.NotFound):
        call(db)
    with pytest.raises(LookupError):
        call(db)


def test_parts_that_do_not_fit_are_refused(db: jazz.Database) -> None:
    db.put("lab/x", np.arange(3))

    with pytest.raises(jazz.InvalidArgument) as caught:
        db.get("lab/x", columns=["a"])
    assert caught.value.reason == "INVALID_SLICE"
