"""Operations that make tables."""

from __future__ import annotations

ALONE = {
    "aggregate": "test_ops_groups.py",
    "frame": "test_ops_frames.py",
    "assign": "test_ops_frames.py",
    "drop": "test_ops_frames.py",
}
