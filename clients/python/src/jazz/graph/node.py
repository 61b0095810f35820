"""`Node`: a value of a pipeline while its function is traced, with the operators of numpy."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import numpy as np

from jazz.graph import settings
from jazz.graph.errors import tracing_error
from jazz.graph.foreign_arguments import OF_DROP, OF_GROUPBY, OF_MERGE, OF_SPREADS, refusing
from jazz.graph.settings import Axis
from jazz.graph.sources import source_of
from jazz.graph.trace import OutputOf, Setting, Step, Trace, caller, current
from jazz.graph.traced import Traced, cannot_be, op_for
from jazz.graph.ufuncs import UFUNCS

if TYPE_CHECKING:
    from jazz.graph.calendar import Times
    from jazz.graph.grouping import GroupBy
    from jazz.graph.texts import Texts

Operand: TypeAlias = object
"""What an operation is applied to: a `Node`; a number or text, which becomes a literal of the type of its neighbour, as
in numpy; or anything that `jazz.convert.to_value` takes (a date or time, an array of numpy, a matrix of scipy.sparse, a
frame, ...), which becomes a constant of the pipeline."""


class WithTexts(Traced):
    """What has `str`. It is no part of the body of `Node`, in which that is Python's."""

    __slots__ = ()

    @property
    def str(self) -> Texts:
        """Its texts, one by one, as in pandas: `x.str.upper()`, `x.str.contains("a")`."""
        from jazz.graph.texts import texts_of  # which is made of nodes

        return texts_of(self)  # type: ignore[arg-type]


