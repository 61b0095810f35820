"""Arithmetic of two operands, element by element."""

from __future__ import annotations

from typing import Final

import numpy as np

from jazz_server.engine.mapping import Rule, infer_rule, run_rule
from jazz_server.engine.op import Op
from jazz_server.engine.promotion import NUMERIC, REAL, Function

_SHARED = (
    "Operands are broadcast as in numpy, and the element type is numpy's; a literal takes the type of the tensor "
    "beside it within its family (NEP 50)."
)


def _binary(
    name: str,
    function: Function,
    doc: str,
    accepts: tuple[object, ...] = NUMERIC,
    *,
    annihilators: tuple[int, ...] = (),
    kernel: str = "",
    missing: str = "Missing where a or b is.",
) -> Op:
    rule = Rule(name, function, ("a", "b"), (accepts, accepts), annihilators, kernel=kernel)
    return Op(
        name=name,
        version=1,
        signature=f"{name}(a[...], b[...]) -> [...]",
        doc=doc + " " + _SHARED,
        missing=missing,
        arguments=("a", "b"),
        results=("result",),
        infer=infer_rule(rule),
        run=run_rule(rule),
    )


OPS: Final = (
    _binary(
        "add",
        np.add,
        "a + b. Sparse if both are sparse, else dense; x + 0 of a sparse x stays sparse.",
        kernel="add",
    ),
    _binary(
        "subtract",
        np.subtract,
        "a - b; not for two bools. Sparse if both are sparse, else dense.",
        kernel="subtract",
    ),
    _binary(
        "multiply",
        np.multiply,
        "a * b. Sparse if either is sparse: an absent entry annihilates, 0 * inf = 0 where the zero is absent.",
        annihilators=(0, 1),
        kernel="multiply",
        missing="Missing where a or b is, unless an entry of the other one is absent.",
    ),
    _binary(
        "divide",
        np.divide,
        "a / b, true division. Sparse if a is sparse: 0 / 0 = 0 where the numerator is absent. An absent entry of b "
        "is a zero to divide by.",
        annihilators=(0,),
        missing="Missing where a or b is, unless an entry of a is absent.",
    ),
    _binary(
        "maximum",
        np.maximum,
        "The greater of a and b; NaN if either is. Sparse if both are sparse, or if one is and the other is a literal "
        "of at most 0.",
        REAL,
        kernel="maximum",
    ),
    _binary(
        "minimum",
        np.minimum,
        "The lesser of a and b; NaN if either is. Sparse if both are sparse, or if one is and the other is a literal "
        "of at least 0.",
        REAL,
        kernel="minimum",
    ),
)
"""The operations of this module."""
