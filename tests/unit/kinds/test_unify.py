"""Unification of dimensions."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jazz_server.kinds.types import Dimension, Symbol
from jazz_server.kinds.unify import DimensionConflict, Unifier, is_fresh

NAMES = [Symbol(name) for name in "abcdef"]
DIMENSIONS = st.one_of(st.sampled_from(NAMES), st.integers(0, 2), st.none())
EQUATIONS = st.lists(st.tuples(DIMENSIONS, DIMENSIONS), max_size=10)


def classes(equations: list[tuple[Dimension, Dimension]]) -> list[set[Dimension]]:
    """The equivalence classes of equations, by merging sets until nothing changes."""
    found: list[set[Dimension]] = [{name} for name in NAMES]
    for pair in equations:
        if None in pair:
            continue
        merged = set(pair)
        apart = []
        for group in found:
            if group & merged:
                merged |= group
            else:
                apart.append(group)
        found = [*apart, merged]
    return found


def contradicts(group: set[Dimension]) -> bool:
    return sum(isinstance(member, int) for member in group) > 1


@settings(max_examples=300)
@given(EQUATIONS)
def test_it_finds_the_classes_that_brute_force_finds(equations: list[tuple[Dimension, Dimension]]) -> None:
    unifier = Unifier()
    accepted: list[tuple[Dimension, Dimension]] = []
    for expected, found in equations:
        consistent = not any(map(contradicts, classes([*accepted, (expected, found)])))
        if consistent:
            unifier.unify(expected, found)
            accepted.append((expected, found))
        else:
            with pytest.raises(DimensionConflict):
                unifier.unify(expected, found)
    for group in classes(accepted):
        resolved = {unifier.resolve(member) for member in group}
        assert len(resolved) == 1
        assert resolved <= group
        lengths = {member for member in group if isinstance(member, int)}
        assert not lengths or resolved == lengths


@given(EQUATIONS)
def test_bindings_are_the_symbols_that_have_a_length(equations: list[tuple[Dimension, Dimension]]) -> None:
    unifier = Unifier()
    for expected, found in equations:
        try:
            unifier.unify(expected, found)
        except DimensionConflict:
            continue
    bindings = unifier.bindings()
    assert bindings == {s.name: unifier.resolve(s) for s in NAMES if isinstance(unifier.resolve(s), int)}
    assert list(bindings) == sorted(bindings)


def test_a_name_somebody_chose_wins_over_a_fresh_one() -> None:
    unifier = Unifier()
    fresh = unifier.fresh()
    assert unifier.unify(fresh, Symbol("rows")) == Symbol("rows")
    assert unifier.resolve(fresh) == Symbol("rows")


def test_of_two_names_the_one_that_occurred_first_wins() -> None:
    unifier = Unifier()
    unifier.resolve(Symbol("z"))
    assert unifier.unify(Symbol("a"), Symbol("z")) == Symbol("z")


def test_fresh_symbols_are_equal_to_no_other_and_no_identifiers() -> None:
    unifier = Unifier()
    first, second = unifier.fresh(), unifier.fresh()
    assert first != second
    assert is_fresh(first)
    assert not first.name.isidentifier()
    assert not is_fresh(Symbol("a"))


def test_anything_is_equal_to_all_and_binds_nothing() -> None:
    unifier = Unifier()
    assert unifier.unify(None, 3) == 3
    assert unifier.unify(Symbol("a"), None) == Symbol("a")
    assert unifier.unify(None, None) is None
    assert unifier.bindings() == {}


def test_a_conflict_says_which_field_set_the_symbol() -> None:
    unifier = Unifier()
    unifier.unify(Symbol("h"), 512, "image")
    with pytest.raises(DimensionConflict) as caught:
        unifier.unify(Symbol("h"), 480, "mask")
    assert (caught.value.symbol, caught.value.origin) == (Symbol("h"), "image")
    assert (caught.value.expected, caught.value.found) == (512, 480)


def test_a_conflict_changes_nothing() -> None:
    unifier = Unifier()
    unifier.unify(Symbol("a"), 1)
    unifier.unify(Symbol("b"), 2)
    with pytest.raises(DimensionConflict):
        unifier.unify(Symbol("a"), Symbol("b"))
    assert unifier.bindings() == {"a": 1, "b": 2}


def test_the_origin_survives_the_union_of_symbols() -> None:
    unifier = Unifier()
    unifier.unify(Symbol("b"), 7, "weights")
    unifier.unify(Symbol("a"), Symbol("b"), "product")
    assert unifier.origin(Symbol("a")) == "weights"


def test_long_chains_are_followed_without_recursion() -> None:
    unifier = Unifier()
    symbols = [unifier.fresh() for _ in range(20_000)]
    for left, right in zip(symbols[1:], symbols, strict=False):
        unifier.unify(left, right)
    unifier.unify(symbols[0], 5)
    assert unifier.resolve(symbols[-1]) == 5
