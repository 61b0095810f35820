"""Operations on each element for itself."""

from __future__ import annotations

from jazz.graph import settings
from jazz.graph.errors import tracing_error
from jazz.graph.node import Node, Operand, apply


def add(a: Operand, b: Operand) -> Node:
    """The sum, `a + b`, element by element.

    Shapes broadcast as in numpy. Durations are added to timestamps, to dates (whole days) and to durations.

    >>> print(jazz.pipeline(lambda a, b: jazz.ops.add(a, b)))
    <lambda>(a, b) -> result
      %0 = add(a, b)
      result = %0
    """
    return apply("add", a, b)


def subtract(a: Operand, b: Operand) -> Node:
    """The difference, `a - b`, element by element.

    Shapes broadcast as in numpy. The difference of two timestamps, dates or durations is a duration; durations are
    subtracted from timestamps and dates, too.

    >>> print(jazz.pipeline(lambda a, b: jazz.ops.subtract(a, b)))
    <lambda>(a, b) -> result
      %0 = subtract(a, b)
      result = %0
    """
    return apply("subtract", a, b)


def multiply(a: Operand, b: Operand) -> Node:
    """The product, `a * b`, element by element; 0 wherever an entry of a sparse argument is absent.

    Shapes broadcast as in numpy. A duration times a number is a duration, cut off towards zero.

    >>> print(jazz.pipeline(lambda a, b: jazz.ops.multiply(a, b)))
    <lambda>(a, b) -> result
      %0 = multiply(a, b)
      result = %0
    """
    return apply("multiply", a, b)


def divide(a: Operand, b: Operand) -> Node:
    """The quotient, `a / b`, element by element, as real numbers; 0 wherever an entry of a sparse `a` is absent.

    Shapes broadcast as in numpy. The ratio of two durations is a number; a duration divided by a number is a duration,
    cut off towards zero: `span / np.timedelta64(1, "h")` are hours.

    >>> print(jazz.pipeline(lambda a, b: jazz.ops.divide(a, b)))
    <lambda>(a, b) -> result
      %0 = divide(a, b)
      result = %0
    """
    return apply("divide", a, b)


def floor_divide(a: Operand, b: Operand) -> Node:
    """The quotient rounded down, `a // b`, element by element; 0 wherever an entry of a sparse `a` is absent.

    Shapes broadcast as in numpy. Of two durations it is an integer.

    >>> print(jazz.pipeline(lambda a, b: jazz.ops.floor_divide(a, b)))
    <lambda>(a, b) -> result
      %0 = floor_divide(a, b)
      result = %0
    """
    return apply("floor_divide", a, b)


def remainder(a: Operand, b: Operand) -> Node:
    """What `a // b` leaves, `a % b`, element by element, with the sign of `b`; 0 where an entry of `a` is absent.

    Shapes broadcast as in numpy. Of two durations it is a duration.

    >>> print(jazz.pipeline(lambda a, b: jazz.ops.remainder(a, b)))
    <lambda>(a, b) -> result
      %0 = remainder(a, b)
      result = %0
    """
    return apply("remainder", a, b)


def pow(a: Operand, b: Operand) -> Node:  # noqa: A001 - the array API's name
    """`a` to the power of `b`, `a ** b`, element by element; sparse if `a` is and `b` is a number above 0.

    Shapes broadcast as in numpy.

    1 where `a` is 1 or `b` is 0, whatever the other is, missing included.

    >>> print(jazz.pipeline(lambda a, b: jazz.ops.pow(a, b)))
    <lambda>(a, b) -> result
      %0 = pow(a, b)
      result = %0
    """
    return apply("pow", a, b)


def maximum(a: Operand, b: Operand) -> Node:
    """The greater of `a` and `b`, element by element; NaN where one is.

    Shapes broadcast as in numpy. Also of two timestamps in one zone, of dates, of durations.

    >>> print(jazz.pipeline(lambda a, b: jazz.ops.maximum(a, b)))
    <lambda>(a, b) -> result
      %0 = maximum(a, b)
      result = %0
    """
    return apply("maximum", a, b)