class Node(WithTexts):
    """A value of a pipeline while its function is traced: a name for what a step will give.

    It has numpy's operators (`&`, `|`, `^` and `~` are of truth values), `.T`, reductions, `round`, `cumsum` and
    `astype`; everything else is in `jazz.ops`. A field of a table is `node["name"]`. It holds no data: the function is
    run once, when the pipeline is written, and what it does with its nodes is written down.
    """

    __slots__ = ()

    __array_priority__: ClassVar[float] = 1e6  # scipy.sparse, and
    __pandas_priority__: ClassVar[int] = 10_000  # pandas leave the operator to the right-hand side

    __hash__ = object.__hash__

    def __add__(self, other: Operand) -> Node:
        return apply("add", self, other)

    def __radd__(self, other: Operand) -> Node:
        return apply("add", other, self)

    def __sub__(self, other: Operand) -> Node:
        return apply("subtract", self, other)

    def __rsub__(self, other: Operand) -> Node:
        return apply("subtract", other, self)

    def __mul__(self, other: Operand) -> Node:
        return apply("multiply", self, _elementwise(other))

    def __rmul__(self, other: Operand) -> Node:
        return apply("multiply", _elementwise(other), self)

    def __truediv__(self, other: Operand) -> Node:
        return apply("divide", self, other)

    def __rtruediv__(self, other: Operand) -> Node:
        return apply("divide", other, self)

    def __matmul__(self, other: Operand) -> Node:
        return apply("matmul", self, other)

    def __rmatmul__(self, other: Operand) -> Node:
        return apply("matmul", other, self)

    def __neg__(self) -> Node:
        return apply("negative", self)

    def __pos__(self) -> Node:
        return self

    def __abs__(self) -> Node:
        return apply("abs", self)

    def __eq__(self, other: Operand) -> Node:  # type: ignore[override]
        return apply("equal", self, other)

    def __ne__(self, other: Operand) -> Node:  # type: ignore[override]
        return apply("not_equal", self, other)

    def __lt__(self, other: Operand) -> Node:
        return apply("less", self, other)

    def __le__(self, other: Operand) -> Node:
        return apply("less_equal", self, other)

    def __gt__(self, other: Operand) -> Node:
        return apply("greater", self, other)

    def __ge__(self, other: Operand) -> Node:
        return apply("greater_equal", self, other)

    def __pow__(self, other: Operand) -> Node:
        return apply("pow", self, other)

    def __rpow__(self, other: Operand) -> Node:
        return apply("pow", other, self)

    def __floordiv__(self, other: Operand) -> Node:
        return apply("floor_divide", self, other)

    def __rfloordiv__(self, other: Operand) -> Node:
        return apply("floor_divide", other, self)

    def __mod__(self, other: Operand) -> Node:
        return apply("remainder", self, other)

    def __rmod__(self, other: Operand) -> Node:
        return apply("remainder", other, self)

    def __and__(self, other: Operand) -> Node:
        """Of truth values; the bits of integers have no operator."""
        return apply("logical_and", self, other)

    def __rand__(self, other: Operand) -> Node:
        return apply("logical_and", other, self)

    def __or__(self, other: Operand) -> Node:
        return apply("logical_or", self, other)

    def __ror__(self, other: Operand) -> Node:
        return apply("logical_or", other, self)

    def __xor__(self, other: Operand) -> Node:
        return apply("logical_xor", self, other)

    def __rxor__(self, other: Operand) -> Node:
        return apply("logical_xor", other, self)

    def __invert__(self) -> Node:
        return apply("logical_not", self)

    def __round__(self, digits: int | None = None) -> Node:
        return self.round(digits or 0)

    def __floor__(self) -> Node:
        return apply("floor", self)

    def __ceil__(self) -> Node:
        return apply("ceil", self)

    def __trunc__(self) -> Node:
        return apply("trunc", self)

    @property
    def T(self) -> Node:  # noqa: N802
        """Its axes reversed."""
        return apply("transpose", self)

    @property
    def dt(self) -> Times:
        """Parts of times, and the units that they are in, as in pandas: `x.dt.month`, `x.dt.floor("D")`."""
        from jazz.graph.calendar import times_of  # which is made of nodes

        return times_of(self)

    def __getitem__(self, key: object) -> Node:
        """A field of a table, `x["a"]`, a table of several, `x[["a", "b"]]`; or rows and parts, as numpy's indexing.

        That is of integers, slices, None, ... and one vector.
        """
        if isinstance(key, str):
            return apply("field", self, name=key)
        from jazz.graph.indexing import indexed  # which is made of nodes

        return indexed(self, key)

    def assign(self, **fields: Operand) -> Node:
        """The table with other fields and further ones, which may be functions of the table: `jazz.ops.assign`."""
        from jazz.graph.ops.tables import assign  # which is made of nodes

        return assign(self, fields)

    @refusing(OF_DROP)
    def drop(self, *, columns: str | Sequence[str]) -> Node:
        """The table without a field, or without several: `jazz.ops.drop`."""
        return apply("drop", self, names=settings.names("columns", [columns] if isinstance(columns, str) else columns))

    @refusing(OF_GROUPBY)
    def groupby(self, by: str | Sequence[str], *, dropna: bool = False) -> GroupBy:
        """The rows of the table in groups that are equal in a field, or in several: `jazz.ops.aggregate`.

        Rows of which a key is missing are a group, the last one, unless `dropna`.
        """
        from jazz.graph.grouping import grouped  # which is made of nodes

        return grouped(self, by, dropna=dropna)

    @refusing(OF_MERGE)
    def merge(
        self,
        right: Operand,
        how: str = "inner",
        on: str | Sequence[str] | None = None,
        *,
        left_on: str | Sequence[str] | None = None,
        right_on: str | Sequence[str] | None = None,
        sort: bool = False,
        suffixes: Sequence[str | None] = ("_x", "_y"),
        coalesce: bool = False,
        validate: str | None = None,
    ) -> Node:
        """Rows of this table and another one beside each other where their keys are equal: `jazz.ops.merge`."""
        from jazz.graph.ops.merging import merge  # which is made of nodes

        return merge(
            self, right, how, on, left_on=left_on, right_on=right_on, sort=sort, suffixes=suffixes, coalesce=coalesce,
            validate=validate,
        )  # fmt: skip

    def reshape(self, *shape: int | Sequence[int]) -> Node:
        """The elements in C order in another shape, written as one argument or several: `jazz.ops.reshape`."""
        lengths = shape[0] if len(shape) == 1 else shape
        return apply("reshape", self, shape=settings.integers("shape", lengths))

    def squeeze(self, axis: Axis = None) -> Node:
        """Without an axis of length 1, without several, or without all of that length: `jazz.ops.squeeze`."""
        return apply("squeeze", self, axis=settings.axes(axis))

    def sum(self, axis: Axis = None, *, keepdims: bool = False, skipna: bool = False) -> Node:
        """The sum over an axis, over several, or over all elements: `jazz.ops.sum`."""
        return apply("sum", self, **settings.reduction(axis, keepdims, skipna))

    def mean(self, axis: Axis = None, *, keepdims: bool = False, skipna: bool = False) -> Node:
        """The mean over an axis, over several, or over all elements: `jazz.ops.mean`."""
        return apply("mean", self, **settings.reduction(axis, keepdims, skipna))

    def max(self, axis: Axis = None, *, keepdims: bool = False, skipna: bool = False) -> Node:
        """The greatest element along an axis, along several, or of all: `jazz.ops.max`."""
        return apply("max", self, **settings.reduction(axis, keepdims, skipna))

    def min(self, axis: Axis = None, *, keepdims: bool = False, skipna: bool = False) -> Node:
        """The least element along an axis, along several, or of all: `jazz.ops.min`."""
        return apply("min", self, **settings.reduction(axis, keepdims, skipna))

    def prod(self, axis: Axis = None, *, keepdims: bool = False, skipna: bool = False) -> Node:
        """The product over an axis, over several, or over all elements: `jazz.ops.prod`."""
        return apply("prod", self, **settings.reduction(axis, keepdims, skipna))

    @refusing(OF_SPREADS)
    def var(self, axis: Axis = None, *, correction: float = 0, keepdims: bool = False, skipna: bool = False) -> Node:
        """The variance over an axis, over several, or over all elements: `jazz.ops.var`."""
        return apply("var", self, **settings.spread(axis, correction, keepdims, skipna))

    @refusing(OF_SPREADS)
    def std(self, axis: Axis = None, *, correction: float = 0, keepdims: bool = False, skipna: bool = False) -> Node:
        """The standard deviation over an axis, over several, or over all elements: `jazz.ops.std`."""
        return apply("std", self, **settings.spread(axis, correction, keepdims, skipna))

    def any(self, axis: Axis = None, *, keepdims: bool = False, skipna: bool = False) -> Node:
        """Whether any element is true: `jazz.ops.any`."""
        return apply("any", self, **settings.reduction(axis, keepdims, skipna))

    def all(self, axis: Axis = None, *, keepdims: bool = False, skipna: bool = False) -> Node:
        """Whether all elements are true: `jazz.ops.all`."""
        return apply("all", self, **settings.reduction(axis, keepdims, skipna))

    def argmax(self, axis: int | None = None, *, keepdims: bool = False, skipna: bool = False) -> Node:
        """Where the greatest element is: `jazz.ops.argmax`."""
        return apply("argmax", self, **settings.line(axis, keepdims, skipna))

    def argmin(self, axis: int | None = None, *, keepdims: bool = False, skipna: bool = False) -> Node:
        """Where the least element is: `jazz.ops.argmin`."""
        return apply("argmin", self, **settings.line(axis, keepdims, skipna))

    def cumsum(self, axis: int | None = None, *, skipna: bool = False) -> Node:
        """The sums of each element and all before it: `jazz.ops.cumsum`."""
        along = None if axis is None else settings.integer("axis", axis)
        return apply("cumsum", self, axis=along, skipna=settings.flag("skipna", skipna))

    def round(self, decimals: int = 0) -> Node:
        """The elements to a number of decimals: `jazz.ops.round`."""
        return apply("round", self, decimals=settings.integer("decimals", decimals) or None)

    def astype(self, dtype: object) -> Node:
        """The same elements in another type: `jazz.ops.cast`."""
        return apply("cast", self, dtype=settings.dtype(dtype))

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Operand, **options: object) -> Node:
        name = UFUNCS.get(ufunc)
        if name is None or method != "__call__" or options:
            name = ufunc.__name__ if method == "__call__" else f"{ufunc.__name__}.{method}"
            raise cannot_be(f"passed to np.{name}" + (f" with {', '.join(options)}" if options else ""), op_for(name))
        return apply(name, *inputs)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        """The node in an array of objects, as numpy makes one itself and scipy.sparse looks at what stands right of it.

        pandas alone would compute with that: series and frames leave all operators but `@` to the right-hand side.
        """
        if sys._getframe(1).f_globals.get("__name__", "").startswith("pandas."):
            raise cannot_be(
                "an argument of pandas, or right of its @", "jazz.ops.matmul(a, x) for a @ x, and jazz.ops else"
            )
        array = np.empty((), object)
        array[()] = self
        return array if dtype is None else array.astype(dtype)


