"""Numbers without what stands behind the point."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from jazz_server.engine.op import Parameter
from jazz_server.engine.pointwise import unary
from jazz_server.engine.promotion import NUMERIC, REAL, Array

_SHARED = "Integers and bools stay what they are. Keeps the layout."


def _round(x: Array, decimals: Any) -> Array:
    return np.asarray(np.round(x, decimals))


OPS: Final = (
    unary(
        "round",
        _round,
        "x to a number of decimals, half to even, as numpy's round: rint(x * 10**decimals) / 10**decimals, and the "
        "parts of a complex number each. Keeps the layout.",
        NUMERIC,
        Parameter("decimals", "int", "How many decimals are left; tens, hundreds, ... when negative.", default=0),
    ),
    unary("floor", np.floor, f"The greatest whole number that is not greater than x. {_SHARED}", REAL),
    unary("ceil", np.ceil, f"The least whole number that is not less than x. {_SHARED}", REAL),
    unary("trunc", np.trunc, f"The whole number next to x towards zero. {_SHARED}", REAL),
)
"""The operations of this module."""
