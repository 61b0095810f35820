"""Operations element by element that a function of arrays says whole."""

from __future__ import annotations

from typing import Any

from jazz_server.engine import rows
from jazz_server.engine.mapping import Rule, infer_rule, run_rule
from jazz_server.engine.op import Op, Parameter
from jazz_server.engine.promotion import NUMERIC, Function
from jazz_server.engine.times import OfTimes


def unary(
    name: str,
    function: Function,
    doc: str,
    accepts: tuple[Any, ...] = NUMERIC,
    *parameters: Parameter,
    times: OfTimes | None = None,
) -> Op:
    """The operation of one operand that a function says, which takes the parameters after it; see `Rule`."""
    names = tuple(parameter.name for parameter in parameters)
    rule = Rule(name, function, ("x",), (accepts,), settings=names, times=times)
    settings = "".join(f", {parameter.name}" for parameter in parameters)
    return Op(
        name=name,
        version=1,
        signature=f"{name}(x[...]{settings}) -> [...]",
        doc=doc,
        missing="Missing where x is.",
        arguments=("x",),
        results=("result",),
        infer=infer_rule(rule),
        run=run_rule(rule),
        rows=rows.elementwise,
        parameters=parameters,
    )


def binary(
    name: str,
    function: Function,
    doc: str,
    accepts: tuple[Any, ...] = NUMERIC,
    *,
    annihilators: tuple[int, ...] = (),
    decisive: tuple[bool | int, ...] = (),
    missing: str = "Missing where a or b is.",
    times: OfTimes | None = None,
) -> Op:
    """The operation of two operands that a function says; see `Rule`."""
    rule = Rule(name, function, ("a", "b"), (accepts, accepts), annihilators, decisive=decisive, times=times)
    return Op(
        name=name,
        version=1,
        signature=f"{name}(a[...], b[...]) -> [...]",
        doc=doc,
        missing=missing,
        arguments=("a", "b"),
        results=("result",),
        infer=infer_rule(rule),
        run=run_rule(rule),
        rows=rows.elementwise,
    )
