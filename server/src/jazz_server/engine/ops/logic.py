"""Truth values, and questions whether numbers are numbers."""

from __future__ import annotations

from typing import Final

import numpy as np

from jazz_server.engine.pointwise import binary, unary
from jazz_server.engine.promotion import BOOL

_TRUTH = (BOOL,)
_SHARED = "Of truth values: numbers are compared first, x != 0. Operands are broadcast as in numpy."

OPS: Final = (
    binary(
        "logical_and",
        np.logical_and,
        f"Whether both a and b are true. {_SHARED} Sparse if either is sparse.",
        _TRUTH,
        annihilators=(0, 1),
        decisive=(False, False),
        missing="Missing where a or b is, unless the other one is false: then false (Kleene's logic).",
    ),
    binary(
        "logical_or",
        np.logical_or,
        f"Whether a or b is true, or both. {_SHARED} Sparse if both are sparse, or if one is and the other is false.",
        _TRUTH,
        decisive=(True, True),
        missing="Missing where a or b is, unless the other one is true: then true (Kleene's logic).",
    ),
    binary(
        "logical_xor",
        np.logical_xor,
        f"Whether one of a and b is true and the other is not. {_SHARED} Sparse if both are sparse, or if one is and "
        "the other is false.",
        _TRUTH,
    ),
    unary("logical_not", np.logical_not, "Whether x is false. Of truth values. Dense: not false is true.", _TRUTH),
    unary("isnan", np.isnan, "Whether x is NaN, bool; what is missing is not NaN. Keeps the layout."),
    unary("isinf", np.isinf, "Whether x is infinite, with either sign, bool. Keeps the layout."),
    unary("isfinite", np.isfinite, "Whether x is neither infinite nor NaN, bool. Dense: 0 is finite."),
)
"""The operations of this module."""
