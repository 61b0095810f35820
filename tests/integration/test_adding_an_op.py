"""What docs/adding-an-op.md says is done, word by word."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import jazz
from jazz_server.engine import catalogue, ops
from running_server import RunningServer
from unit.engine.checking import check
from worked_example import add_module, blocks, server_with_operation


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with server_with_operation(tmp_path_factory.mktemp("extended")) as running:
        yield running


def executed(code: str) -> Any:
    """What names stand for after code has run."""
    names: dict[str, Any] = {"__name__": "example"}
    exec(compile(code, "docs/adding-an-op.md", "exec"), names)  # what the page says
    return SimpleNamespace(**names)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_operation_is_found_and_passes_its_check(
    data: st.DataObject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_module(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(ops, "__path__", [*ops.__path__, str(tmp_path)])
        op = catalogue.discovered()["soft_threshold"]
    check(op, executed(blocks("python")[1]).CHECKS["soft_threshold"], data)


def test_it_runs_from_python(extended: RunningServer) -> None:
    sparser = executed(blocks("python")[2]).sparser
    x = sp.csr_array(np.array([[0.5, -3, 0], [2, 0, -1]]))
    with jazz.connect(extended.target) as db:
        found = db.run(sparser, x=x)
        assert "soft_threshold" in {op.name for op in db.ops()}
        assert str(db.pipelines.explain(sparser)).count("soft_threshold") == 1
    np.testing.assert_array_equal(found.toarray(), [[0, -2, 0], [1, 0, 0]])
    assert found.nnz == 2
