"""The examples of the page on missing values are right."""

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

PAGE = Path(__file__).parents[2] / "docs" / "missing.md"


@pytest.mark.skipif(pd.__version__ < "3", reason="the page shows what pandas 3 shows")
def test_the_examples_of_the_page_are_right(db):
    def run(function, *, to=None, **inputs):
        return db.run(jazz.pipeline(function), to=to, **inputs) if to else db.run(jazz.pipeline(function), **inputs)

    names = {"np": np, "pd": pd, "scipy": scipy, "jazz": jazz, "db": db, "run": run}
    page = re.sub(r"^```.*$", "", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    test = doctest.DocTestParser().get_doctest(page, names, PAGE.name, str(PAGE), 0)
    assert len(test.examples) > 10
    report: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.REPORT_NDIFF | doctest.ELLIPSIS).run(test, out=report.append)
    assert not report, "".join(report)
