"""The compiled kernels, as Python callables that hold no interpreter lock while they run.

The library is found beside this module, in the build that suits this CPU; the environment variable JAZZ_KERNEL_LEVEL
names another one. It is loaded when the first kernel is asked for::

    multiply = kernel("csr_matmul_dense", index=matrix.indices.dtype, value=matrix.data.dtype)
    run = multiply.bind(matrix.indptr, matrix.indices, matrix.data, dense, out, columns)
    for_ranges(rows, run)
"""

from __future__ import annotations

import ctypes
import functools
import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from jazz_server.engine.levels import LEVELS, supported_levels
from jazz_server.engine.watching import note

LEVEL_VARIABLE = "JAZZ_KERNEL_LEVEL"
_DIRECTORY = Path(__file__).parent / "lib"
_REMEDY = "run `make kernels`"

_NUMBERS: dict[str, Any] = {
    "uint8": ctypes.c_uint8,
    "uint16": ctypes.c_uint16,
    "float16": ctypes.c_uint16,
    "int32": ctypes.c_int32,
    "int64": ctypes.c_int64,
    "float32": ctypes.c_float,
    "float64": ctypes.c_double,
    "bool": ctypes.c_bool,
}

_data_pointer = ctypes.c_void_p.from_address
_DATA_OFFSET = object.__basicsize__
"""Where an array object holds its data pointer: its first field, by numpy's C interface. Reading it takes a tenth of
the time of `ndarray.ctypes`, which would cost more than a small kernel."""


class KernelLibraryUnavailable(RuntimeError):
    """The kernel library is missing, does not suit this CPU, or lacks something."""


class UnknownLevel(KernelLibraryUnavailable):
    """JAZZ_KERNEL_LEVEL names no level that kernels are built for and this machine runs."""


class UnknownKernel(KernelLibraryUnavailable, LookupError):
    """No compiled kernel has the name and types asked for."""


class BadKernelArgument(TypeError):
    """An argument of a kernel is not what its declaration says.

    Attributes:
        kernel: The kernel's name.
        argument: The argument's name.
        expected: What was expected.
        found: What was found.
    """

    def __init__(self, kernel: str, argument: str, expected: str, found: str) -> None:
        super().__init__(f"{kernel}: {argument}: expected {expected}, found {found}")
        self.kernel = kernel
        self.argument = argument
        self.expected = expected
        self.found = found


@dataclass(frozen=True)
class Parameter:
    """One argument of a compiled kernel: an array (`written` or only read) or a number."""

    name: str
    dtype: np.dtype[Any]
    is_array: bool
    written: bool


def address(array: np.ndarray[Any, Any]) -> Any:
    """Where the elements of an array are, as kernels take it. The array has to stay."""
    return _data_pointer(id(array) + _DATA_OFFSET)


class Kernel:
    """One compiled instance of a kernel."""

    __slots__ = ("_function", "name", "parameters", "symbol")

    def __init__(self, name: str, symbol: str, parameters: tuple[Parameter, ...], function: Any) -> None:
        self.name = name
        self.symbol = symbol
        self.parameters = parameters
        self._function = function

    def __repr__(self) -> str:
        arguments = ", ".join(f"{p.name}: {p.dtype}{'[]' if p.is_array else ''}" for p in self.parameters)
        return f"<kernel {self.name}({arguments})>"

    def __call__(self, *arguments: Any) -> Any:
        """Run the kernel.

        Arrays must be C-contiguous and of the declared dtype, those that are written also writeable; sizes are not
        checked. Raises `BadKernelArgument` otherwise. Returns an int if the kernel does, else None.
        """
        if len(arguments) != len(self.parameters):
            self._refuse_count(len(arguments))
        return self._function(*map(self._passed, self.parameters, arguments))

    def bind(self, *arguments: Any) -> Callable[[int, int], Any]:
        """Check all arguments but the last two, the range of rows, and return a function of that range."""
        if len(arguments) != len(self.parameters) - 2:
            self._refuse_count(len(arguments) + 2)
        function = self._function
        passed = tuple(map(self._passed, self.parameters, arguments))

        def run(begin: int, end: int, _kept_alive: tuple[Any, ...] = arguments) -> Any:
            return function(*passed, begin, end)

        return run

    def partial(self, *arguments: Any) -> Callable[..., Any]:
        """Check the first arguments, and return a function of the others that does not check them: see `address`."""
        given = zip(self.parameters, map(self._passed, self.parameters, arguments), strict=False)
        # Numbers are made ctypes's own once: that takes as long as all else that a call does with them.
        held = [value if parameter.is_array else _NUMBERS[parameter.dtype.name](value) for parameter, value in given]
        run = functools.partial(self._function, *held)
        run.__dict__["kept_alive"] = arguments
        return run

    def _passed(self, parameter: Parameter, argument: Any) -> Any:
        if not parameter.is_array:
            return argument
        if not isinstance(argument, np.ndarray):
            self._refuse(parameter, type(argument).__name__)
        if argument.dtype != parameter.dtype:
            self._refuse(parameter, f"an array of {argument.dtype}")
        flags = argument.flags
        if not flags.c_contiguous:
            self._refuse(parameter, f"an array with strides {argument.strides}")
        if parameter.written and not flags.writeable:
            self._refuse(parameter, "a read-only array")
        return address(argument)

    def _refuse(self, parameter: Parameter, found: str) -> None:
        kind = "writeable C-contiguous" if parameter.written else "C-contiguous"
        raise BadKernelArgument(self.name, parameter.name, f"a {kind} array of {parameter.dtype}", found)

    def _refuse_count(self, found: int) -> None:
        names = ", ".join(parameter.name for parameter in self.parameters)
        raise BadKernelArgument(self.name, "arguments", f"{len(self.parameters)} ({names})", str(found))


