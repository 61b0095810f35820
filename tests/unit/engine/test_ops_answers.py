"""Every operation answers as its reference does, for every element type and layout, and as its type said before."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jazz_server.engine.catalogue import CATALOGUE
from unit.engine import checking
from unit.engine.checks import ALONE, CHECKS

every_operation = pytest.mark.parametrize("name", sorted(CHECKS))


def test_every_operation_has_a_check_or_tests_of_its_own() -> None:
    assert CHECKS.keys() | ALONE.keys() == CATALOGUE.keys()
    assert not CHECKS.keys() & ALONE.keys()
    assert {file for file in ALONE.values() if not (Path(__file__).parent / file).exists()} == set()


@every_operation
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_an_answer_is_that_of_the_reference_and_of_the_type_inferred(name: str, data: st.DataObject) -> None:
    checking.check_answers(CATALOGUE[name], CHECKS[name], data)


@every_operation
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_inference_over_symbols_says_the_same_as_over_their_lengths(name: str, data: st.DataObject) -> None:
    checking.check_symbols(CATALOGUE[name], CHECKS[name], data)


@every_operation
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_who_knows_less_infers_less_and_nothing_false(name: str, data: st.DataObject) -> None:
    checking.check_less_known(CATALOGUE[name], CHECKS[name], data)


@every_operation
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_an_answer_is_that_of_the_reference_where_elements_are_missing(name: str, data: st.DataObject) -> None:
    checking.check_missing(CATALOGUE[name], CHECKS[name], data)


@every_operation
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_what_is_not_known_may_be_missing(name: str, data: st.DataObject) -> None:
    checking.check_missing_types(CATALOGUE[name], CHECKS[name], data)