def minimum(a: Operand, b: Operand) -> Node:
    """The lesser of `a` and `b`, element by element; NaN where one is.

    Shapes broadcast as in numpy. Also of two timestamps in one zone, of dates, of durations.

    >>> print(jazz.pipeline(lambda a, b: jazz.ops.minimum(a, b)))
    <lambda>(a, b) -> result
      %0 = minimum(a, b)
      result = %0
    """
    return apply("minimum", a, b)


def equal(a: Operand, b: Operand) -> Node:
    """Whether `a == b`, element by element: bool.

    Shapes broadcast as in numpy. Numbers, texts, bytes, factors (by the texts of their categories) and times of any
    units, each beside its like; a factor beside a text, too.

    >>> print(jazz.pipeline(lambda t: jazz.ops.filter(t, t["city"] == "Wien")))
    <lambda>(t) -> result
      %0 = field(t, name='city')
      %1 = equal(%0, 'Wien')
      %2 = filter(t, %1)
      result = %2
    """
    return apply("equal", a, b)


def not_equal(a: Operand, b: Operand) -> Node:
    """Whether `a != b`, element by element: bool.

    Shapes broadcast as in numpy. Numbers, texts, bytes, factors (by the texts of their categories) and times of any
    units, each beside its like; a factor beside a text, too.

    >>> print(jazz.pipeline(lambda a, b: jazz.ops.not_equal(a, b)))
    <lambda>(a, b) -> result
      %0 = not_equal(a, b)
      result = %0
    """
    return apply("not_equal", a, b)


def less(a: Operand, b: Operand) -> Node:
    """Whether `a < b`, element by element: bool.

    Shapes broadcast as in numpy. Real numbers, texts and bytes (by code points), times of any units, each beside its
    like; elements of an ordered factor beside another with the same categories, or beside a category.

    >>> print(jazz.pipeline(lambda a, b: jazz.ops.less(a, b)))
    <lambda>(a, b) -> result
      %0 = less(a, b)
      result = %0
    """
    return apply("less", a, b)


def less_equal(a: Operand, b: Operand) -> Node:
    """Whether `a <= b`, element by element: bool.

    Shapes broadcast as in numpy. Real numbers, texts and bytes (by code points), times of any units, each beside its
    like; elements of an ordered factor beside another with the same categories, or beside a category.

    >>> print(jazz.pipeline(lambda a, b: jazz.ops.less_equal(a, b)))
    <lambda>(a, b) -> result
      %0 = less_equal(a, b)
      result = %0
    """
    return apply("less_equal", a, b)


def greater(a: Operand, b: Operand) -> Node:
    """Whether `a > b`, element by element: bool.

    Shapes broadcast as in numpy. Real numbers, texts and bytes (by code points), times of any units, each beside its
    like; elements of an ordered factor beside another with the same categories, or beside a category.

    >>> print(jazz.pipeline(lambda a, b: jazz.ops.greater(a, b)))
    <lambda>(a, b) -> result
      %0 = greater(a, b)
      result = %0
    """
    return apply("greater", a, b)


def greater_equal(a: Operand, b: Operand) -> Node:
    """Whether `a >= b`, element by element: bool.

    Shapes broadcast as in numpy. Real numbers, texts and bytes (by code points), times of any units, each beside its
    like; elements of an ordered factor beside another with the same categories, or beside a category.

    >>> print(jazz.pipeline(lambda a, b: jazz.ops.greater_equal(a, b)))
    <lambda>(a, b) -> result
      %0 = greater_equal(a, b)
      result = %0
    """
    return apply("greater_equal", a, b)


def isin(x: Operand, values: Operand) -> Node:
    """Whether each element of `x` is among the values: bool, of the shape of `x`. `~isin(x, values)` is the opposite.

    An element is among them where it is equal to one, so that NaN never is. It is missing where `x` is, and where it is
    none of the values while one of these is missing; `fill_na` says what is to become of that.

    Args:
        x: A tensor of any element type.
        values: What can be compared with it: a list, an array, a column, of whatever shape; or a single value.

    >>> print(jazz.pipeline(lambda t, known: t[jazz.ops.isin(t["city"], known)]))
    <lambda>(t, known) -> result
      %0 = field(t, name='city')
      %1 = isin(%0, known)
      %2 = filter(t, %1)
      result = %2
    """
    return apply("isin", x, values)


def negative(x: Operand) -> Node:
    """`-x`, element by element.

    >>> print(jazz.pipeline(lambda x: jazz.ops.negative(x)))
    <lambda>(x) -> result
      %0 = negative(x)
      result = %0
    """
    return apply("negative", x)


