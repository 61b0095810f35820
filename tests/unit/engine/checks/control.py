"""Calls and choices, which hold graphs."""

from __future__ import annotations

from typing import Final

ALONE: Final = {"call": "../pipelines/test_branches.py", "cond": "../pipelines/test_branches.py"}
