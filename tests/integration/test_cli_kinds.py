"""The command line against a real server: kinds."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner, Result

import jazz
from jazz._cli import app
from running_server import RunningServer
from wire import Stubs

Run = Callable[..., Result]
POINT = "{\n  x: float64[n]\n  ...\n}\n"


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
def point(tmp_path: Path) -> Path:
    path = tmp_path / "point.kind"
    path.write_text(POINT, encoding="utf-8")
    return path


def test_a_kind_goes_in_and_comes_out(run: Run, point: Path) -> None:
    run("kind", "put", "lab/point", point)
    run("kind", "put", "lab/other", "-", stdin=b"int8[]")

    assert run("kind", "show", "lab/point").stdout == POINT
    assert len(run("kind", "ls", "lab").stdout.splitlines()) == 2
    run("kind", "rm", "lab/point")
    run("kind", "show", "lab/point", code=3)


def test_a_match_says_every_reason_and_is_the_status(run: Run, db: jazz.Database, point: Path) -> None:
    run("kind", "put", "lab/point", point)
    db.put("lab/good", {"x": [1.5, 2.5]})
    db.put("lab/bad", {"x": [[1]]})

    assert run("kind", "match", "lab/point", "lab/good").stdout == "yes, n = 2\n"
    assert len(run("kind", "match", "lab/point", "lab/bad", code=1).stdout.splitlines()) == 2
    assert not json.loads(run("--json", "kind", "match", "lab/point", "lab/bad", code=1).stdout)["matches"]


def test_a_kind_is_proposed_for_files_and_blocks(run: Run, db: jazz.Database, tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.zeros((5, 3), "int16"))
    db.put("lab/a", np.zeros((5, 3), "int16"))

    assert run("kind", "of", tmp_path / "a.npy").stdout == run("kind", "of", "lab/a").stdout == "int16[*, 3]\n"


def test_a_file_that_is_not_there_is_said(run: Run) -> None:
    assert "there is no such file" in run("kind", "of", "nothing.npy", code=1).output


def test_a_text_that_is_not_utf_8_is_said(run: Run, tmp_path: Path) -> None:
    (tmp_path / "k.kind").write_bytes(b"# gr\xfc\xdfe\nany")

    assert "in UTF-8" in run("kind", "put", "lab/k", tmp_path / "k.kind", code=1).output


def test_a_text_that_cannot_be_read_says_where(run: Run) -> None:
    assert "line 1, column 5" in run("kind", "put", "lab/k", "-", stdin=b"{a: flaot32[n]}", code=1).output
