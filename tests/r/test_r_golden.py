"""Every golden file is read by R and written again to the byte, or refused with a condition that says what to do."""

from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "golden" / "cases"
CASES = sorted(path.relative_to(FOLDER).with_suffix("").as_posix() for path in FOLDER.rglob("*.value"))


def test_there_are_golden_files():
    assert CASES


@pytest.mark.parametrize("bigint", ["numeric", "integer64"])
@pytest.mark.parametrize("name", CASES)
def test_a_file_is_encoded_again_to_the_byte_or_refused(r, name, bigint):
    options = f'jz_value_options(bigint = "{bigint}", keep_order = TRUE)'
    r.run(f'trip <- rjazz:::golden_roundtrip("{FOLDER / name}.value", {options})')
    if r.flag("is.null(trip$refused)"):
        assert r.flag("trip$same")
    else:
        assert r.flag('inherits(trip$refused, "jazz_error_unrepresentable") && inherits(trip$refused, "jazz_error")')
        assert r.text("trip$refused$what")
        assert r.text("paste(trip$refused$advice, collapse = ' ')")
        assert can_be_refused(name)


def can_be_refused(name: str) -> bool:
    """Whether R has no type for it: wide integers, sparse matrices of texts and the like, NUL in texts, the NaN that is
    R's `NA_real_`, times between the ticks of a double.
    """
    return any(part in name for part in REFUSED) or NA_REAL in (FOLDER / f"{name}.json").read_text("ascii")


NA_REAL = "0x7ff00000000007a2"
REFUSED = ("uint64", "int64", "nul", "coo", "csr", "csc", "timestamp", "duration", "date")
"""Parts of names of files that R may refuse."""
