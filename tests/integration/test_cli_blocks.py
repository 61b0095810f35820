"""The command line against a real server: blocks and spaces."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from typer.testing import CliRunner, Result

import jazz
from jazz._cli import app
from running_server import RunningServer
from wire import Stubs

Run = Callable[..., Result]


@pytest.fixture
def db(shared_server: RunningServer, stubs: Stubs) -> Any:
    with jazz.connect(shared_server.target) as db:
        yield db


@pytest.fixture
def run(shared_server: RunningServer, stubs: Stubs) -> Run:
    def invoke(*line: object, code: int = 0, stdin: bytes | None = None) -> Result:
        result = CliRunner().invoke(app, ["--server", shared_server.target, *map(str, line)], input=stdin)
        assert result.exit_code == code, result.output
        assert "Traceback" not in result.output
        return result

    return invoke


@pytest.fixture
def array(tmp_path: Path) -> Path:
    path = tmp_path / "a.npy"
    np.save(path, np.arange(12.0).reshape(3, 4))
    return path


def test_a_file_goes_in_and_comes_out(run: Run, array: Path, tmp_path: Path) -> None:
    told = run("put", "lab/a", array, "-a", "source=dice", "-a", "note=two words")
    assert told.stdout.startswith("lab/a@")
    assert "float64[3, 4]" in told.stdout
    run("get", "lab/a", tmp_path / "b.npy")
    assert (tmp_path / "b.npy").read_bytes() == array.read_bytes()
    assert json.loads(run("--json", "info", "lab/a").stdout)["attributes"] == {"note": "two words", "source": "dice"}


def test_a_sparse_matrix_changes_its_format(run: Run, tmp_path: Path) -> None:
    matrix = scipy.sparse.random_array((40, 30), density=0.1, format="csr", rng=np.random.default_rng(1))
    scipy.sparse.save_npz(tmp_path / "s.npz", matrix)
    run("put", "lab/s", tmp_path / "s.npz")
    run("get", "lab/s", tmp_path / "s.mtx")
    run("put", "lab/again", tmp_path / "s.mtx")
    run("get", "lab/again", tmp_path / "t.npz")
    np.testing.assert_array_equal(scipy.sparse.load_npz(tmp_path / "t.npz").toarray(), matrix.toarray())


def test_a_frame_says_what_was_inferred_on_standard_error(run: Run, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n1,x\n,y\n")
    told = run("put", "lab/t", tmp_path / "t.csv")
    assert "a: int64, b: string" in told.stderr
    run("get", "lab/t", tmp_path / "t.parquet")
    assert pd.read_parquet(tmp_path / "t.parquet", dtype_backend="numpy_nullable")["a"].isna().tolist() == [False, True]


def test_other_files_keep_their_bytes_and_content_type(run: Run, tmp_path: Path) -> None:
    (tmp_path / "p.png").write_bytes(b"\x89PNG\x00")
    run("put", "lab/p", tmp_path / "p.png")
    assert json.loads(run("--json", "info", "lab/p").stdout)["attributes"] == {"content-type": "image/png"}
    run("get", "lab/p", tmp_path / "q.png")
    assert (tmp_path / "q.png").read_bytes() == b"\x89PNG\x00"


def test_standard_input_and_output(run: Run, array: Path) -> None:
    run("put", "lab/a", "-", "--format", "npy", stdin=array.read_bytes())
    assert run("get", "lab/a", "-", "--format", "npy").stdout_bytes == array.read_bytes()
    run("put", "lab/raw", "-", stdin=b"\x00\xff")
    assert run("get", "lab/raw", "-").stdout_bytes == b"\x00\xff"


def test_parts(run: Run, db: jazz.Database, tmp_path: Path) -> None:
    db.put("lab/a", np.arange(12.0).reshape(3, 4))
    db.put("lab/t", {"x": np.arange(2), "y": {"z": np.ones(3)}})
    run("get", "lab/a", tmp_path / "p.npy", "--rows", "-2:", "--columns", "1:3")
    np.testing.assert_array_equal(np.load(tmp_path / "p.npy"), [[5, 6], [9, 10]])
    run("get", "lab/a", tmp_path / "p.npy", "--rows", "2,0,-1", "--columns", "3,3")
    np.testing.assert_array_equal(np.load(tmp_path / "p.npy"), [[11, 11], [3, 3], [11, 11]])
    run("get", "lab/t", tmp_path / "z.npy", "--item", "y.z")
    np.testing.assert_array_equal(np.load(tmp_path / "z.npy"), np.ones(3))
    assert json.loads(run("--json", "get", "lab/t", "--columns", "x").stdout) == {"x": [0, 1]}
    db.put("lab/f", pd.DataFrame({"n": [1, 2, 3]}, index=pd.Index(["a", "b", "c"], name="gene")))
    assert json.loads(run("--json", "get", "lab/f", "--rows", "c,a", "--item", "n").stdout) == [3, 1]
    assert json.loads(run("--json", "get", "lab/f", "--along", "gene=b", "--item", "n").stdout) == [2]


def test_older_versions(run: Run, db: jazz.Database) -> None:
    first = db.put("lab/a", 1).version
    db.put("lab/a", 2)
    assert json.loads(run("--json", "get", "lab/a").stdout) == 2
    assert json.loads(run("--json", "get", "lab/a", "--version", first).stdout) == 1
    assert json.loads(run("--json", "get", f"lab/a@{first}").stdout) == 1


def test_a_look_at_a_large_value_fetches_its_first_rows(run: Run, db: jazz.Database) -> None:
    db.put("lab/big", np.zeros((100_000, 4)))
    shown = run("get", "lab/big").stdout
    assert shown.splitlines()[0].startswith("lab/big@")
    assert "... 100000 rows" in shown
    db.put("lab/table", {"a": np.zeros(200_000), "b": np.zeros((2, 3))})
    assert "float64[200000]" in run("get", "lab/table").stdout


def test_preconditions(run: Run, array: Path) -> None:
    run("put", "lab/a", array, "--if-version", 0)
    told = run("put", "lab/a", array, "--if-version", 0, code=4)
    assert "exists" in told.stderr


def test_a_time_to_live(run: Run, array: Path) -> None:
    run("put", "lab/a", array, "--ttl", "1h")
    assert json.loads(run("--json", "info", "lab/a").stdout)["expires"] is not None


def test_a_kind_that_is_not_there(run: Run, array: Path) -> None:
    run("put", "lab/a", array, "--kind", "lab/nothing", code=3)


def test_lists(run: Run, db: jazz.Database) -> None:
    for name in ("lab/a", "lab/ab", "lab/b", "other/c"):
        db.put(name, np.zeros(3))
    assert run("ls").stdout.split() == ["lab", "other"]
    assert run("ls", "lab").stdout.split() == ["lab/a", "lab/ab", "lab/b"]
    assert run("ls", "lab/a").stdout.split() == ["lab/a", "lab/ab"]
    long = run("ls", "-l", "lab").stdout.splitlines()
    assert [line.split()[-1] for line in long] == ["lab/a", "lab/ab", "lab/b"]
    assert "float64[3]" in long[0]
    assert "on disk" in run("ls", "-l").stdout
    assert [json.loads(line)["name"] for line in run("--json", "ls", "lab").stdout.splitlines()] == [
        "lab/a",
        "lab/ab",
        "lab/b",
    ]
    assert run("ls", "nothing", code=3).stdout == ""


def test_kinds_are_listed(run: Run, db: jazz.Database) -> None:
    db.put("lab/a", 1)
    db.kinds.put("lab/point", jazz.kind({"x": jazz.Dense["n"]}))
    assert run("ls", "-k", "lab").stdout.split() == ["lab/point"]
    assert "lab/point" in run("ls", "-k", "-l", "lab").stdout
    assert json.loads(run("--json", "ls", "-k", "lab").stdout)["what"] == "kind"


def test_information(run: Run, db: jazz.Database) -> None:
    db.put("lab/t", {"x": np.zeros(3, np.float32), "deep": {"y": 1}}, attributes={"who": "me"})
    told = run("info", "lab/t").stdout
    for word in ("lab/t", "version", "[who]", "me", "float32[3]", "deep"):
        assert word in told
    assert "versions kept" in run("info", "lab").stdout
    run("info", "lab/nothing", code=3)
    run("info", "nothing", code=3)


def test_copies(run: Run, db: jazz.Database) -> None:
    db.put("lab/a", 7)
    run("cp", "lab/a", "other/b")
    assert db.get("other/b") == 7
    run("cp", "lab/a", "other/b", "--if-version", 0, code=4)
    run("cp", "lab/none", "other/c", code=3)


def test_deletions(run: Run, db: jazz.Database) -> None:
    first = db.put("lab/a", 1).version
    db.put("lab/a", 2)
    db.put("lab/b", 3)
    run("rm", f"lab/a@{first}")
    assert db.get("lab/a") == 2
    run("rm", "lab/a", "lab/b")
    assert list(db.list("lab")) == []
    assert "lab/a" in run("rm", "lab/a", code=3).stderr


def test_what_cannot_be_deleted_is_told_and_the_others_are_deleted(run: Run, db: jazz.Database) -> None:
    for name in ("a", "b", "c"):
        db.put(f"lab/{name}", 1)
    told = run("rm", "lab/a", "lab/none", "lab/b", "Not/a name", "lab/c", code=3).stderr
    assert told.startswith("jazz: block 'lab/none' does not exist\njazz: ")
    assert "found 'Not'" in told
    assert list(db.list("lab")) == []

    db.put("other/a", 1)
    assert "space 'none'" in run("rm", "-ry", "none", "other", "lab", code=3).stderr
    assert list(db.spaces.list()) == []


def test_pipelines_that_are_not_there_are_told_and_the_others_are_deleted(run: Run, db: jazz.Database) -> None:
    db.pipelines.put("lab/f", jazz.pipeline(lambda x: x + 1))
    assert "lab/none" in run("rm", "-p", "lab/none", "lab/f", code=3).stderr
    assert list(db.pipelines.list("lab")) == []


def test_recursive_deletions_want_to_be_sure(run: Run, db: jazz.Database, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(250):
        db.put(f"lab/x{number}", number)
    db.put("lab/y", 1)
    assert "--yes" in run("rm", "-r", "lab/x", code=2).stderr
    monkeypatch.setattr("jazz._cli.blocks._asks_on_a_terminal", lambda: True)
    asked = run("rm", "-r", "lab/x", stdin=b"n\n", code=1)
    assert "delete 250 blocks (lab/x0, lab/x1, lab/x10, ...)?" in asked.output
    assert len(list(db.list("lab"))) == 251
    run("rm", "-r", "lab/x", stdin=b"y\n")
    assert [info.name for info in db.list("lab")] == ["lab/y"]
    run("rm", "-r", "lab/x", code=3)
    run("rm", "-ry", "lab")
    assert list(db.spaces.list()) == []


@pytest.mark.parametrize("name", ["Bad/name", "lab", "lab/../x", "lab/a@b"])
def test_names_that_are_none(run: Run, array: Path, name: str) -> None:
    told = run("put", name, array, code=1)
    assert told.stderr.startswith("jazz: ")


def test_nothing_is_stored_of_a_file_that_is_wrong(run: Run, db: jazz.Database, tmp_path: Path) -> None:
    (tmp_path / "cut.npy").write_bytes(b"\x93NUMPY")
    told = run("put", "lab/a", tmp_path / "cut.npy", code=1)
    assert "cut.npy" in told.stderr
    assert list(db.spaces.list()) == []


def test_a_file_that_cannot_hold_the_value_stays_as_it_was(run: Run, db: jazz.Database, tmp_path: Path) -> None:
    db.put("lab/t", {"x": {"y": 1}})
    (tmp_path / "t.csv").write_text("as it was")
    told = run("get", "lab/t", tmp_path / "t.csv", code=1)
    assert "x: expected a dense vector" in told.stderr
    assert (tmp_path / "t.csv").read_text() == "as it was"


def test_rows_with_more_cells_than_names_are_refused(run: Run, db: jazz.Database, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n1,2,3\n")
    assert "as many cells" in run("put", "lab/t", tmp_path / "t.csv", code=1).stderr
    assert list(db.spaces.list()) == []


def test_what_is_no_bytes_needs_a_format_for_standard_output(run: Run, db: jazz.Database) -> None:
    db.put("lab/x", np.eye(2))
    told = run("get", "lab/x", "-", code=1).stderr
    assert "a format is needed for this: --format" in told
    assert "standard output: expected" in told


def test_standard_input_and_output_are_named_in_errors(run: Run, db: jazz.Database, array: Path) -> None:
    empty = run("put", "lab/x", "-", "-f", "npy", code=1, stdin=b"").stderr
    broken = run("put", "lab/x", "-", "-f", "parquet", code=1, stdin=b"hello").stderr
    assert empty.startswith("jazz: standard input is empty\n")
    assert broken.startswith("jazz: standard input cannot be read\n")
    assert "/jazz-" not in empty + broken

    db.put("lab/x", np.eye(2))
    assert run("get", "lab/x", "-", "-f", "csv", code=1).stderr.startswith("jazz: standard output: a .csv file cannot")


def test_a_folder_that_is_not_there_is_named(run: Run, db: jazz.Database, tmp_path: Path) -> None:
    db.put("lab/x", np.eye(2))
    assert (
        f"{tmp_path / 'none'}: there is no such folder"
        in run("get", "lab/x", tmp_path / "none" / "x.npy", code=1).stderr
    )


def test_lists_in_json_have_shapes(run: Run, db: jazz.Database) -> None:
    db.put("lab/x", np.eye(2))
    assert json.loads(run("--json", "ls", "lab").stdout)["shape"] == [2, 2]


def test_a_kind_is_described(run: Run, db: jazz.Database) -> None:
    db.kinds.put("lab/point", jazz.kind({"x": jazz.Dense["n"]}, doc="A point."))
    told = run("info", "lab/point").stdout
    assert "field x" in told
    assert "A point." in told
    assert json.loads(run("--json", "info", "lab/point").stdout)["what"] == "kind"
