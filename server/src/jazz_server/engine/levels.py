"""The CPU levels that the kernel library is built for, and which of them this machine has."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Level:
    """One build of the library. `flags` are those of /proc/cpuinfo that a CPU of this level shows."""

    name: str
    machine: str
    llvm_cpu: str
    llvm_features: str
    flags: frozenset[str]


_V3 = frozenset({"avx2", "bmi1", "bmi2", "f16c", "fma", "movbe", "abm"})
_V4 = _V3 | {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}

# Vectors of 512 bits make the sums over tiles and dense rows 10 to 25 % faster than LLVM's choice of 256.
LEVELS = (
    Level("x86-64-v3", "x86_64", "x86-64-v3", "", _V3),
    Level("x86-64-v4", "x86_64", "x86-64-v4", "-prefer-256-bit", _V4),
    Level("aarch64", "aarch64", "generic", "", frozenset()),
)
"""Every level, the lower ones of a machine first."""


def levels_of(machine: str) -> tuple[Level, ...]:
    """Return the levels of a machine type as `platform.machine` names it, lowest first."""
    return tuple(level for level in LEVELS if level.machine == machine)


@cache
def cpu_flags() -> frozenset[str]:
    """Return the features that the kernel reports for the first CPU."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() in {"flags", "Features"}:
            return frozenset(value.split())
    return frozenset()


def supported_levels() -> tuple[Level, ...]:
    """Return the levels that this machine can run, lowest first."""
    flags = cpu_flags()
    return tuple(level for level in levels_of(platform.machine()) if level.flags <= flags)
