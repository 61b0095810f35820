"""Comparisons of two operands, element by element."""

from __future__ import annotations

from typing import Final

import numpy as np

from jazz_server.engine import rows
from jazz_server.engine.mapping import Rule, infer_rule, run_rule
from jazz_server.engine.op import Op
from jazz_server.engine.promotion import NUMERIC, REAL, Function

_SHARED = (
    "Gives bool, with numpy's broadcasting; NaN is equal to nothing, itself included, and neither less nor greater. "
)
_STRICT = "Sparse if both are sparse, or one is and the comparison of zero with the literal is false; else dense."
_WEAK = "Dense, unless the comparison of zero with a literal is false: zero is equal to zero."


def _comparison(name: str, function: Function, sign: str, accepts: tuple[object, ...], *, strict: bool) -> Op:
    rule = Rule(name, function, ("a", "b"), (accepts, accepts))
    return Op(
        name=name,
        version=1,
        signature=f"{name}(a[...], b[...]) -> bool[...]",
        missing="Missing where a or b is.",
        doc=f"a {sign} b. {_SHARED}{_STRICT if strict else _WEAK}",
        arguments=("a", "b"),
        results=("result",),
        infer=infer_rule(rule),
        run=run_rule(rule),
        rows=rows.elementwise,
    )


OPS: Final = (
    _comparison("equal", np.equal, "==", NUMERIC, strict=False),
    _comparison("not_equal", np.not_equal, "!=", NUMERIC, strict=True),
    _comparison("less", np.less, "<", REAL, strict=True),
    _comparison("less_equal", np.less_equal, "<=", REAL, strict=False),
    _comparison("greater", np.greater, ">", REAL, strict=True),
    _comparison("greater_equal", np.greater_equal, ">=", REAL, strict=False),
)
"""The operations of this module."""
