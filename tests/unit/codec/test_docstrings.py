"""The examples in the docstrings of values, codec and conversions are right."""

import doctest
import importlib
import pkgutil

import pytest

import jazz.codec
import jazz.convert

MODULES = ["jazz.values", "jazz.unit_texts"] + [
    module.name
    for package in (jazz.codec, jazz.convert)
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_the_module_are_right(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0
