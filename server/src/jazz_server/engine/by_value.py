"""Integers of 64 bits beside floats, by value: numpy makes floats of both, of which one stands for many integers."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from jazz_server.engine.promotion import Array, Function

_FAR: Final = 2.0**53
"""Nearer to zero than this every integer is a float."""

_TURNED: Final[dict[np.ufunc, np.ufunc]] = {
    np.equal: np.equal,
    np.not_equal: np.not_equal,
    np.less: np.greater,
    np.less_equal: np.greater_equal,
    np.greater: np.less,
    np.greater_equal: np.less_equal,
}
"""What a comparison is when its operands change places."""


def mixed(a: np.dtype[Any] | None, b: np.dtype[Any] | None) -> bool:
    """Whether numpy would make floats of integers of 64 bits to compare them."""
    if a is None or b is None:
        return False
    return (_is_wide(a) and b.kind in "fc") or (a.kind in "fc" and _is_wide(b))


def dtype_of_literal(literal: bool | float) -> np.dtype[Any] | None:
    """The element type of a Python number; None for those near zero, beside which no float stands for two integers."""
    return np.dtype(type(literal)) if abs(literal) >= _FAR else None


def _is_wide(dtype: np.dtype[Any]) -> bool:
    return dtype.kind in "iu" and dtype.itemsize == 8


@cache
def by_value(compare: np.ufunc) -> Function:
    """A comparison of numpy's that is exact also of integers of 64 bits and floats, in arrays and Python numbers."""

    def compared(a: Any, b: Any) -> Any:
        one, other = (x.dtype if isinstance(x, np.ndarray | np.generic) else dtype_of_literal(x) for x in (a, b))
        if not mixed(one, other):
            return compare(a, b)
        turned = one is not None and one.kind in "fc"
        return _compared(_TURNED[compare], b, a) if turned else _compared(compare, a, b)

    return compared


def _compared(compare: np.ufunc, whole: Any, number: Any) -> Any:
    """The comparison of integers of 64 bits with floats or complex numbers."""
    if np.iscomplexobj(number):
        same = _compared(np.equal, whole, np.real(number)) & (np.imag(number) == 0)
        return same if compare is np.equal else ~same
    number = np.asarray(number, np.float64)
    far = np.abs(number) >= _FAR
    if not far.any():
        return compare(whole, number)
    near, beyond = parts(np.asarray(whole))
    return np.where(far & (near == number), compare(beyond, 0), compare(near, number))


def parts(whole: Array) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The nearest floats of integers, and how far the integers are beyond them: in this order they are as they were."""
    near = whole.astype(np.float64)
    return near, _beyond(whole, near)


def _beyond(whole: Array, near: NDArray[np.float64]) -> NDArray[np.int64]:
    # Modulo 2**64, as the difference is small: all floats are multiples of 2048 where they are turned.
    turned = near - 2.0**64 * (near >= 2.0**63)
    return np.asarray(whole.astype(np.int64) - turned.astype(np.int64))
