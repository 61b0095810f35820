"""Quantities of pint, and units wherever they are."""

import sys

import numpy as np
import pint
import pytest

import jazz
from jazz.convert import MissingPackage, from_value, to_value
from jazz.errors import InvalidArgument
from unit.convert.travel import sent, there_and_back

units = pint.get_application_registry()


@pytest.mark.parametrize(
    ("unit", "text"),
    [
        ("meter", "m"),
        ("kilogram / meter ** 3", "kg/m**3"),
        ("degC", "°C"),
        ("delta_degC", "Δ°C"),
        ("percent", "%"),
        ("dimensionless", "dimensionless"),
        ("m ** 0.5", "m**0.5"),
        ("count", "count"),
    ],
)
def test_quantities_come_back_with_their_unit(unit, text):
    quantity = units.Quantity(np.array([1.5, 2.5]), unit)
    assert sent(quantity).unit == text
    result = there_and_back(quantity, to="pint")
    assert result.units == quantity.units
    np.testing.assert_array_equal(result.magnitude, quantity.magnitude, strict=True)


@pytest.mark.parametrize("magnitude", [5, 2.5, 1j, np.float32(1), np.arange(6).reshape(2, 3), [1.5, 2.5]])
def test_magnitudes_of_any_rank_are_taken(magnitude):
    quantity = units.Quantity(magnitude, "m")
    result = there_and_back(quantity, to="pint")
    assert np.all(result == quantity)
    assert result.shape == np.shape(magnitude)


def test_missing_magnitudes_stay_integers():
    quantity = units.Quantity(np.ma.MaskedArray([1, 2], [True, False]), "m")
    result = there_and_back(quantity, to="pint").magnitude
    assert (result.dtype, result.tolist()) == (np.int64, [None, 2])


def test_without_asking_for_pint_a_unit_is_in_an_array(monkeypatch):
    value = sent(units.Quantity(np.arange(3), "m"))
    monkeypatch.setitem(sys.modules, "pint", None)
    assert from_value(value).unit == "m"
    with pytest.raises(MissingPackage, match=r"jazz-client\[units\]"):
        from_value(value, to="pint")


def test_a_table_of_quantities():
    result = there_and_back({"x": units.Quantity(np.array([1.0]), "m"), "n": [1]}, to="pint")
    assert result["x"].units == units.meter
    assert result["n"].tolist() == [1]


@pytest.mark.parametrize(
    ("obj", "found"),
    [
        ([1, 2], "no unit"),
        (jazz.Array([1], unit="m/("), "m/("),
        (jazz.Array([1], unit="wibble"), "wibble"),
        (jazz.Array([1], ("x",), {"x": ["a"]}, "m"), "labels"),
        (jazz.Array([1], ("x",), unit="m"), "names"),
    ],
)
def test_what_is_no_quantity_is_refused(obj, found):
    with pytest.raises(InvalidArgument) as caught:
        there_and_back(obj, to="pint")
    assert found in caught.value.violations[0].found


def test_what_can_have_no_unit_is_refused():
    with pytest.raises(InvalidArgument) as caught:
        to_value(units.Quantity(np.array([True]), "m"))
    assert caught.value.violations[0].field == "value.units"


@pytest.mark.parametrize("unit", ["9**9**9", "m**9**9**9", "lab/", "1/0", "(m", "m**(m)", "10**-400*m"])
def test_texts_that_are_no_unit_are_refused_at_once(unit):
    with pytest.raises(InvalidArgument, match="pint's registry must know the unit"):
        there_and_back(jazz.Array([1.0], unit=unit), to="pint")
