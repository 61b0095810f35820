"""What Python shows of a golden file is stored as the same bytes again, but for what is named here."""

from fnmatch import fnmatch

import pytest

from golden.test_golden import CASES, golden
from jazz.codec import decode, encode
from jazz.convert import FORMS, from_value, to_value
from jazz.errors import InvalidArgument

REFUSED = {
    "float16/matrix-c[so]*": "scipy.sparse has no float16",
    "date/matrix-c[so]*": "scipy.sparse has no times",
    "timestamp/matrix-c[so]*": "scipy.sparse has no times",
    "duration/matrix-c[so]*": "scipy.sparse has no times",
    "sparse/coo-fill-date": "scipy.sparse has no times",
}
OTHERWISE = {
    "*-fortran-empty": "numpy's arrays without elements are in both orders, and C is taken",
    "sparse/*-pattern": "scipy.sparse has no patterns: the entries get data, each true",
    "times/*-lowest": "numpy and pandas take the lowest count for NaT, which is missing",
    "tables/shared-axes": "a dict declares no axes: each of its fields gets those that it lies along",
    "axes/unused": "an axis that no dimension lies along is not shown",
}
NOT_STORED = {
    "tables/frame-*-of-each": "pandas has bytes and dates as objects, which say nothing where all are missing"
}


def named(name: str, exceptions: dict[str, str]) -> bool:
    return any(fnmatch(name, pattern) for pattern in exceptions)


def there_and_back(name: str) -> tuple:
    file = golden(name)
    again = encode(to_value(from_value(decode(file.header, file.body))))
    return again.header, again.body()


@pytest.mark.parametrize("name", [name for name in CASES if not named(name, REFUSED | OTHERWISE | NOT_STORED)])
def test_what_is_shown_is_stored_as_it_was(name):
    assert there_and_back(name) == (golden(name).header, golden(name).body)


@pytest.mark.parametrize("name", [name for name in CASES if named(name, REFUSED)])
def test_what_no_form_can_show_is_refused_and_given_as_a_value(name):
    value = decode(golden(name).header, golden(name).body)
    with pytest.raises(InvalidArgument, match="'value'"):
        from_value(value)
    assert from_value(value, to="value") is value


@pytest.mark.parametrize("name", [name for name in CASES if named(name, OTHERWISE)])
def test_what_has_one_form_with_another_value_is_stored_as_that(name):
    assert there_and_back(name) != (golden(name).header, golden(name).body)


@pytest.mark.parametrize("name", [name for name in CASES if named(name, NOT_STORED)])
def test_what_does_not_say_what_it_is_is_refused_when_it_is_stored_again(name):
    file = golden(name)
    shown = from_value(decode(file.header, file.body))
    with pytest.raises(InvalidArgument, match="all of them missing"):
        to_value(shown)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_given_and_taken_or_refused_with_reasons(form):
    for name in CASES:
        try:
            shown = from_value(decode(golden(name).header, golden(name).body), to=form)
            if form != "value":
                to_value(shown)
        except InvalidArgument as error:
            if not error.violations:
                raise AssertionError(f"{name}: a refusal without a reason") from error
        except Exception as error:
            raise AssertionError(f"{name}: not an error of Jazz") from error