class KernelLibrary:
    """A loaded build of the kernels.

    Attributes:
        level: The CPU level that it is for.
        digest: What tells it from builds of other sources or tools.
    """

    def __init__(self, directory: Path, level: str) -> None:
        path = directory / "manifest.json"
        try:
            manifest = json.loads(path.read_text())
        except FileNotFoundError:
            raise KernelLibraryUnavailable(f"{path} does not exist: {_REMEDY}") from None
        if level not in manifest["levels"]:
            raise KernelLibraryUnavailable(f"the kernel library has no build for {level}: {_REMEDY}")
        build = manifest["levels"][level]
        library = directory / build["file"]
        try:
            # The dynamic loader does not survive a truncated file, so the file is checked before it sees it.
            intact = hashlib.sha256(library.read_bytes()).hexdigest() == build["sha256"]
            if not intact:
                raise KernelLibraryUnavailable(f"{library} is damaged: {_REMEDY}")
            self._library = ctypes.CDLL(str(library))
        except OSError as error:
            raise KernelLibraryUnavailable(f"{library} cannot be loaded ({error}): {_REMEDY}") from error
        self.level = level
        self.digest: str = manifest["digest"]
        self._wide: Mapping[str, str] = manifest["wide"]
        self._declared: Mapping[str, Any] = manifest["kernels"]
        self._loaded: dict[tuple[Any, ...], Kernel] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all kernels, sorted."""
        return tuple(self._declared)

    def templates(self, name: str) -> Mapping[str, tuple[str, ...]]:
        """Return the choices that a kernel is compiled for, by template parameter."""
        return {key: tuple(choices) for key, choices in self._kernel(name)["templates"].items()}

    def kernel(self, name: str, /, **choices: DTypeLike) -> Kernel:
        """Return the instance of a kernel for dtypes and operations.

        `choices` has an entry for each template parameter: a dtype, or the name of an operation. Raises
        `UnknownKernel` if there is no such instance.
        """
        key = (name, *choices.items())
        found = self._loaded.get(key)
        if found is None:
            found = self._loaded[key] = self._load(name, choices)
        return found

    def _kernel(self, name: str) -> Any:
        try:
            return self._declared[name]
        except KeyError:
            raise UnknownKernel(f"there is no kernel {name}: {_REMEDY}") from None

    def _load(self, name: str, choices: Mapping[str, DTypeLike]) -> Kernel:
        declared = self._kernel(name)
        templates: Mapping[str, list[str]] = declared["templates"]
        if choices.keys() != templates.keys():
            raise UnknownKernel(f"{name} is chosen by {', '.join(templates)}, not by {', '.join(choices)}")
        chosen = {}
        for key, allowed in templates.items():
            chosen[key] = _choice(choices[key], allowed)
            if chosen[key] not in allowed:
                raise UnknownKernel(f"{name} is not compiled for {key}={chosen[key]}, only for {', '.join(allowed)}")
        symbol = f"jazz_{name}__{'_'.join(chosen.values())}"
        function = getattr(self._library, symbol, None)
        if function is None:
            raise UnknownKernel(f"the kernel library lacks {symbol}: {_REMEDY}")
        dtypes = {dtype: dtype for dtype in _NUMBERS} | chosen
        if "value" in chosen:
            dtypes["wide"] = self._wide[chosen["value"]]
        parameters = tuple(
            Parameter(argument, np.dtype(dtypes[type_]), mode != "number", mode == "written")
            for argument, type_, mode in declared["arguments"]
        )
        function.argtypes = [
            ctypes.c_void_p if parameter.is_array else _NUMBERS[parameter.dtype.name] for parameter in parameters
        ]
        function.restype = ctypes.c_int64 if declared["returns"] else None
        return Kernel(name, symbol, parameters, function)


def _choice(given: Any, allowed: list[str]) -> str:
    """Return the canonical name of a choice: an operation's name as it is, a dtype's by numpy."""
    if isinstance(given, str) and given in allowed:
        return given
    try:
        return str(np.dtype(given).name)
    except TypeError:
        return str(given)


def detected_level() -> str:
    """Return the best CPU level of this machine, or the one that JAZZ_KERNEL_LEVEL names.

    Raises `KernelLibraryUnavailable` if the machine has no level that kernels are built for, `UnknownLevel` if it has
    not the one named.
    """
    supported = [level.name for level in supported_levels()]
    wanted = os.environ.get(LEVEL_VARIABLE)
    if wanted:
        if wanted not in supported:
            levels = ", ".join(supported) or "none, as this machine runs no kernels"
            raise UnknownLevel(f"{LEVEL_VARIABLE}: expected one of {levels}, found {wanted!r}")
        return wanted
    if not supported:
        names = ", ".join(level.name for level in LEVELS)
        raise KernelLibraryUnavailable(f"this CPU is none of those that kernels are built for: {names}")
    return supported[-1]


@cache
def library() -> KernelLibrary:
    """Return the kernel library for this CPU, loaded on the first call."""
    return KernelLibrary(_DIRECTORY, detected_level())


def kernel(name: str, /, **choices: DTypeLike) -> Kernel:
    """Return a kernel of the library for this CPU; see `KernelLibrary.kernel`. Who watches the run is told."""
    note(f"kernel {name}")
    return library().kernel(name, **choices)
