"""Tables joined by keys."""

from __future__ import annotations

ALONE = {"merge": "test_ops_merging.py"}
