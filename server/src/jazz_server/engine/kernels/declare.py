"""How a kernel declares itself, next to its source and without importing numba.

A kernel is a plain Python function over pointers and numbers. Its annotations say what each argument is in machine
code, and `kernel` says for which types it is compiled::

    @kernel(index=INDEX, value=VALUE)
    def csr_scale_rows(indptr: Index, data: Values, scale: Values, out: ValuesOut,
                       row_begin: Size, row_end: Size) -> None: ...

Inside a kernel ``x[i]`` is a raw access without bounds check or wraparound; a numpy array stands in for the pointer
when the source is run as Python. A kernel allocates nothing and raises nothing; memory that it writes overlaps no other
argument. It works on the rows ``row_begin <= row < row_end`` only, so that a thread pool can split the work.
"""

from __future__ import annotations

import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from numpy.typing import NDArray


@dataclass(frozen=True)
class Pointer:
    """An array argument. `element` names a dtype, or a template parameter that stands for one."""

    element: str
    written: bool = False


@dataclass(frozen=True)
class Scalar:
    """A number passed by value. `type` names a dtype, or a template parameter that stands for one."""

    type: str


@dataclass(frozen=True)
class Template:
    """An argument that exists only while compiling: an operation, or a number type to construct from."""


Argument = Pointer | Scalar | Template

Index = Annotated[NDArray[Any], Pointer("index")]
IndexOut = Annotated[NDArray[Any], Pointer("index", written=True)]
Values = Annotated[NDArray[Any], Pointer("value")]
ValuesOut = Annotated[NDArray[Any], Pointer("value", written=True)]
Wide = Annotated[NDArray[Any], Pointer("wide")]
WideOut = Annotated[NDArray[Any], Pointer("wide", written=True)]
Bits = Annotated[NDArray[Any], Pointer("bits")]
BitsOut = Annotated[NDArray[Any], Pointer("bits", written=True)]
Bytes = Annotated[NDArray[Any], Pointer("uint8")]
BytesOut = Annotated[NDArray[Any], Pointer("uint8", written=True)]
Halves = Annotated[NDArray[Any], Pointer("float16")]
Int32s = Annotated[NDArray[Any], Pointer("int32")]
Int32sOut = Annotated[NDArray[Any], Pointer("int32", written=True)]
Int64s = Annotated[NDArray[Any], Pointer("int64")]
Int64sOut = Annotated[NDArray[Any], Pointer("int64", written=True)]
Float64s = Annotated[NDArray[Any], Pointer("float64")]
Float64sOut = Annotated[NDArray[Any], Pointer("float64", written=True)]
Flags = Annotated[NDArray[Any], Pointer("bool")]
FlagsOut = Annotated[NDArray[Any], Pointer("bool", written=True)]
Size = Annotated[int, Scalar("int64")]
Float64 = Annotated[float, Scalar("float64")]
Value = Annotated[Any, Scalar("value")]
Operation = Annotated[Callable[..., Any], Template()]
NumberType = Annotated[Callable[[Any], Any], Template()]

INDEX = ("int32", "int64")
NUMBER = ("float32", "float64", "int64")
VALUE = (*NUMBER, "bool")

BITS = ("uint8", "int32", "int64")
"""The types as which elements of any type are moved, by their size."""

WIDE = {"float32": "float64", "float64": "float64", "int32": "int64", "int64": "int64", "bool": "int64"}
"""The type in which values of a type are summed."""

Choice = str | Callable[..., Any]
_Function = TypeVar("_Function", bound=Callable[..., Any])


@dataclass(frozen=True)
class Kernel:
    """One declared kernel: its source, its arguments in order, and the choices per template parameter."""

    name: str
    function: Callable[..., Any]
    arguments: dict[str, Argument]
    returns: str | None
    templates: dict[str, tuple[Choice, ...]]
    contract: bool


KERNELS: dict[str, Kernel] = {}
"""Every kernel of the imported modules, by name."""

INLINED: set[Callable[..., Any]] = set()
"""Functions that kernels call."""

EMITTED: set[Callable[..., Any]] = set()
"""Functions that kernels call and that are not compiled from their source."""


def inlined(function: _Function) -> _Function:
    """Declare a function that kernels call; it is compiled into each of them."""
    INLINED.add(function)
    return function


def emitted(function: _Function) -> _Function:
    """Declare a function that kernels call and `aot` writes in IR; its source says what it means."""
    EMITTED.add(function)
    return function


def kernel(*, contract: bool = False, **templates: tuple[Choice, ...]) -> Callable[[_Function], _Function]:
    """Declare a kernel, compiled once for every combination of the choices in `templates`.

    A choice is the name of a dtype or an operation declared with `inlined`. `contract` lets the compiler reorder sums
    and fuse multiply with add, which is right for products and wrong where a result must equal numpy's.
    """

    def declare(function: _Function) -> _Function:
        hints = typing.get_type_hints(function, include_extras=True)
        returns = "int64" if hints.pop("return") is int else None
        arguments = {name: hint.__metadata__[0] for name, hint in hints.items()}
        KERNELS[function.__name__] = Kernel(function.__name__, function, arguments, returns, templates, contract)
        return function

    return declare


def choice_name(choice: Choice) -> str:
    """Return the name under which a choice is looked up."""
    return choice if isinstance(choice, str) else choice.__name__


def symbol(kernel_name: str, choices: tuple[str, ...]) -> str:
    """Return the exported name of one compiled instance of a kernel."""
    return "__".join((f"jazz_{kernel_name}", "_".join(choices)))
