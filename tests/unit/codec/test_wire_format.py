"""The examples of the page on the wire format are what the codec writes."""

import doctest
import re
from pathlib import Path

import numpy as np
import pandas as pd
import scipy.sparse
from google.protobuf import text_format

from jazz.codec import encode
from jazz.codec.frames import encode_chunk_message
from jazz.convert import to_value
from jazz.values import DataType, Layout, Null, Tensor, Value, compressed, dense

PAGE = Path(__file__).parents[3] / "docs" / "wire-format.md"


def show(value: Value) -> None:
    """Prints a header on a few lines and a body with 16 bytes a line."""
    encoded = encode(value)
    print(text_format.MessageToString(encoded.header, as_one_line=False, use_short_repeated_primitives=True).rstrip())
    print(f"body: {encoded.body_bytes} bytes")
    body = encoded.body()
    for start in range(0, len(body), 16):
        line = body[start : start + 16]
        if any(line) or start + 16 >= len(body):
            print(f"{start:4}  {line.hex(' ')}")


NAMES = {
    "DataType": DataType,
    "Layout": Layout,
    "Null": Null,
    "Tensor": Tensor,
    "compressed": compressed,
    "dense": dense,
    "encode_chunk_message": encode_chunk_message,
    "np": np,
    "pd": pd,
    "scipy": scipy,
    "show": show,
    "to_value": to_value,
}


def test_the_examples_of_the_page_are_right():
    page = re.sub(r"^```.*$", "", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    test = doctest.DocTestParser().get_doctest(page, NAMES, PAGE.name, str(PAGE), 0)
    assert len(test.examples) > 10
    report: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.REPORT_NDIFF)
    runner.run(test, out=report.append)
    assert not report, "".join(report)
