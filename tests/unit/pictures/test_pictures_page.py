"""Descriptions as HTML."""

import html.parser
import re

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from jazz._pictures.page import plain
from jazz.v1 import description_pb2
from unit.pictures.described import described, field, inline, numbers, statistics

EVIL = "<script>alert('x')</script>\"><img src=x onerror=y>"


class Page(html.parser.HTMLParser):
    """What is in a page, and whether all that is opened is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in ("img", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data

    @property
    def names(self) -> set[str]:
        return {tag for tag, _ in self.tags}


def page(*fields: description_pb2.FieldDescription, **more: object) -> Page:
    return Page(described(*fields, **more)._repr_html_())


def grid(rows: int, columns: int, *values: float) -> description_pb2.Grid:
    return description_pb2.Grid(rows=rows, columns=columns, values=values)


def test_numbers_show_a_histogram_a_range_and_counts():
    found = page(field(np.zeros(6), statistics=numbers(1, 3, 2, zero=1, nan=2), head=np.zeros(2)))

    assert "svg" in found.names
    assert "0 … 1" in found.text
    assert "0.5 ± 0.25" in found.text
    assert "NaN" in found.text
    assert "lab/x@3 float64[6]" in found.text


def test_every_picture_says_in_words_what_it_shows():
    shown = page(
        field(np.zeros((2, 2)), "a", means=grid(2, 2, -1, 0, 1, 2), statistics=numbers(1, 3)),
        field(sp.eye_array(2, format="csr"), "b", head=sp.eye_array(2, format="coo"), entries=grid(2, 2, 1, 0, 0, 1)),
        field(np.zeros(4), "c", statistics=numbers(1, 3)),
    )
    pictures = [attributes for tag, attributes in shown.tags if tag in ("img", "svg")]

    assert len(pictures) == 3
    assert all(attributes.get("alt") or attributes.get("aria-label") for attributes in pictures)
    assert all(attributes.get("role") == "img" for tag, attributes in shown.tags if tag == "svg")


def test_nothing_is_run_and_nothing_is_loaded_from_elsewhere():
    text = described(field(np.zeros((2, 2)), means=grid(1, 1, 1.0)))._repr_html_()
    found = Page(text)

    assert "script" not in found.names
    assert all(re.match("data:image/png;base64,", each["src"]) for tag, each in found.tags if tag == "img")
    assert "http" not in text
    assert "url(" not in text


@pytest.mark.parametrize(
    "description",
    [
        described(field([EVIL, EVIL], EVIL, head=[EVIL, EVIL])),
        described(field(np.zeros(2), EVIL), field("t", f"{EVIL}2", head=EVIL)),
        described(field(None, EVIL), attributes={EVIL: EVIL}),
        described(
            field([EVIL], statistics=statistics(seen=1, total=1, frequencies={"counts": [1], "values": inline([EVIL])}))
        ),
        described(
            field(np.zeros((2, 1)), axes=[1, 0], statistics=numbers(1, 2)),
            axes=[description_pb2.AxisDescription(name=EVIL, length=2, labels=inline([EVIL, "b"]))],
        ),
    ],
    ids=["texts", "names", "attributes", "frequencies", "axes"],
)
def test_texts_of_the_block_are_no_html(description):
    found = Page(description._repr_html_())

    assert found.names <= {"div", "b", "span", "table", "tr", "td", "th", "svg", "title", "path", "br"}
    assert not any(name.startswith("on") for _, attributes in found.tags for name in attributes)
    assert "alert" in found.text


def test_a_frame_shows_its_columns_side_by_side():
    frame = [
        field(np.arange(2), "n", axes=[1], statistics=numbers(1, 1)),
        field(pd.array(["a", None], dtype="string"), "s", axes=[1]),
    ]
    axis = description_pb2.AxisDescription(name="gene", length=2, labels=inline(["g1", "g2"]))
    found = page(*frame, axes=[axis])

    assert "table of 2 fields" not in found.text or "2 rows" in found.text
    for text in ("gene", "g1", "g2", "int64", "string", "<NA>", "1 (50.0 %)"):
        assert text in found.text


def test_long_texts_are_cut():
    assert len(described(field("x", "n" * 5000, head="y" * 5000))._repr_html_()) < 4000


def test_what_is_left_out_is_counted():
    found = page(field(np.zeros(2), "a"), field(None, "b"), more_fields=9998)

    assert "9,998 more fields" in found.text


def test_a_sample_says_so():
    assert "5 of 900 elements" in page(field(np.zeros(900), statistics=numbers(2, 3, total=900))).text


def test_images_are_shown_in_whole_multiples_of_their_points():
    points = description_pb2.Image(height=2, width=3, channels=3, pixels=bytes(18))
    [image] = [each for tag, each in page(field(np.zeros((2, 3, 3)), images=[points])).tags if tag == "img"]

    assert "width:192px;height:128px" in image["style"]


@pytest.mark.parametrize("value", [None, {}, np.float64(1), "", np.ma.masked_all(())], ids=repr)
def test_whatever_is_stored_has_a_picture(value):
    assert "lab/x" in page(field(value)).text


def test_a_remark_is_escaped():
    assert "<script>" not in plain(EVIL, EVIL)
