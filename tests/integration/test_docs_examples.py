"""The examples in docstrings, against a real server."""

import doctest
import importlib
import pkgutil

import numpy as np
import pytest

import jazz
import jazz._sync
from client_database import db

__all__ = ["db"]

HELPERS = ["_array", "_cuts", "_infos", "_kind", "_outputs", "_show", "_slices", "_target"]
MODULES = [
    "jazz",
    *(f"jazz._sync.{module.name}" for module in pkgutil.iter_modules(jazz._sync.__path__)),
    *(f"jazz.{name}" for name in HELPERS),
]


@pytest.mark.parametrize("module", MODULES)
def test_examples_show_what_happens(db: jazz.Database, module: str) -> None:
    found = importlib.import_module(module)
    names = {**vars(found), "jazz": jazz, "np": np, "db": db, "target": db.target}
    finder = doctest.DocTestFinder(exclude_empty=True)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)

    for example in finder.find(found, module, globs=names):
        runner.run(example)

    assert runner.summarize(verbose=False).failed == 0
