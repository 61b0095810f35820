"""The elements that golden files hold: the edges of each type."""

from __future__ import annotations

import itertools
from typing import Any

from golden.encoding import Description

SIGNED = {bits: [0, 1, -1, 2 ** (bits - 1) - 1, -(2 ** (bits - 1)), 42, -7] for bits in (8, 16, 32, 64)}
UNSIGNED = {bits: [0, 1, 2**bits - 1, 2 ** (bits - 1), 42, 7, 100] for bits in (8, 16, 32, 64)}
FLOATS = {
    "float16": ["0x1p-24", "0x1.ff8p-15", "0x1p-14", "0x1.ffcp+15", "nan(0x7e00)", "nan(0xfd55)"],
    "float32": ["0x1p-149", "-0x1.fffffcp-127", "0x1p-126", "0x1.fffffep+127", "nan(0x7fc00000)", "nan(0xffc01234)"],
    "float64": [
        *("0x0.0000000000001p-1022", "-0x0.fffffffffffffp-1022", "0x1p-1022", "0x1.fffffffffffffp+1023"),
        # NaN as processors make it; with a payload and a sign; as R writes its NA, which here is a NaN like any other
        *("nan(0x7ff8000000000000)", "nan(0xfff8000000001234)", "nan(0x7ff00000000007a2)"),
    ],
}
REALS = ["0x0p+0", "0x1.8p+0", "-0x0p+0", "inf", "-inf", "-0x1.4p+3"]
TEXTS = [
    *("", "a", "né", "ne\u0301", "日本語", "👩🏽\u200d🚀", " between  spaces ", "line\r\nfeed\t", "NA", "\u202e\u2028"),
    *("\ufeffmark", "\uffff", "\U0010ffff", "\x7f\x01", '"quoted" \\', "x" * 70),
]
CATEGORIES = ["low", "", "mid", "ünused", "high"]


def _pairs(parts: list[str]) -> list[Any]:
    return [list(pair) for pair in itertools.product(parts, repeat=2)]


NUMBERS: dict[str, list[Any]] = {
    "bool": [True, False, True, True, False, True],
    **{f"int{bits}": list(map(str, items)) for bits, items in SIGNED.items()},
    **{f"uint{bits}": list(map(str, items)) for bits, items in UNSIGNED.items()},
    **{name: [*REALS, *edges] for name, edges in FLOATS.items()},
    "complex64": _pairs(["0x0p+0", "-0x1.8p+0", *FLOATS["float32"][3:]]),
    "complex128": _pairs(["0x0p+0", "-0x1.8p+0", *FLOATS["float64"][3:]]),
}
INSTANTS = ["0", "1", "-1", "1709209800", "-86400", "9223372036854775807", "-9223372036854775807"]
TIMES: dict[str, tuple[Description, list[Any]]] = {
    "date": ({"type": "date"}, ["0", "19782", "-1", "2147483647", "-2147483648", "-719162"]),
    "timestamp": ({"type": "timestamp", "time_unit": "us", "time_zone": "Europe/Vienna"}, INSTANTS),
    "duration": ({"type": "duration", "time_unit": "ns"}, INSTANTS),
}
VARIABLE: dict[str, tuple[Description, list[Any]]] = {
    "string": ({"type": "string"}, TEXTS),
    "bytes": ({"type": "bytes"}, ["", "00", "ff", "6a617a7a", "c3", "0000", "20"]),
    "factor": ({"type": "factor", "categories": CATEGORIES}, ["mid", "low", "", "mid", "high", "low", "mid"]),
}
SPARSE_TYPES: dict[str, tuple[Description, list[Any]]] = {
    **{name: ({"type": name}, items) for name, items in NUMBERS.items()},
    **TIMES,
}
TYPES: dict[str, tuple[Description, list[Any]]] = {**SPARSE_TYPES, **VARIABLE}
ALL_SHAPES = ("bool", "int32", "float64", "string", "bytes", "timestamp", "factor")
"""Types of which there are all shapes: one for each way of writing elements."""
