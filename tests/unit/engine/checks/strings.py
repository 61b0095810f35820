"""Texts element by element."""

from __future__ import annotations

ALONE = dict.fromkeys(
    (
        "str_contains",
        "str_endswith",
        "str_len",
        "str_lower",
        "str_replace",
        "str_slice",
        "str_startswith",
        "str_strip",
        "str_upper",
    ),
    "test_ops_strings.py",
)
"""Operations of texts."""
