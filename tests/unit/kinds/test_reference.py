"""Matching against a reference that tries every assignment of lengths to symbols, which is obviously right and slow."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jazz.values import DataType, Layout, Null, Table, Tensor, Value, compressed
from jazz_server.kinds.agreement import disagreements
from jazz_server.kinds.elements import match_value
from jazz_server.kinds.types import (
    AnyType,
    FieldType,
    Kind,
    KindReference,
    NullType,
    Symbol,
    TableType,
    TensorType,
    Type,
)

Lengths = Mapping[str, int]
FLOAT, INT = DataType("float64"), DataType("int64")
SIZES = {"m": ("length", 1), "metre": ("length", 1), "km": ("length", 1000), "s": ("time", 1)}
SYMBOLS = [Symbol("n"), Symbol("m")]
NAMES = ["a", "b", "c"]


# The reference


def admits(kind: Kind | Type, value: Value, kinds: Mapping[str, Kind]) -> bool:
    """Whether some assignment of lengths to the symbols of a kind makes everything that it asks for true."""
    parts = list(parts_of(kind, kinds))
    return any(holds(parts, value, lengths, kinds) for lengths in assignments())


def assignments() -> Iterator[Lengths]:
    """Every assignment of the lengths that generated values have."""
    for lengths in itertools.product(range(4), repeat=len(SYMBOLS)):
        yield dict(zip((symbol.name for symbol in SYMBOLS), lengths, strict=True))


def parts_of(kind: Kind | Type, kinds: Mapping[str, Kind]) -> Iterator[Type]:
    """The types that a kind asks a value to be of, all at once."""
    if isinstance(kind, Kind):
        for base in kind.extends:
            yield from parts_of(base, kinds)
        yield from parts_of(kind.type, kinds)
    elif isinstance(kind, KindReference):
        yield from parts_of(kinds[kind.name], kinds)
    else:
        yield kind


def holds(parts: list[Type], value: Value, lengths: Lengths, kinds: Mapping[str, Kind]) -> bool:
    """Whether a value is of all these types, symbols standing for these lengths."""
    tables = [part for part in parts if isinstance(part, TableType)]
    if tables and not is_table(tables, value, lengths, kinds):
        return False
    return all(is_of(part, value, lengths, kinds) for part in parts if not isinstance(part, TableType))


def is_table(tables: list[TableType], value: Value, lengths: Lengths, kinds: Mapping[str, Kind]) -> bool:
    if not isinstance(value, Table):
        return False
    asked = [item for table in tables for item in table.fields]
    if any(table.closed for table in tables) and set(value.names) - {item.name for item in asked}:
        return False
    for item in asked:
        if item.name in value.names:
            if not is_of(item.type, value[item.name], lengths, kinds):
                return False
        elif not item.optional:
            return False
    return True


def is_of(type_: Type, value: Value, lengths: Lengths, kinds: Mapping[str, Kind]) -> bool:
    match type_:
        case AnyType():
            return True
        case NullType():
            return isinstance(value, Null)
        case KindReference():
            return admits(kinds[type_.name], value, kinds)  # its symbols are its own
        case TableType():
            return is_table([type_], value, lengths, kinds)
        case TensorType():
            return isinstance(value, Tensor) and is_tensor(type_, value, lengths)


def is_tensor(type_: TensorType, value: Tensor, lengths: Lengths) -> bool:
    elements = [element for element in elements_of(value) if element is not None]
    return (
        (not type_.dtypes or value.dtype in type_.dtypes)
        and (not (type_.strict and type_.layouts) or value.layout in type_.layouts)
        and (type_.nullable or None not in elements_of(value))
        and (not type_.unit or (value.unit != "" and SIZES[value.unit] == SIZES[type_.unit]))
        and (type_.shape is None or fits(type_.shape, value.shape, lengths))
        and (type_.minimum is None or all(element >= type_.minimum for element in elements))
        and (type_.maximum is None or all(element <= type_.maximum for element in elements))
    )


def fits(shape: tuple[int | Symbol | None, ...], found: tuple[int, ...], lengths: Lengths) -> bool:
    wanted = [lengths[d.name] if isinstance(d, Symbol) else d for d in shape]
    return len(wanted) == len(found) and all(w in (None, f) for w, f in zip(wanted, found, strict=True))


def elements_of(value: Tensor) -> list[float | None]:
    """Every element, None where it is missing; absent ones are 0."""
    assert value.data is not None
    stored: list[float | None] = [float(element) for element in value.data]
    if value.validity is not None:
        present = np.unpackbits(value.validity, count=value.stored, bitorder="little")
        stored = [element if there else None for element, there in zip(stored, present, strict=True)]
    return stored + [0.0] * (value.size - value.stored)


# Kinds and values near each other. They are drawn from a number, since many small strategies would take long.


def some_tensor_type(random: Random) -> TensorType:
    dimensions = [1, 2, 3, None, *SYMBOLS, *SYMBOLS]
    layouts = random.choice([(), (Layout.DENSE,), (Layout.CSR,)])
    return TensorType(
        random.choice([(), (FLOAT,), (FLOAT, INT)]),
        random.choice([None, (random.choice(dimensions), random.choice(dimensions))]),
        layouts,
        strict=bool(layouts) and random.random() < 0.5,
        nullable=random.random() < 0.7,
        unit=random.choice(["", "", "", "m"]),
        minimum=random.choice([None, None, 0.0]),
        maximum=random.choice([None, None, 2.0]),
    )


def some_type(random: Random, names: list[str], depth: int) -> Type:
    drawn = random.random()
    if drawn < 0.4 and depth:
        items = random.sample(NAMES, random.randint(0, 3))
        fields = [FieldType(name, some_type(random, names, depth - 1), random.random() < 0.3) for name in items]
        return TableType(tuple(fields), random.random() < 0.3)
    if drawn < 0.6 and names:
        return KindReference(random.choice(names))
    return random.choice([some_tensor_type(random), some_tensor_type(random), AnyType(), NullType()])


def some_kind(random: Random, names: list[str]) -> Kind:
    type_ = some_type(random, names, 2)
    if isinstance(type_, KindReference) or random.random() < 0.7:
        return Kind(type_)
    return Kind(type_, tuple(KindReference(random.choice(names)) for _ in names))


def some_tensor(random: Random, type_: TensorType | None = None) -> Tensor:
    """A tensor that has mostly what a type asks for, as far as each dimension for itself can."""
    wanted = type_.shape if type_ is not None and random.random() < 0.95 else None
    shape = tuple(d if isinstance(d, int) else random.choice([2, 2, 2, 1, 3]) for d in wanted or (None, None))
    dtype = random.choice([FLOAT, FLOAT, FLOAT, INT])
    unit = random.choice(["m", "metre", "km", "s", ""]) if type_ is not None and type_.unit else ""
    data = np.array([random.choice([0, 0, 1, 2, 2, 3, -1]) for _ in range(shape[0] * shape[1])], dtype.storage)
    if random.random() < 0.5:
        data = data.clip(0, 2)
    tensor = Tensor(dtype, shape, data=data)
    if random.random() < 0.3:
        kept = np.flatnonzero(data)
        indptr = np.searchsorted(kept // shape[1], np.arange(shape[0] + 1)).astype(np.int32)
        columns = (kept % shape[1]).astype(np.int32)
        tensor = compressed(Layout.CSR, (shape[0], shape[1]), indptr, columns, data[kept])
    if random.random() < 0.2 and tensor.stored:
        tensor = replace(tensor, validity=np.packbits(np.arange(tensor.stored) > 0, bitorder="little"))
    return replace(tensor, unit=unit)


def some_value(random: Random, kind: Kind | Type, kinds: Mapping[str, Kind]) -> Value:
    """A value near a kind: mostly of it, but for lengths, ranges and units."""
    if random.random() < 0.02:
        return random.choice([Null(), Table(), some_tensor(random)])
    parts = list(parts_of(kind, kinds))
    tables = [part for part in parts if isinstance(part, TableType)]
    if not tables:
        tensors = [part for part in parts if isinstance(part, TensorType)]
        return some_tensor(random, random.choice(tensors)) if tensors else Null()
    fields: dict[str, Value] = {}
    for item in (item for table in tables for item in table.fields):
        if random.random() < (0.5 if item.optional else 0.97):
            fields[item.name] = some_value(random, item.type, kinds)
    if random.random() < 0.1:
        fields[random.choice(NAMES)] = Null()
    return Table(tuple(random.sample(list(fields.items()), len(fields))))


def case(seed: int) -> tuple[Kind, Value, dict[str, Kind]]:
    """A kind, a value near it, and the kinds that they may refer to."""
    random = Random(seed)
    kinds: dict[str, Kind] = {}
    for name in ("s/p", "s/q"):
        kinds[name] = some_kind(random, list(kinds))
    kind = some_kind(random, list(kinds))
    return kind, some_value(random, kind, kinds), kinds


SEEDS = st.integers(0, 2**64)


@settings(deadline=None)  # the first unit loads their vocabulary
@given(SEEDS)
def test_a_value_matches_if_and_only_if_some_assignment_admits_it(seed: int) -> None:
    kind, value, kinds = case(seed)
    found = match_value(kind, value, kinds.__getitem__)
    assert found.matches == admits(kind, value, kinds), found.mismatches


@settings(deadline=None)
@given(SEEDS)
def test_the_bindings_are_an_assignment_that_admits_the_value(seed: int) -> None:
    kind, value, kinds = case(seed)
    found = match_value(kind, value, kinds.__getitem__)
    if found.matches:
        free = {symbol.name: 0 for symbol in SYMBOLS}
        assert set(found.bindings) <= set(free)
        assert holds(list(parts_of(kind, kinds)), value, free | dict(found.bindings), kinds)


@settings(deadline=None)
@given(SEEDS)
def test_the_order_of_fields_decides_nothing(seed: int) -> None:
    kind, value, kinds = case(seed)
    if isinstance(kind.type, TableType):
        backwards = replace(kind, type=replace(kind.type, fields=kind.type.fields[::-1]))
        matches = match_value(kind, value, kinds.__getitem__).matches
        assert match_value(backwards, value, kinds.__getitem__).matches == matches


@settings(deadline=None)
@given(SEEDS)
def test_the_parts_of_what_some_value_is_of_hold_together(seed: int) -> None:
    kind, value, kinds = case(seed)
    if match_value(kind, value, kinds.__getitem__).matches:
        assert disagreements(kind, kinds.__getitem__) == []


def test_many_of_the_generated_cases_match_and_many_do_not() -> None:
    answers = [match_value(kind, value, kinds.__getitem__).matches for kind, value, kinds in map(case, range(500))]
    assert 100 < sum(answers) < 400


@pytest.mark.parametrize(("unit", "matches"), [("m", True), ("metre", True), ("km", False), ("s", False), ("", False)])
def test_the_reference_knows_units(unit: str, matches: bool) -> None:
    tensor = Tensor(FLOAT, (1, 1), data=np.zeros(1), unit=unit)
    assert admits(TensorType(unit="m"), tensor, {}) == matches
