"""The examples of the pages on what pipelines make of comparisons, tables, times and missing values are right."""

import doctest
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.sparse

import jazz
from client_database import db

__all__ = ["db"]

DOCS = Path(__file__).parents[2] / "docs"
PANDAS_3 = pytest.mark.skipif(pd.__version__ < "3", reason="the page shows what pandas 3 shows")


@pytest.mark.parametrize(
    ("page", "least"),
    [
        ("comparing.md", 11),
        ("tables.md", 5),
        ("times.md", 5),
        pytest.param("texts.md", 8, marks=PANDAS_3),
        pytest.param("missing.md", 11, marks=PANDAS_3),
    ],
)
def test_the_examples_of_the_page_are_right(db, page, least):
    def run(function, *, to=None, **inputs):
        return db.run(jazz.pipeline(function), to=to, **inputs) if to else db.run(jazz.pipeline(function), **inputs)

    names = {"np": np, "pd": pd, "scipy": scipy, "jazz": jazz, "db": db, "run": run}
    text = re.sub(r"^```.*$", "", (DOCS / page).read_text(encoding="utf-8"), flags=re.MULTILINE)
    test = doctest.DocTestParser().get_doctest(text, names, page, str(DOCS / page), 0)
    assert len(test.examples) >= least
    report: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.REPORT_NDIFF | doctest.ELLIPSIS).run(test, out=report.append)
    assert not report, "".join(report)