def apply(op: str, *arguments: Operand, **options: Setting | None) -> Node:
    """Notes a step and gives its first result. Settings that are None are left out."""
    trace, step = _noted(op, arguments, options)
    return Node(trace, OutputOf(step, 0))


def apply_many(
    op: str, arguments: tuple[Operand, ...], options: Mapping[str, Setting | None], results: int
) -> tuple[Node, ...]:
    """Notes a step and gives its results.

    Raises:
        TracingError: No function is being traced, or an argument cannot be one.
    """
    trace, step = _noted(op, arguments, options)
    return tuple(Node(trace, OutputOf(step, index)) for index in range(results))


def _noted(op: str, arguments: tuple[Operand, ...], options: Mapping[str, Setting | None]) -> tuple[Trace, Step]:
    trace = current()
    if trace is None:
        made_in = next((f" {node._trace.name}" for node in arguments if isinstance(node, Node)), "")
        raise tracing_error(
            op,
            f"to be called inside the pipeline's function{made_in}",
            "a call outside of it",
            f"{op} works on values of a pipeline while its function is traced; decorate a function with @jazz.pipeline",
        )
    sources = tuple([source_of(argument, trace) for argument in arguments])
    given = tuple(sorted([(name, value) for name, value in options.items() if value is not None])) if options else ()
    return trace, Step(trace, op, sources, given, caller(trace.folder))


def _elementwise(other: Operand) -> Operand:
    sparse = sys.modules.get("scipy.sparse")
    if sparse is not None and isinstance(other, sparse.spmatrix):
        raise cannot_be(
            f"multiplied by a {type(other).__name__}, for which scipy's * is the matrix product",
            "@ for the matrix product, jazz.ops.multiply or a csr_array for the element-wise one",
        )
    return other
