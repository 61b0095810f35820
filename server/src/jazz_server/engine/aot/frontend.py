"""From a kernel's Python source to LLVM IR. All use of numba's internals is here, which is why numba is pinned.

A kernel is compiled without numba's wrappers and runtime, so that what remains calls nothing in Python. Each instance
gets an exported function of C linkage that passes numba's two hidden arguments (where to put the result, where to put
an exception) and that says what numba cannot: the arrays do not overlap.
"""

from __future__ import annotations

import itertools
import operator
import os
import types as python_types
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

# Read by numba when it is first imported. The code is optimised later, once for each CPU level.
os.environ["NUMBA_OPT"] = "0"
os.environ["NUMBA_CPU_NAME"] = "generic"
os.environ["NUMBA_CPU_FEATURES"] = ""
os.environ["NUMBA_DISABLE_INTEL_SVML"] = "1"

import llvmlite.binding as llvm
import numba.core.compiler
import numba.core.cpu
from llvmlite import ir
from numba.core.imputils import lower_builtin
from numba.core.registry import cpu_target

from jazz_server.engine.aot import rows, tiles
from jazz_server.engine.kernels.declare import (
    EMITTED,
    INLINED,
    WIDE,
    Choice,
    Kernel,
    Pointer,
    Scalar,
    Template,
    choice_name,
    symbol,
)

_numba: Any = numba
"""numba without its annotations, which cover less than what is used here."""

compiler = _numba.core.compiler
types = _numba.types

NUMBA_TYPES = {
    "uint8": types.uint8,
    "uint16": types.uint16,
    "float16": types.uint16,  # Its bits: what is emitted makes numbers of them.
    "int32": types.int32,
    "int64": types.int64,
    "float32": types.float32,
    "float64": types.float64,
    "bool": types.boolean,
}

LLVM_TYPES: dict[str, ir.Type] = {
    "uint8": ir.IntType(8),
    "uint16": ir.IntType(16),
    "float16": ir.IntType(16),
    "int32": ir.IntType(32),
    "int64": ir.IntType(64),
    "float32": ir.FloatType(),
    "float64": ir.DoubleType(),
    "bool": ir.IntType(8),
}

CONTRACT = {"contract", "reassoc"}

INTRINSICS: dict[str, Any] = tiles.INTRINSICS | rows.INTRINSICS
"""What is compiled in the place of each emitted function, by its name."""


