"""Units: whether a text is one, and what one is to another. The vocabulary and the dimensions are pint's.

pint is imported when the first unit is looked at, and every answer is kept: a server that never meets a unit does not
load it. Loading it takes about a second, so never ask on an event loop; one thread asks it at a time, since it keeps
what it learns and says nothing about threads. Two units are the same when one of either is one of the other (m and
metre, N and kg*m/s**2).
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from jazz.unit_texts import can_be_unit
from jazz_server.kinds.suggestions import Suggestions

if TYPE_CHECKING:
    import pint

_KEPT: Final = 4096
"""How many answers are kept."""

_asking: Final = threading.Lock()


class UnknownUnit(ValueError):
    """A text is no unit.

    Attributes:
        found: The text, or what in it is none.
        name: The name that is none; "" where the text is none otherwise.
    """

    def __init__(self, found: str, name: str = "") -> None:
        super().__init__(found)
        self.found = found
        self.name = name


@dataclass(frozen=True, slots=True)
class Difference:
    """What a unit is to another one that it is not the same as.

    Attributes:
        expected: What was expected, such as "a length in m".
        found: What was found instead and what can be done about it.
    """

    expected: str
    found: str


def unknown(unit: str, suggestions: Suggestions | None = None) -> str:
    """What is wrong with a text that should be a unit; "" when it is one.

    Args:
        unit: The text.
        suggestions: Where units are looked for that may have been meant: the same ones for all texts of one call.

    >>> unknown("kg/m**3"), unknown("metr")
    ('', '`metr` (did you mean metre, meter or meter_Hg?)')
    """
    found, name = _unknown(unit)
    return f"{found}{(suggestions or Suggestions()).question(name, _vocabulary())}" if name else found


@lru_cache(_KEPT)
def _unknown(unit: str) -> tuple[str, str]:
    """What in a text is no unit, and the name that is none; two empty texts when it is one."""
    try:
        with _asking:
            _parsed(unit)
    except UnknownUnit as error:
        return error.found, error.name
    return "", ""


def difference(expected: str, found: str) -> Difference | None:
    """What tells the unit that was found from the one that was expected; None when they are the same.

    `found` is "" where there is no unit.
    """
    if expected == found or not expected:
        return None
    return _difference(expected, found)


@lru_cache(_KEPT)
def _difference(expected: str, found: str) -> Difference | None:
    with _asking:
        return _compared(expected, found)


def _compared(expected: str, found: str) -> Difference | None:
    try:
        wanted = _parsed(expected)
        asked = f"{_dimension(wanted)} in {expected}"
        if not found:
            return Difference(asked, "no unit")
        given = _parsed(found)
    except UnknownUnit as error:
        return Difference(f"unit {expected}", f"unit {error.found}")
    if wanted.dimensionality != given.dimensionality:
        return Difference(asked, f"{found}, {_dimension(given)}")
    if not (_is_ratio(wanted) and _is_ratio(given)):
        if wanted == given:
            return None
        return Difference(asked, f"{found}, which counts from another zero or otherwise: convert it")
    factor = float(_registry().Quantity(1.0, given).to(wanted).magnitude)
    if math.isclose(factor, 1.0, rel_tol=1e-12):
        return None
    how = f"{found}, which is {expected} × {factor:.12g}"  # noqa: RUF001 - it is a multiplication
    return Difference(asked, f"{how}: convert it, nothing is converted silently")


@lru_cache(1)
def _registry() -> pint.UnitRegistry[Any]:
    import pint

    return pint.UnitRegistry(on_redefinition="ignore")


@lru_cache(1)
def _vocabulary() -> tuple[str, ...]:
    """The names of units."""
    with _asking:
        return tuple(map(str, _registry()._units))


def _parsed(text: str) -> pint.Unit:
    """The unit that a text says.

    Raises:
        UnknownUnit: It says none.
    """
    if not can_be_unit(text):
        raise UnknownUnit(f"`{text[:80]}`" if text.strip() else "an empty text")
    registry = _registry()
    from pint.errors import PintError, UndefinedUnitError

    try:
        return registry.parse_units(text, as_delta=False)
    except UndefinedUnitError as error:
        names: Any = error.unit_names
        name: str = names if isinstance(names, str) else next(iter(names))
        raise UnknownUnit(f"`{name}`", name) from error
    except (PintError, ValueError, TypeError, AssertionError, KeyError, ArithmeticError) as error:
        raise UnknownUnit(f"`{text}`") from error


def _is_ratio(unit: pint.Unit) -> bool:
    """Whether zero of it is nothing at all: degrees Celsius and decibels are otherwise."""
    return all(_registry()._units[name].is_multiplicative for name in unit._units if name in _registry()._units)


def _dimension(unit: pint.Unit) -> str:
    """The dimension of a unit in words."""
    if unit.dimensionless:
        return "a plain number"
    for name in _registry()._dimensions:
        if name not in _NO_WORDS and _registry().get_dimensionality({name: 1}) == unit.dimensionality:
            return _with_article(name.strip("[]").replace("_", " "))
    return f"a quantity of {unit.dimensionality}"


_NO_WORDS: Final = frozenset({"[]", "[speed]", "[activity]"})
"""Names of dimensions that have a better one, or that are none."""

_WORDS: Final = {"substance": "amount of substance", "luminosity": "luminous intensity", "current": "electric current"}


def _with_article(name: str) -> str:
    words = _WORDS.get(name, name)
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"
