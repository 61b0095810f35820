"""Quantities of pint to tensors and back, and units as other packages write them."""

from __future__ import annotations

import tokenize
from dataclasses import replace
from typing import Any, Final

from jazz.convert.errors import refuse, refuse_form, require
from jazz.convert.plain import numpy_array
from jazz.unit_texts import can_be_unit
from jazz.values import Layout, Null, Table, Tensor, Value

_UNREADABLE: Final = (
    *(ValueError, TypeError, AttributeError, AssertionError, KeyError, ArithmeticError),
    *(SyntaxError, tokenize.TokenError),
)
"""What pint raises for texts that are no unit, beside errors of its own."""


def with_unit(tensor: Tensor, unit: object, path: str) -> Tensor:
    """A tensor with a unit, as an attribute of some package says it.

    Raises:
        InvalidArgument: It is no text, or the elements can have no unit.
    """
    if not isinstance(unit, str):
        refuse(path, "the text of a unit, such as 'kg/m**3'", repr(unit)[:60])
    if not unit:
        return tensor
    if not tensor.dtype.measurable:
        refuse(path, f"none, as the type is {tensor.dtype}", repr(unit)[:60])
    if not unit.isprintable() or unit != unit.strip():
        refuse(path, "the text of a unit, such as 'kg/m**3'", repr(unit)[:60])
    return replace(tensor, unit=unit)


def unit_text(quantity: Any, path: str) -> str:
    """The unit of a quantity in as few letters as its registry reads as the same.

    Raises:
        InvalidArgument: The registry does not read what it writes.
    """
    registry = quantity._REGISTRY
    for form in ("~C", "C"):
        text = format(quantity.units, form) or "dimensionless"
        if registry.parse_units(text) == quantity.units:
            return text
    return refuse(f"{path}.units", "units that their registry reads as it writes them", str(quantity.units))


def quantity_form(value: Value) -> Any:
    """The Quantity of a dense tensor that has a unit; a dict of quantities and arrays for a table.

    Raises:
        InvalidArgument: A tensor has labels, or is sparse with a unit; there is no unit; pint knows it not.
        MissingPackage: pint is not installed.
    """
    if isinstance(value, Tensor) and not value.unit:
        refuse_form(f"{value}, which has no unit", "pint", "'numpy', or a value with a unit")
    return _form(value)


def _form(value: Value) -> Any:
    if isinstance(value, Null):
        return None
    if any(axis.labels is not None for axis in value.declared):
        refuse_form("a value with labels", "pint", "'array' or 'xarray': quantities have no labels")
    if isinstance(value, Table):
        return {name: _form(field) for name, field in value.fields}
    if any(value.axes):
        refuse_form("dimensions with names", "pint", "'array' or 'xarray': quantities have no such names")
    if value.layout is not Layout.DENSE:
        refuse_form(str(value), "pint", "'array': quantities are dense")
    if not value.unit:
        return numpy_array(value)
    pint = require("pint", "units", "a quantity")
    registry = pint.get_application_registry()
    advice = "'array': pint's registry must know the unit"
    if not can_be_unit(value.unit):
        refuse_form(f"the unit {value.unit!r}", "pint", advice)
    try:
        units = registry.parse_units(value.unit)
    except (pint.errors.PintError, *_UNREADABLE) as error:
        problem = str(error).partition("\n")[0] or type(error).__name__
        refuse_form(f"the unit {value.unit!r}: {problem}", "pint", advice)
    array = numpy_array(value)
    return registry.Quantity(array if value.ndim else array[()], units)
