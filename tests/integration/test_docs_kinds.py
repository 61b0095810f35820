"""The examples of the page on kinds are right."""

import doctest
import re
from pathlib import Path

import numpy as np

import jazz
from client_database import db

__all__ = ["db"]

PAGE = Path(__file__).parents[2] / "docs" / "kinds.md"


def test_the_examples_of_the_page_are_right(db: jazz.Database) -> None:
    page = re.sub(r"^```.*$", "", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    test = doctest.DocTestParser().get_doctest(page, {"np": np, "jazz": jazz, "db": db}, PAGE.name, str(PAGE), 0)
    assert len(test.examples) > 20
    report: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=report.append)
    assert not report, "".join(report)
