"""The operation that docs/adding-an-op.md adds, from R."""

from __future__ import annotations

from pathlib import Path

from r.session import RSession
from worked_example import blocks, server_with_operation


def test_an_operation_without_a_function_is_applied_by_its_name(r: RSession, tmp_path: Path) -> None:
    (code,) = blocks("r")
    r.run(code)
    with server_with_operation(tmp_path) as running:
        r.run(f'extended <- jz_connect("{running.target}", progress = FALSE)')
        assert list(r.run("jz_run(extended, sparser, x = c(0.5, -3, 2))")) == [0, -2, 1]
        assert r.texts('jz_ops(extended, "soft_threshold")$parameters[[1]]$name') == ["by"]
        r.run("close(extended)")