def abs(x: Operand) -> Node:  # noqa: A001 - numpy's name
    """The absolute value, `|x|`, element by element; the modulus of complex numbers.

    >>> print(jazz.pipeline(lambda x: jazz.ops.abs(x)))
    <lambda>(x) -> result
      %0 = abs(x)
      result = %0
    """
    return apply("abs", x)


def sign(x: Operand) -> Node:
    """-1, 0 or 1 by the sign, element by element; NaN stays NaN; sparse stays sparse.

    >>> print(jazz.pipeline(lambda x: jazz.ops.sign(x)))
    <lambda>(x) -> result
      %0 = sign(x)
      result = %0
    """
    return apply("sign", x)


def exp(x: Operand) -> Node:
    """The exponential, `e ** x`, element by element; dense, since `exp(0)` is 1.

    >>> print(jazz.pipeline(lambda x: jazz.ops.exp(x)))
    <lambda>(x) -> result
      %0 = exp(x)
      result = %0
    """
    return apply("exp", x)


def log(x: Operand) -> Node:
    """The natural logarithm, element by element: -inf at 0, NaN below; dense, since `log(0)` is not 0.

    >>> print(jazz.pipeline(lambda x: jazz.ops.log(x)))
    <lambda>(x) -> result
      %0 = log(x)
      result = %0
    """
    return apply("log", x)


def log1p(x: Operand) -> Node:
    """`log(1 + x)`, element by element, exact near 0 too; sparse stays sparse.

    >>> print(jazz.pipeline(lambda x: jazz.ops.log1p(x)))
    <lambda>(x) -> result
      %0 = log1p(x)
      result = %0
    """
    return apply("log1p", x)


def expm1(x: Operand) -> Node:
    """`exp(x) - 1`, element by element, exact near 0 too; sparse stays sparse.

    >>> print(jazz.pipeline(lambda x: jazz.ops.expm1(x)))
    <lambda>(x) -> result
      %0 = expm1(x)
      result = %0
    """
    return apply("expm1", x)


def sqrt(x: Operand) -> Node:
    """The square root, element by element; NaN below 0; sparse stays sparse.

    >>> print(jazz.pipeline(lambda x: jazz.ops.sqrt(x)))
    <lambda>(x) -> result
      %0 = sqrt(x)
      result = %0
    """
    return apply("sqrt", x)


def sin(x: Operand) -> Node:
    """The sine of `x` in radians, element by element; sparse stays sparse.

    >>> print(jazz.pipeline(lambda x: jazz.ops.sin(x)))
    <lambda>(x) -> result
      %0 = sin(x)
      result = %0
    """
    return apply("sin", x)


def cos(x: Operand) -> Node:
    """The cosine of `x` in radians, element by element; dense, since `cos(0)` is 1.

    >>> print(jazz.pipeline(lambda x: jazz.ops.cos(x)))
    <lambda>(x) -> result
      %0 = cos(x)
      result = %0
    """
    return apply("cos", x)


def clip(x: Operand, min: float | None = None, max: float | None = None) -> Node:  # noqa: A002 - numpy's names
    """`x` with what is less than `min` made `min`, and what is greater than `max` made `max`.

    >>> print(jazz.pipeline(lambda x: jazz.ops.clip(x, 0, 32)))
    <lambda>(x) -> result
      %0 = clip(x, max=32, min=0)
      result = %0
    """
    lower = None if min is None else settings.real("min", min)
    upper = None if max is None else settings.real("max", max)
    if lower is not None and upper is not None and not lower <= upper:
        raise tracing_error("clip", "min not greater than max", f"min={lower!r}, max={upper!r}")
    return apply("clip", x, min=lower, max=upper)


def where(condition: Operand, a: Operand, b: Operand) -> Node:
    """`a` where the condition holds, else `b`, element by element; the three broadcast.

    Also of texts, of two timestamps in one zone, of dates, of durations.

    >>> print(jazz.pipeline(lambda x: jazz.ops.where(x > 0, x, 0)))
    <lambda>(x) -> result
      %0 = greater(x, 0)
      %1 = where(%0, x, 0)
      result = %1
    """
    return apply("where", condition, a, b)
