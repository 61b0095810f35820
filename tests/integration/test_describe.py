"""What a block shows, from a put to a picture."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from typer.testing import CliRunner

import jazz
import jazz.aio
from client_database import adb, db
from jazz._cli import app
from jazz.v1 import blocks_pb2
from running_server import RunningServer
from wire import Stubs

__all__ = ["adb", "db"]


def field(description: jazz.Description, name: str = "") -> Any:
    """A field of a description."""
    return next(each for each in description.fields if each.name == name)


def test_numbers_are_described(db: jazz.Database) -> None:
    db.put("lab/x", np.array([[0, 1.5, np.nan], [np.inf, -2.5, 4.0]]))
    shown = field(db.describe("lab/x"))

    about = shown.statistics
    assert (about.seen, about.total, about.zero, about.nan, about.infinite) == (6, 6, 1, 1, 1)
    assert about.mean == 0.75
    assert about.extremes.data.tolist() == [-2.5, 4]
    assert shown.means.shape == (2, 3)
    assert not about.sampled


@pytest.mark.parametrize("layout", ["csr", "csc", "coo"])
def test_sparse_matrices_are_described_by_what_is_stored(db: jazz.Database, layout: str) -> None:
    matrix = sp.random_array((100, 80), density=0.1, format=layout, rng=np.random.default_rng(1))
    db.put("lab/x", matrix)
    shown = field(db.describe("lab/x"))

    assert (shown.sparse, shown.stored, shown.size) == (True, matrix.nnz, 8000)
    assert shown.entries.sum() == matrix.nnz
    assert shown.entries.shape == (64, 64)


def test_a_table_is_described_field_by_field(db: jazz.Database) -> None:
    frame = pd.DataFrame({"n": pd.array([1, None], "Int64"), "f": pd.Categorical(["a", "b"])}, index=["r1", "r2"])
    db.put("lab/x", {"frame": frame, "none": None, "title": "né"})
    described = db.describe("lab/x")

    assert [each.name for each in described.fields] == ["frame.n", "frame.f", "none", "title"]
    assert field(described, "frame.n").missing == 1
    assert field(described, "frame.f").statistics.distinct == 2
    assert field(described, "frame.n").axes[0].labels.shape == (2,)
    assert db.describe("lab/x", item=("frame", "n")).fields[0].path == ()
    assert db["lab/x"]["frame"].describe().rows == 2


def test_versions_can_be_described(db: jazz.Database) -> None:
    db.spaces.create("lab", versions=2)
    first = db.put("lab/x", [1.0])
    db.put("lab/x", ["text"])

    assert db.describe("lab/x", version=first.version).info.summary == "float64[1]"
    assert db.describe("lab/x").info.summary == "string[1]"


def test_what_is_not_there_is_said(db: jazz.Database) -> None:
    db.put("lab/x", {"a": 1})

    with pytest.raises(jazz.NotFound):
        db.describe("lab/y")
    with pytest.raises(jazz.NotFound) as failed:
        db.describe("lab/x", item=("a", "b"))
    assert failed.value.violations[0].field == "item[1]"
    with pytest.raises(jazz.InvalidArgument):
        db["lab/x"][:1].describe()


def test_an_image_is_what_its_kind_says_is_one(db: jazz.Database) -> None:
    db.kinds.put("lab/photo", jazz.Dense["height", "width", 3])
    points = np.random.default_rng(1).integers(0, 256, (200, 100, 3)).astype(np.uint8)
    db.put("lab/photo", points, kind="lab/photo")
    db.put("lab/numbers", points)

    [image] = field(db.describe("lab/photo")).images
    assert image.shape == (96, 48, 3)
    assert field(db.describe("lab/numbers")).images == ()


def test_a_deleted_kind_says_nothing(db: jazz.Database) -> None:
    db.kinds.put("lab/photo", jazz.Dense["h", "w"])
    db.put("lab/x", np.zeros((4, 4)), kind="lab/photo")
    db.kinds.delete("lab/photo")

    assert field(db.describe("lab/x")).images == ()


NAME = "n" * 5000
LONG = "x" * 100_000


@pytest.mark.parametrize(
    "value",
    [
        {f"{n}{NAME}": [LONG] for n in range(30)},
        {f"c{n}": np.arange(5) for n in range(5000)},
        [LONG] * 100,
        np.zeros((300, 4000)),
        sp.random_array((3000, 3000), density=0.05, format="csr", rng=np.random.default_rng(1)),
        np.zeros((1,) * 60),
        pd.DataFrame({"a": [1]}, index=pd.Index([LONG], name=NAME)),
    ],
    ids=["names", "many", "texts", "dense", "sparse", "dimensions", "labels"],
)
def test_the_answer_is_small_whatever_the_block_is(db: jazz.Database, stubs: Stubs, value: object) -> None:
    db.put("lab/x", value)
    answer = stubs.blocks.DescribeBlock(blocks_pb2.DescribeBlockRequest(name="lab/x"))

    assert answer.ByteSize() < 64_000


def test_many_fields_are_counted(db: jazz.Database) -> None:
    db.put("lab/x", {f"c{n}": n for n in range(1000)})
    described = db.describe("lab/x")

    assert len(described.fields) + described.more_fields == 1000
    assert f"{described.more_fields} more fields" in described._repr_html_()


VALUES: dict[str, Any] = {
    "null": None,
    "nothing": {},
    "scalar": 1.5,
    "text": "<b>",
    "bytes": b"\xff",
    "empty": np.zeros((0, 3)),
    "bool": np.array([True, False]),
    "uint64": np.array([2**64 - 1], np.uint64),
    "float16": np.zeros((3, 3), np.float16),
    "complex": np.array([[1j, 2], [3, 4]]),
    "times": np.array(["2024-01-01", "NaT"], "M8[ns]"),
    "zoned": pd.Series(pd.to_datetime(["2024-01-01"]).tz_localize("Europe/Vienna")),
    "durations": np.array([[1, 2]], "m8[s]"),
    "dates": np.array(["2024-01-01"], "M8[D]"),
    "factor": pd.Categorical([None, None], categories=["a"]),
    "masked": np.ma.masked_all((3, 3)),
    "no entries": sp.csr_array((5, 5)),
    "no rows": sp.csc_array((0, 5)),
    "line": sp.coo_array(np.array([0, 1, 0])),
    "frame": pd.DataFrame({"a": []}),
    "long": np.array([[1e308, -1e308]]),
    "tiny": np.array([5e-324, 0]),
}


@pytest.mark.parametrize("name", VALUES)
def test_every_value_has_a_picture_and_characters(db: jazz.Database, name: str) -> None:
    db.put("lab/x", VALUES[name])

    assert "lab/x" in db["lab/x"]._repr_html_()
    assert "<b>" not in db["lab/x"]._repr_html_().replace("<b>lab/x</b>", "").replace("<b>a</b>", "")
    assert str(db.describe("lab/x")).startswith("lab/x@")


def test_a_picture_fetches_nothing_of_the_block(db: jazz.Database, monkeypatch: pytest.MonkeyPatch) -> None:
    db.put("lab/x", np.random.default_rng(1).normal(size=(2000, 1000)))
    called: list[tuple[str, int]] = []
    unary = type(db._calls).unary

    def watch(calls: Any, method: str, request: Any, *rest: Any, **more: Any) -> Any:
        answer = unary(calls, method, request, *rest, **more)
        called.append((method, answer.ByteSize()))
        return answer

    monkeypatch.setattr(type(db._calls), "unary", watch)
    monkeypatch.setattr(type(db._calls), "download", None)
    db["lab/x"]._repr_html_()

    [(method, size)] = called
    assert method == "Blocks/DescribeBlock"
    assert size < 30_000


def test_the_second_picture_is_the_first(db: jazz.Database) -> None:
    db.put("lab/x", np.arange(5_000_000.0))

    first, second = (db.describe("lab/x") for _ in range(2))
    assert first.fields[0].statistics.sampled
    assert first.fields[0].statistics.histogram == second.fields[0].statistics.histogram


@pytest.fixture
def nobody(server: RunningServer) -> Iterator[jazz.Database]:
    """A connection whose server has gone."""
    with jazz.connect(server.target) as database:
        server.stop()
        yield database


def test_what_has_no_picture_says_why(db: jazz.Database, nobody: jazz.Database) -> None:
    db.put("lab/x", [1, 2, 3])

    assert "NotFound" in db["lab/missing"]._repr_html_()
    assert "a whole block" in db["lab/x"][1:]._repr_html_()
    assert "lab/x" in nobody["lab/x"]._repr_html_()
    nobody.close()
    assert "lab/x" in nobody["lab/x"]._repr_html_()


async def test_asynchronous_handles_show_their_name_and_describe_when_awaited(adb: jazz.aio.Database) -> None:
    await adb.put("lab/x", [1, 2])

    assert not hasattr(adb["lab/x"], "_repr_html_")
    assert repr(adb["lab/x"]) == "<Block lab/x>"
    assert (await adb["lab/x"].describe()).fields[0].statistics.mean == 1.5
    assert "<svg" in (await adb.describe("lab/x"))._repr_html_()


def test_damage_is_said(server: RunningServer) -> None:
    with jazz.connect(server.target) as db:
        db.put("lab/x", np.arange(100_000.0))
        server.stop()
        [segment] = (path for path in (server.data / "data" / "segments").rglob("*") if path.is_file())
        with segment.open("r+b") as file:
            file.seek(70_000)
            file.write(b"damaged!")
        server.start()

        with pytest.raises(jazz.DataLoss):
            db.describe("lab/x")
        assert "DataLoss" in db["lab/x"]._repr_html_()


def test_a_deadline_ends_it(db: jazz.Database) -> None:
    db.put("lab/x", np.zeros((2000, 2000)))

    with pytest.raises(jazz.DeadlineExceeded):
        db.describe("lab/x", timeout=1e-6)


def test_the_command_line_shows_the_same(db: jazz.Database) -> None:
    db.put("lab/x", pd.DataFrame({"n": [1, 2, 2], "s": ["a", None, "a"]}))

    told = CliRunner().invoke(app, ["--server", db.target, "info", "lab/x"]).stdout
    assert "1 … 2" in told
    assert "<NA>" in told
    assert "\x1b" not in told

    numbers = json.loads(CliRunner().invoke(app, ["--server", db.target, "--json", "info", "lab/x"]).stdout)
    n, s = numbers["contents"]
    assert (n["minimum"], n["maximum"], n["missing"]) == (1, 2, 0)
    assert s["frequent"] == [{"value": "a", "count": 2}]
