"""Every row of every table in docs/types.md is a test: a row without a case fails, and so does a case without a row."""

from collections import Counter

import pytest

from unit.convert import rows_forms, rows_numpy, rows_packages, rows_pandas, rows_refused
from unit.convert.page import CASES, rows

ROWS = (rows_forms, rows_numpy, rows_packages, rows_pandas, rows_refused)
"""The modules whose cases are here once they are imported."""


def test_every_row_has_a_case_and_every_case_a_row():
    assert [name for name, count in Counter(rows()).items() if count > 1] == []
    assert sorted(rows()) == sorted(CASES)


@pytest.mark.parametrize("name", CASES)
def test_the_row_is_true(name):
    CASES[name]()
