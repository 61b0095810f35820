"""Runs the benchmarks, prints a table, writes `build/bench.json`."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from engine import ops
from figures import Benchmark, Figure
from first import first_answer
from graphs import graph
from neighbours import knn
from networks import NETWORKS
from operations import OPERATIONS, fuse
from r import r
from rows import row
from tables import table
from transfer import bulk, small

BENCHMARKS: dict[str, Benchmark] = {
    "transfer": bulk,
    "small": small,
    **NETWORKS,
    "row": row,
    **OPERATIONS,
    "fuse": fuse,
    "ops": ops,
    "table": table,
    "graph": graph,
    "knn": knn,
    "r": r,
    "first_answer": first_answer,
}
"""Benchmarks by what the names of their figures are or begin with."""

RESULT = Path("build/bench.json")


def main() -> int:
    """Runs those whose name starts with `--only`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="figures whose name starts so")
    only: str = parser.parse_args().only
    chosen = [run for name, run in BENCHMARKS.items() if name.startswith(only)] or _closest(only)
    if not chosen:
        print(f"no benchmark starts with {only!r}; there are {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    figures = [figure for run in chosen for figure in run() if figure.name.startswith(only)]
    show(figures)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps([asdict(figure) | {"ratio": figure.ratio} for figure in figures], indent=1) + "\n")
    return 0


def _closest(only: str) -> list[Benchmark]:
    """The benchmark that has a figure of that name, if it has one: that with the longest name that this begins with."""
    names = [name for name in BENCHMARKS if only.startswith(f"{name}.")]
    return [BENCHMARKS[max(names, key=len)]] if names else []


def show(figures: list[Figure]) -> None:
    """Prints the table."""
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    table = Table(title=f"Jazz and its peers in one run ({machine})", title_justify="left")
    for column in ("name", "unit", "Jazz", "peer", "peer's name", "ratio (> 1: Jazz is better)"):
        table.add_column(column, justify="left" if column in ("name", "unit", "peer's name") else "right")
    for f in figures:
        table.add_row(f.name, f.unit, f"{f.ours:,.4g}", f"{f.peer:,.4g}", f.peer_name, f"{f.ratio:.2f}")
        for name, figure in f.others.items():
            table.add_row("", "", "", f"{figure:,.4g}", name, f"{f.ratio_to(figure):.2f}", style="dim")
        if f.note:
            table.add_row(f"  {f.note}", style="dim")
    Console(width=160).print(table)


if __name__ == "__main__":
    raise SystemExit(main())
