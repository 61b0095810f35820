"""The examples of the page on comparisons are right."""

import doctest
import re
from pathlib import Path

import numpy as np
import pandas as pd

import jazz
from client_database import db

__all__ = ["db"]

PAGE = Path(__file__).parents[2] / "docs" / "comparing.md"


def test_the_examples_of_the_page_are_right(db):
    def run(function, **inputs):
        return db.run(jazz.pipeline(function), **inputs)

    names = {"np": np, "pd": pd, "jazz": jazz, "run": run}
    page = re.sub(r"^```.*$", "", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    test = doctest.DocTestParser().get_doctest(page, names, PAGE.name, str(PAGE), 0)
    assert len(test.examples) > 4
    report: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.REPORT_NDIFF | doctest.ELLIPSIS).run(test, out=report.append)
    assert not report, "".join(report)
