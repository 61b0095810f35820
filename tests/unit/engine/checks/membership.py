"""Whether numbers are among others; texts, factors and times have a file of their own."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from unit.engine.cases import LITERALS, Case
from unit.engine.checking import Check
from unit.engine.missing_reference import Answer
from unit.engine.samples import Sample, samples, shapes


@st.composite
def members(draw: st.DrawFn, _name: str) -> Case:
    x = draw(st.one_of(samples(draw(shapes())), LITERALS))
    values = samples(draw(shapes()))
    return [x, draw(st.one_of(values, values, LITERALS) if isinstance(x, Sample) else values)], {}


def reference(x: Any, values: Any) -> tuple[Any, ...]:
    if not isinstance(values, Sample):
        return (np.equal(x.array, values),)
    each = values.array.reshape(-1)
    return (np.any(np.equal(x.array[..., None] if isinstance(x, Sample) else x, each), axis=-1),)


def missing(_name: str, args: list[Any], _settings: dict[str, Any]) -> list[Answer]:
    """Whether any is equal, by Kleene's logic."""
    x, values = args
    unknown = x.missing if isinstance(x, Sample) else np.False_
    if not isinstance(values, Sample):
        return [(reference(x, values)[0], unknown)]
    there = np.equal(x.array[..., None] if isinstance(x, Sample) else x, values.array[~values.missing])
    found = np.any(there & ~np.asarray(unknown)[..., None], axis=-1)
    marks = ~found & (values.missing.any() | (unknown if values.array.size else np.False_))
    return [(np.asarray(found), np.asarray(marks))]


CHECKS = {"isin": Check(members, reference, missing)}