@lower_builtin(operator.getitem, types.CPointer(types.boolean), types.Integer)  # type: ignore[untyped-decorator,no-untyped-call]
def _load_flag(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    """Load a boolean through a pointer; numba's own lowering confuses its bit with its byte."""
    pointer, index = arguments
    byte = builder.load(builder.gep(pointer, [index]))
    return builder.icmp_unsigned("!=", byte, ir.Constant(byte.type, 0))


@lower_builtin(operator.setitem, types.CPointer(types.boolean), types.Integer, types.boolean)  # type: ignore[untyped-decorator,no-untyped-call]
def _store_flag(context: Any, builder: Any, signature: Any, arguments: Any) -> None:
    """Store a boolean through a pointer."""
    pointer, index, value = arguments
    builder.store(builder.zext(value, ir.IntType(8)), builder.gep(pointer, [index]))


def instances(kernel: Kernel) -> Iterator[dict[str, Choice]]:
    """Yield the choices of every instance of a kernel, in the order of its templates."""
    for choices in itertools.product(*kernel.templates.values()):
        yield dict(zip(kernel.templates, choices, strict=True))


def compile_kernel(kernel: Kernel) -> list[str]:
    """Return LLVM modules with all instances of a kernel, its exported functions among them."""
    return [text for choices in instances(kernel) for text in _compile_instance(kernel, choices)]


def _compile_instance(kernel: Kernel, choices: dict[str, Choice]) -> tuple[str, str]:
    flags = compiler.Flags()
    flags.no_cpython_wrapper = True
    flags.no_cfunc_wrapper = True
    flags.error_model = "numpy"
    flags.nrt = False
    flags.boundscheck = False
    flags.fastmath = _numba.core.cpu.FastMathOptions(CONTRACT if kernel.contract else False)
    inlined = _inlined(kernel.contract)
    dtypes = _dtypes(choices)
    argument_types: list[Any] = []
    for name, argument in kernel.arguments.items():
        if isinstance(argument, Pointer):
            argument_types.append(types.CPointer(NUMBA_TYPES[dtypes[argument.element]]))
        elif isinstance(argument, Scalar):
            argument_types.append(NUMBA_TYPES[dtypes[argument.type]])
        else:
            argument_types.append(_template_type(inlined, name, choices))
    compiled = compiler.compile_extra(
        cpu_target.typing_context,
        cpu_target.target_context,
        inlined.within(kernel.function),
        tuple(argument_types),
        types.int64 if kernel.returns else types.void,
        flags,
        {},
    )
    name = symbol(kernel.name, tuple(choice_name(choice) for choice in choices.values()))
    return compiled.library.get_llvm_str(), _exported(name, compiled.fndesc.llvm_func_name, kernel, dtypes)


def _dtypes(choices: dict[str, Choice]) -> dict[str, str]:
    """Map the type names of a signature to dtypes: dtypes themselves, template parameters, and `wide`."""
    dtypes = {name: name for name in NUMBA_TYPES}
    dtypes |= {name: choice for name, choice in choices.items() if isinstance(choice, str)}
    if "value" in dtypes:
        dtypes["wide"] = WIDE[dtypes["value"]]
    return dtypes


def _template_type(inlined: _Inlined, name: str, choices: dict[str, Choice]) -> Any:
    choice = choices[name]
    if isinstance(choice, str):
        return types.NumberClass(NUMBA_TYPES[choice])
    return types.Dispatcher(inlined(choice))


@cache
def _inlined(contract: bool) -> _Inlined:
    """The inlined functions of all kernels with the same rule: each is compiled once for the types that it meets."""
    return _Inlined(contract)


class _Inlined:
    """The inlined functions, compiled under one rule for sums and products.

    Python functions refer to each other through globals; numba compiles only what it was told to. So a function is
    copied with those of its globals replaced that are declared `inlined`.
    """

    def __init__(self, contract: bool) -> None:
        self._options = {
            "error_model": "numpy",
            "fastmath": CONTRACT if contract else False,
            "no_cpython_wrapper": True,
            "no_cfunc_wrapper": True,
        }
        self._compiled: dict[Callable[..., Any], Any] = {}

    def __call__(self, function: Callable[..., Any]) -> Any:
        if function not in self._compiled:
            self._compiled[function] = _numba.njit(**self._options)(self.within(function))
        return self._compiled[function]

    def within(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a copy of `function` that calls the compiled forms of the inlined functions it names."""
        called = {name: function.__globals__.get(name) for name in function.__code__.co_names}
        functions = {name: value for name, value in called.items() if isinstance(value, python_types.FunctionType)}
        names = {name: self(value) for name, value in functions.items() if value in INLINED}
        names |= {name: INTRINSICS[name] for name, value in functions.items() if value in EMITTED}
        return python_types.FunctionType(function.__code__, {**function.__globals__, **names}, function.__name__)


def _exported(name: str, target: str, kernel: Kernel, dtypes: dict[str, str]) -> str:
    """Return a module with the function `name`, which calls numba's function `target`."""
    module = ir.Module(name)
    module.triple = llvm.get_default_triple()
    pointer = ir.PointerType(ir.IntType(8))
    own: list[ir.Type] = []
    callee: list[ir.Type] = [pointer, pointer]
    for argument in kernel.arguments.values():
        if isinstance(argument, Scalar):
            own.append(LLVM_TYPES[dtypes[argument.type]])
            callee.append(own[-1])
        else:
            callee.append(pointer)
            if isinstance(argument, Pointer):
                own.append(pointer)
    inner = ir.Function(module, ir.FunctionType(ir.IntType(32), callee), target)
    returned = LLVM_TYPES[kernel.returns] if kernel.returns else ir.VoidType()
    function = ir.Function(module, ir.FunctionType(returned, own), name)
    builder = ir.IRBuilder(function.append_basic_block())
    result = builder.alloca(ir.IntType(64))
    exception = builder.alloca(ir.IntType(64))
    passed: list[ir.Value] = [builder.bitcast(slot, pointer) for slot in (result, exception)]
    given = iter(function.args)
    for argument in kernel.arguments.values():
        if isinstance(argument, Template):
            passed.append(ir.Constant(pointer, None))
            continue
        parameter = next(given)
        if isinstance(argument, Pointer):
            parameter.add_attribute("noalias")
        passed.append(parameter)
    builder.call(inner, passed)
    if kernel.returns:
        builder.ret(builder.load(result))
    else:
        builder.ret_void()
    return str(module)
