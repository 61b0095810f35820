"""The command line against a real server: pipelines and operations."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from typer.testing import CliRunner, Result

import jazz
from jazz._cli import app
from running_server import ENVIRONMENT, RunningServer
from wire import Stubs

Run = Callable[..., Result]


@pytest.fixture
def db(shared_server: RunningServer, stubs: Stubs) -> Any:
    with jazz.connect(shared_server.target) as db:
        db.put("lab/w", np.array([1.0, 2, 3, 4]))
        db.put("lab/x", np.arange(12.0).reshape(3, 4))

        def top(x: jazz.Node, w: jazz.Node) -> object:
            """The best two."""
            return jazz.ops.topk(x * w, 2)

        types = {"x": jazz.Dense["n", "m"], "w": jazz.Dense["m"]}
        db.pipelines.put("lab/top", jazz.pipeline(top, inputs=types), bind={"w": "lab/w"})
        db.pipelines.put("lab/one", jazz.pipeline(lambda x: x + 1))
        yield db


@pytest.fixture
def run(shared_server: RunningServer, db: jazz.Database) -> Run:
    def invoke(*line: object, code: int = 0) -> Result:
        result = CliRunner().invoke(app, ["--server", shared_server.target, *map(str, line)])
        assert result.exit_code == code, result.output
        assert "Traceback" not in result.output
        return result

    return invoke


def test_outputs_are_shown(run: Run) -> None:
    told = run("run", "lab/top", "x=@lab/x")
    assert told.stdout.splitlines()[:2] == ["values:", "  [[12.  6.]"]
    assert "indices:" in told.stdout
    assert "computed in" in told.stderr
    assert "x from lab/x@" in told.stderr


def test_inputs_from_files_and_parts_of_blocks(run: Run, tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.ones((1, 4)))
    told = json.loads(run("--json", "run", "lab/top", f"x={tmp_path / 'x.npy'}").stdout)
    assert told["outputs"] == {"values": [[4.0, 3.0]], "indices": [[3, 2]]}
    part = json.loads(run("--json", "run", "lab/one", "x=@lab/x[1:2,0:2]").stdout)
    assert part["outputs"] == {"result": [[5.0, 6.0]]}
    assert part["used_versions"].keys() == {"x"}


def test_outputs_into_files_and_blocks(run: Run, db: jazz.Database, tmp_path: Path) -> None:
    told = run("run", "lab/top", "x=@lab/x", "--into", f"values={tmp_path / 'v.npy'}", "--into", "indices=@lab/i")
    assert "indices -> lab/i@" in told.stdout
    np.testing.assert_array_equal(np.load(tmp_path / "v.npy")[0], [12, 6])
    np.testing.assert_array_equal(db.get("lab/i")[0], [3, 2])


def test_the_only_output_needs_no_name(run: Run, db: jazz.Database, tmp_path: Path) -> None:
    run("run", "lab/one", "x=@lab/x", "--into", "@lab/y")
    np.testing.assert_array_equal(db.get("lab/y"), np.arange(12.0).reshape(3, 4) + 1)
    run("run", "lab/one", "x=@lab/x", "--into", tmp_path / "y.npy")
    assert (tmp_path / "y.npy").exists()


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        (["lab/none"], 3, "lab/none"),
        (["lab/top"], 1, "x"),
        (["lab/top", "x=@lab/none"], 3, "lab/none"),
        (["lab/top", "x=none.npy"], 1, "none.npy"),
        (["lab/top", "x=lab/x"], 1, "x=@lab/x"),
        (["lab/top", "x=@lab/x", "--into", "values=nowhere/y"], 1, "values=@nowhere/y"),
        (["lab/top", "x=@lab/w"], 1, "x"),
        (["lab/top", "x=@lab/x", "y=@lab/x"], 1, "y"),
        (["lab/top", "x=@lab/x", "x=@lab/x"], 2, "twice"),
        (["lab/top", "x=@lab/x", "--into", "other=@lab/y"], 2, "values="),
        (["lab/top", "x=@lab/x", "--into", "@lab/y"], 2, "values="),
        (["lab/top", "x=@lab/x", "--into", "values="], 2, "values="),
        (["lab/top", "x=@lab/x", "--into", "values=@Bad/y"], 1, "Bad"),
    ],
)
def test_runs_that_cannot_be(run: Run, line: list[str], code: int, said: str) -> None:
    assert said in run("run", *line, code=code).output


def test_many_blocks_are_told_together_unless_asked_for(run: Run, db: jazz.Database) -> None:
    names = [f"w{number}" for number in range(7)]
    for name in names:
        db.put(f"lab/net/{name}", np.ones((4, 4)))
    inputs = dict.fromkeys(["x", *names], jazz.Any)

    def product(**values: jazz.Node) -> jazz.Node:
        result = values["x"]
        for name in names:
            result = result @ values[name]
        return result

    pipeline = jazz.pipeline(product, inputs=inputs)
    stored = db.pipelines.put("lab/product", pipeline, bind={name: f"lab/net/{name}" for name in names})

    assert "w0 … w6 (7) from lab/net/…" in repr(stored)
    assert "x from lab/x@" in run("run", "lab/product", "x=@lab/x").stderr
    assert "w0 … w6 (7) from lab/net/…" in run("run", "lab/product", "x=@lab/x").stderr
    assert "w3 from lab/net/w3@" in run("run", "lab/product", "x=@lab/x", "--verbose").stderr
    assert len(json.loads(run("--json", "run", "lab/product", "x=@lab/x").stdout)["used_versions"]) == 8


def test_an_input_that_is_given_in_the_place_of_a_bound_block_is_to_blame_itself(run: Run, db: jazz.Database) -> None:
    db.put("lab/narrow", np.ones((3, 2)))
    told = run("run", "lab/top", "x=@lab/x", "w=@lab/narrow", code=1).stderr
    assert "registered" not in told


def test_pipelines_are_listed_described_and_deleted(run: Run) -> None:
    assert run("ls", "-p", "lab").stdout.split() == ["lab/one", "lab/top"]
    told = run("info", "lab/top").stdout
    for word in ("The best two.", "%1 = topk(%0, k=2)", "bound w", "lab/w"):
        assert word in told
    assert json.loads(run("--json", "info", "lab/top").stdout)["binds"] == {"w": "lab/w"}
    run("rm", "-p", "lab/top")
    assert run("ls", "-p", "lab").stdout.split() == ["lab/one"]
    run("rm", "-p", "lab/top", code=3)


def test_a_block_and_a_pipeline_of_one_name(run: Run, db: jazz.Database) -> None:
    db.put("lab/one", 1)
    told = [json.loads(line)["what"] for line in run("--json", "info", "lab/one").stdout.splitlines()]
    assert told == ["block", "pipeline"]


def test_operations(run: Run) -> None:
    names = [line.partition("(")[0] for line in run("ops").stdout.splitlines()]
    assert set(names) == {name for name in jazz.ops.__all__ if name[0].islower()} - {"apply", "sort_by"}
    assert "required" in run("ops", "topk").stdout
    assert json.loads(run("--json", "ops", "topk").stdout)["parameters"][0]["name"] == "k"
    assert "topk" in run("ops", "tpk", code=2).stderr


def test_explain_tells_how_a_pipeline_would_run(run: Run) -> None:
    assert "%0  multiply(x, w)" in run("explain", "lab/top").stdout
    told = json.loads(run("--json", "explain", "lab/top").stdout)
    assert [step["op"] for step in told["steps"]] == ["multiply", "topk"]
    assert "lab/none" in run("explain", "lab/none", code=3).stderr


def test_a_run_tells_what_each_step_took_when_asked(run: Run) -> None:
    ran = run("run", "lab/top", "x=@lab/x", "--profile")
    assert ran.stderr.count("; took ") == 3
    told = json.loads(run("--json", "run", "lab/top", "x=@lab/x", "--profile").stdout)["profile"]
    assert [(step["op"], step["profile"]["calls"]) for step in told] == [("multiply", 1), ("topk", 1)]


def process(server: RunningServer, *line: str, **options: Any) -> subprocess.Popen[str]:
    environment = ENVIRONMENT | {"JAZZ_SERVER": server.target, "COLUMNS": "200"}
    command = [sys.executable, "-m", "jazz", *line]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, **options
    )


def test_a_process_takes_the_server_from_its_environment(shared_server: RunningServer, db: jazz.Database) -> None:
    with process(shared_server, "run", "lab/one", "x=@lab/w") as running:
        out, err = running.communicate(timeout=60)
    assert running.returncode == 0
    assert out == "result:\n  [2. 3. 4. 5.]\n"
    assert "\x1b" not in out + err


def test_a_process_fails_in_one_line(shared_server: RunningServer, db: jazz.Database) -> None:
    with process(shared_server, "get", "lab/none") as running:
        out, err = running.communicate(timeout=60)
    assert (running.returncode, out) == (3, "")
    assert err == "jazz: block 'lab/none' does not exist\n"


def test_a_reader_that_leaves_ends_a_process_quietly(shared_server: RunningServer, db: jazz.Database) -> None:
    with db.batch() as batch:
        for number in range(1000):
            batch.put(f"many/{'x' * 100}{number}", number)
    with process(shared_server, "ls", "many") as running:
        assert running.stdout is not None
        running.stdout.readline()
        running.stdout.close()
        assert running.wait(60) == 141
        assert running.stderr is not None
        assert running.stderr.read() == ""


@pytest.mark.parametrize(
    ("line", "code", "err"),
    [
        ("info lab/x >&-", 0, ""),
        ("get lab/x - -f npy >&-", 1, "jazz: standard output is closed\n"),
        ("put lab/x - -f npy <&-", 1, "jazz: standard input is closed\n"),
        ("kind put lab/k - <&-", 1, "jazz: standard input is closed\n"),
    ],
)
def test_what_is_closed_before_a_process_begins_is_no_fault(
    shared_server: RunningServer, db: jazz.Database, line: str, code: int, err: str
) -> None:
    environment = ENVIRONMENT | {"JAZZ_SERVER": shared_server.target}
    command = ["sh", "-c", f"exec {sys.executable} -m jazz {line}"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment, check=False)
    assert (ended.returncode, ended.stderr) == (code, err)


@pytest.mark.parametrize("given", ["x=", "x=@"])
def test_an_input_needs_a_file_or_a_block(run: Run, db: jazz.Database, given: str) -> None:
    assert "expected x=FILE or x=@BLOCK" in run("run", "lab/one", given, code=2).stderr


def wait_until_connected(running: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 60
    while not psutil.Process(running.pid).net_connections("tcp"):
        assert running.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_ctrl_c_ends_a_run_with_130(shared_server: RunningServer, db: jazz.Database) -> None:
    def body(state: jazz.Node) -> object:
        return state @ state / jazz.ops.norm(state)

    endless = jazz.pipeline(lambda x: jazz.ops.iterate(body, x, max_iter=10_000_000).state)
    db.pipelines.put("lab/endless", endless)
    db.put("lab/square", np.random.default_rng(1).random((50, 50)))
    with process(shared_server, "run", "lab/endless", "x=@lab/square") as running:
        wait_until_connected(running)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert out == ""
    assert err.strip() == "interrupted"
