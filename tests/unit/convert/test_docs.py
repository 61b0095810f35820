"""The examples of the page on types are right."""

import doctest
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.sparse

import jazz
from unit.convert.travel import there_and_back

PAGE = Path(__file__).parents[3] / "docs" / "types.md"
NAMES = {"np": np, "pd": pd, "scipy": scipy, "jazz": jazz, "there_and_back": there_and_back}


@pytest.mark.skipif(pd.__version__ < "3", reason="the page shows what pandas 3 shows")
def test_the_examples_of_the_page_are_right():
    page = re.sub(r"^```.*$", "", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    test = doctest.DocTestParser().get_doctest(page, NAMES, PAGE.name, str(PAGE), 0)
    assert len(test.examples) > 10
    report: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.REPORT_NDIFF).run(test, out=report.append)
    assert not report, "".join(report)
