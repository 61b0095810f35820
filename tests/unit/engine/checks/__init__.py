"""How every operation is tried: what the modules of this package say, and the tables of those that came first.

A module here has `CHECKS`, from the name of an operation to its `Check`, or `ALONE`, from the name of an
operation that no check fits (of tables, texts or graphs) to the test file that is about it.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from jazz.values import Layout
from unit.engine.cases import CASES, REDUCING
from unit.engine.checking import Check
from unit.engine.missing_reference import ANSWERS
from unit.engine.reference import REFERENCES
from unit.engine.samples import Sample

_MOVING = {"transpose", "take", "concat", "to_sparse", "to_dense", "cast", "fill_na", "drop_na"}


def _is_complex_sparse(args: list[Any], _settings: dict[str, Any]) -> bool:
    tensors = [arg.tensor for arg in args if isinstance(arg, Sample)]
    complex_ = any(tensor.dtype.name.startswith("complex") for tensor in tensors)
    return complex_ and any(tensor.layout is not Layout.DENSE for tensor in tensors)


def _modules() -> Iterator[ModuleType]:
    for module in pkgutil.iter_modules(__path__):
        yield importlib.import_module(f"{__name__}.{module.name}")


def _tables() -> Iterator[tuple[str, Check]]:
    for name, cases in CASES.items():
        more: dict[str, Any] = {}
        if name == "matmul":
            more["refuses"] = _is_complex_sparse
        if name == "take":
            more["complete"] = (1,)
        yield (
            name,
            Check(cases, REFERENCES[name], ANSWERS[name], moves=name in _MOVING, skipna=name in REDUCING, **more),
        )


CHECKS: dict[str, Check] = dict(_tables())
"""The check of every operation that has one."""

ALONE: dict[str, str] = {"field": "test_ops_values.py", "iterate": "test_ops_loops.py"}
"""The test file of every other operation, in `tests/unit/engine`."""

for _module in _modules():
    for _name, _check in getattr(_module, "CHECKS", {}).items():
        assert _name not in CHECKS, f"{_name} has two checks"
        CHECKS[_name] = _check
        REFERENCES[_name] = _check.reference
    ALONE.update(getattr(_module, "ALONE", {}))
