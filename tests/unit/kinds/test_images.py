"""Which fields are images."""

import pytest

from jazz_server.kinds.images import image_type
from jazz_server.kinds.types import FieldType, Kind, KindReference, Symbol, TableType, TensorType


def tensor(*shape):
    return TensorType(shape=tuple(Symbol(each) if isinstance(each, str) else each for each in shape))


def nothing(name):
    raise LookupError(name)


@pytest.mark.parametrize(
    ("shape", "several", "channels"),
    [
        (("height", "width"), False, False),
        (("h", "w"), False, False),
        (("h", "w", 3), False, True),
        (("height", "width", "channels"), False, True),
        (("n", "h", "w"), True, False),
        ((None, "h", "w", 1), True, True),
        ((7, "h", "w", "c"), True, True),
    ],
)
def test_the_names_of_dimensions_say_that_it_is_an_image(shape, several, channels):
    found = image_type(Kind(tensor(*shape)), [], nothing)

    assert (found.several, found.channels) == (several, channels)


@pytest.mark.parametrize(
    "shape",
    [(), ("h",), ("w", "h"), ("rows", "columns"), (28, 28), ("h", "w", 5), ("h", "width"), ("a", "b", "h", "w")],
)
def test_other_tensors_are_none(shape):
    assert image_type(Kind(tensor(*shape)), [], nothing) is None
    assert image_type(Kind(TensorType()), [], nothing) is None


def test_a_field_is_found_in_tables_in_extended_kinds_and_in_kinds_referred_to():
    photo = Kind(TableType((FieldType("pixels", tensor("h", "w", 3)),)))
    kinds = {"lab/photo": photo}
    album = Kind(TableType((FieldType("best", KindReference("lab/photo")),)), extends=(KindReference("lab/photo"),))

    assert image_type(album, ["pixels"], kinds.__getitem__) is not None
    assert image_type(album, ["best", "pixels"], kinds.__getitem__) is not None
    assert image_type(album, ["best", "other"], kinds.__getitem__) is None
    assert image_type(album, ["pixels"], nothing) is None
