"""The rows of the tables in docs/types.md, and the cases that are tests of them."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs" / "types.md"

ELSEWHERE = "Parts"
"""The section whose table says what a slice is: a server is needed for it."""

CASES: dict[str, Callable[[], None]] = {}
"""The test of each row, by the heading over the table and the first cell of the row."""


def row(heading: str, first: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Makes a function the test of a row."""

    def add(case: Callable[[], None]) -> Callable[[], None]:
        assert f"{heading}: {first}" not in CASES, "a row has one case"
        CASES[f"{heading}: {first}"] = case
        return case

    return add


def rows() -> Iterator[str]:
    """The rows of the page, as `row` names them."""
    heading, before = "", ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if match := re.match(r"#+ (.*)", line):
            heading = match[1]
        if line.startswith("|") and not line.startswith("|---") and before.startswith("|") and heading != ELSEWHERE:
            yield f"{heading}: {line.split('|')[1].strip()}"
        before = line
