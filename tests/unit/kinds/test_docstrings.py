"""The examples in docstrings are right."""

import doctest
import importlib
import pkgutil

import pytest

import jazz.kinds
import jazz_server.kinds

MODULES = [
    f"{package.__name__}.{module.name}"
    for package in (jazz.kinds, jazz_server.kinds)
    for module in pkgutil.iter_modules(package.__path__)
]


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_are_right(module: str) -> None:
    assert doctest.testmod(importlib.import_module(module)).failed == 0
