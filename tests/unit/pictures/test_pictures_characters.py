"""Descriptions in characters, elements in words, points."""

import doctest
import struct
import zlib
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from jazz._descriptions import Histogram
from jazz._pictures import raster, words
from jazz._pictures.characters import bars, braille, lines, picture
from jazz.convert import to_value
from jazz.v1 import description_pb2
from unit.pictures.described import described, field, numbers


def text(*fields: description_pb2.FieldDescription, width: int = 80, **more: object) -> list[str]:
    return list(lines(described(*fields, **more), width))


def test_examples_show_what_happens():
    assert doctest.testmod(words).failed == 0


def test_a_histogram_is_a_line_of_bars():
    assert bars(Histogram((0, 1, 2, 3), (0, 4, 8))) == " ▅█"
    assert bars(Histogram((0, 1, 2, 3), (0, 4, 8)), 2) == "▅█"


def test_what_is_rare_in_a_matrix_is_seen():
    strength = np.zeros((8, 4))
    strength[0, 0] = 0.2
    strength[7, 3] = 1

    assert braille(strength, 8, 4) == ["⠁⠀", "⠀⢀"]


def test_full_matrices_are_mixed_of_dots():
    half = "".join(braille(np.full((4, 4), 0.5), 4, 4))

    assert sum((ord(char) - 0x2800).bit_count() for char in half) == 8


def test_images_are_shades_or_colours():
    points = np.array([[[0], [255]], [[0], [255]]], np.uint8)

    assert picture(points, 10, colours=False) == [" █"]
    assert picture(points, 10, colours=True) == [
        "\x1b[38;2;0;0;0;48;2;0;0;0m▀\x1b[38;2;255;255;255;48;2;255;255;255m▀\x1b[0m"
    ]


def test_lines_are_as_wide_as_the_terminal():
    frame = [field(np.arange(2), f"column {n}", statistics=numbers(1, 1)) for n in range(20)]

    for width in (20, 40, 80):
        assert max(map(len, text(*frame, width=width))) <= width
        assert max(map(len, text(field(["long " * 20] * 3), width=width))) <= width


def test_a_frame_shows_its_fields_and_its_first_rows():
    shown = text(field(np.arange(2), "n", statistics=numbers(1, 1)), field(pd.array(["a", None], "string"), "s"))

    assert shown[0].split() == ["field", "type", "missing", "what", "is", "in", "it"]
    assert shown[-1].split() == ["1", "1", "<NA>"]


def test_a_sparse_matrix_shows_how_full_it_is():
    shown = "\n".join(text(field(sp.eye_array(4, format="csr"), head=sp.eye_array(2, 4, format="coo"))))

    assert "2 of 16 (12.5 %)" in shown
    assert "(0, 0) 1, (1, 1) 1" in shown


@pytest.mark.parametrize("value", [None, {}, np.float64(1), "", np.ma.masked_all(()), np.zeros(3)], ids=repr)
def test_whatever_is_stored_can_be_written(value):
    assert all(isinstance(line, str) for line in text(field(value)))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (np.array([1.5, np.nan, -np.inf, 1e-20]), ["1.5", "nan", "-inf", "1e-20"]),
        ([1, None], ["1", "<NA>"]),
        (np.array([1 + 2j]), ["1+2j"]),
        (["a\nb", "né"], ["a\\nb", "né"]),
        ([b"\xff"], ["b'\\xff'"]),
        (np.array(["2024-02-29"], "M8[D]"), ["2024-02-29"]),
        (np.array(["2024-02-29T10:00:00.5"], "M8[ns]"), ["2024-02-29 10:00:00.500000000"]),
        (np.array([-90_061_500], "m8[ms]"), ["-1 d 01:01:01.5"]),
        (pd.to_datetime(["2024-07-01 12:00:00.25"]).tz_localize("Europe/Vienna"), ["2024-07-01 12:00:00.25+02:00"]),
        ([True, False], ["True", "False"]),
    ],
)
def test_elements_in_words(value, shown):
    assert words.elements(to_value(value)) == shown


def test_a_time_beyond_the_calendar_is_in_utc():
    zoned = np.array([2**60], np.dtype("M8[s]", metadata={"zone": "Europe/Vienna"}))

    [shown] = words.elements(to_value(zoned))
    assert shown.endswith(" UTC")


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_a_png_holds_the_points(channels):
    points = np.arange(6 * channels, dtype=np.uint8).reshape(2, 3, channels)
    chunks = dict(png_chunks(raster.png(points)))

    width, height, depth, colour, *_ = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    lines_ = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(2, -1)
    assert (width, height, depth, colour) == (3, 2, 8, {1: 0, 2: 4, 3: 2, 4: 6}[channels])
    assert not lines_[:, 0].any()
    np.testing.assert_array_equal(lines_[:, 1:].reshape(points.shape), points)
    assert list(chunks) == [b"IHDR", b"IDAT", b"IEND"]


def png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks of a PNG, whose checksums are right."""
    place = 8
    while place < len(data):
        length = int.from_bytes(data[place : place + 4], "big")
        chunk = data[place + 4 : place + 8 + length]
        assert int.from_bytes(data[place + 8 + length : place + 12 + length], "big") == zlib.crc32(chunk)
        yield chunk[:4], chunk[4:]
        place += 12 + length


def test_strengths_tell_little_from_nothing_and_below_from_above():
    counts = raster.strengths(np.array([[0, 1, 10_000]]), counts=True)
    means = raster.strengths(np.array([[-1, 0, 2, np.nan]]), counts=False)

    assert counts[0, 0] == 0
    assert counts[0, 1] > 0.1
    assert counts[0, 2] == 1
    assert means.tolist() == [[-0.5, 0, 1, 0]]
