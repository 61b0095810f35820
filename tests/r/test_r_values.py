"""What one client stores the other one reads equal, in every type that R has."""

import math
import random

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from r.values import ONE_WAY, PATTERNS, VALUES, ZONED

each_value = pytest.mark.parametrize(("code", "value"), VALUES.items(), ids=list(VALUES))


def check(found, wanted):
    """Equal in type, shape and elements, and in which are missing."""
    if wanted is None or isinstance(wanted, bytes):
        assert found == wanted
    elif isinstance(wanted, dict):
        assert list(found) == list(wanted)
        for name, value in wanted.items():
            check(found[name], value)
    elif isinstance(wanted, pd.DataFrame):
        pd.testing.assert_frame_equal(found, wanted, check_column_type=False, check_index_type=False)
    elif isinstance(wanted, pd.Series):
        pd.testing.assert_series_equal(found, wanted, check_names=False)
    elif isinstance(wanted, pd.Categorical):
        assert (list(found.categories), bool(found.ordered)) == (list(wanted.categories), bool(wanted.ordered))
        assert found.codes.tolist() == wanted.codes.tolist()
    elif sp.issparse(wanted):
        assert (type(found), found.shape, found.dtype) == (type(wanted), wanted.shape, wanted.dtype)
        assert (found != wanted).nnz == 0
    else:
        assert found.dtype.kind == wanted.dtype.kind
        assert found.shape == wanted.shape
        assert np.ma.isMaskedArray(found) == np.ma.isMaskedArray(wanted)
        if wanted.dtype.kind != "T":
            assert found.dtype == wanted.dtype
        if np.ma.isMaskedArray(wanted):
            np.testing.assert_array_equal(np.ma.getmaskarray(found), np.ma.getmaskarray(wanted))
            found, wanted = found.filled(0), wanted.filled(0)
        np.testing.assert_array_equal(found, wanted)


@each_value
def test_python_reads_what_r_stores(r, db, code, value):
    r.run(f'jz_put(db, "lab/value", {code})')
    check(db.get("lab/value"), value)


def read(name):
    """The code that reads a block, with integers of 64 bits beyond those of a double."""
    return f'jz_plain(jz_get(db, "lab/{name}", bigint = "integer64"))'


def differences(r, found, wanted, *, exact):
    """How what two pieces of code give differs; without `exact`, in elements alone."""
    return r.differences(found, wanted) if exact else r.differences(f".elements({found})", f".elements({wanted})")


def exact(code):
    return not any(part in code for part in ONE_WAY)


@each_value
def test_r_reads_what_it_stored(r, db, code, value):
    r.run(f'jz_put(db, "lab/value", {code})')
    assert differences(r, read("value"), code, exact=exact(code)) == ""


@each_value
def test_python_stores_what_r_stored_and_r_reads_it_equal(r, db, code, value):
    """Python's object for it, stored again by Python, is the same in R."""
    r.run(f'jz_put(db, "lab/value", {code})')
    db.put("lab/again", db.get("lab/value"))
    assert differences(r, read("again"), read("value"), exact=code not in PATTERNS) == ""


@each_value
def test_r_reads_what_python_stores(r, db, code, value):
    if any(zone in code for zone in ZONED):
        pytest.skip("times of numpy have no zone")
    db.put("lab/value", value)
    assert differences(r, read("value"), code, exact=exact(code) and code not in PATTERNS) == ""


@pytest.mark.parametrize("seed", range(20))
def test_generated_matrices_are_equal_in_both(r, db, seed):
    chance = random.Random(seed)
    rows, columns = chance.randint(0, 6), chance.randint(0, 6)
    dtype = chance.choice(["bool", "int32", "float64", "complex128", "int8", "uint16", "float32", "int64"])
    elements = np.array([chance.choice([0, 0, 1, 2, 7]) for _ in range(rows * columns)], dtype).reshape(rows, columns)
    mask = np.array([chance.random() < 0.2 for _ in range(elements.size)], bool).reshape(rows, columns)
    value = np.ma.array(elements, mask=mask) if mask.any() else elements
    db.put("lab/value", np.asfortranarray(value) if chance.random() < 0.5 and not mask.any() else value)
    r.run('value <- jz_get(db, "lab/value")')
    r.run('jz_put(db, "lab/again", value)')
    check(db.get("lab/again"), value)
    assert [int(n) for n in r.run("dim(value)")] == [rows, columns]
    assert int(r.run("sum(is.na(value))")[0]) == int(mask.sum())
    total = complex(value.filled(0).sum() if mask.any() else value.sum())
    assert math.isclose(r.run("Re(sum(as.complex(as.numeric(value)), na.rm = TRUE))")[0], total.real)


@pytest.mark.parametrize(
    "value",
    [
        np.array([2**64 - 1], "uint64"),
        np.array(["2024-01-01T00:00:00.123456789"], "M8[ns]"),
        np.array([2**62 + 1], "m8[ns]"),
        sp.csr_array(np.array([[1j, 0], [0, 2]])),
        np.array(["a\0b"], np.dtypes.StringDType()),
    ],
    ids=["uint64", "timestamp", "duration", "sparse complex", "NUL"],
)
def test_what_r_cannot_hold_is_refused_with_advice(r, db, value):
    db.put("lab/value", value)
    error = r.condition('jz_get(db, "lab/value")')
    assert error.classes[0] == "jazz_error_unrepresentable"
    assert "jazz_error" in error.classes
    assert r.text('tryCatch(jz_get(db, "lab/value"), error = function(e) paste(e$advice, collapse = " "))')


@pytest.mark.parametrize("count", [2**53, 2**53 + 1, -(2**63) + 1, 2**63 - 1])
def test_integers_of_64_bits_are_exact_or_refused(r, db, count):
    db.put("lab/value", np.array([count]))
    assert r.text('as.character(jz_get(db, "lab/value", bigint = "character"))') == str(count)
    assert r.text('as.character(jz_get(db, "lab/value", bigint = "integer64"))') == str(count)
    if abs(count) <= 2**53:
        assert r.run('jz_get(db, "lab/value")')[0] == count
    else:
        assert "jazz_error_unrepresentable" in r.condition('jz_get(db, "lab/value")').classes


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("count", [0, 1, 1_700_000_000, -3])
def test_times_come_back_to_the_tick(r, db, unit, count):
    value = np.array([count], f"M8[{unit}]")
    db.put("lab/value", value)
    r.run('jz_put(db, "lab/again", jz_get(db, "lab/value"))')
    check(db.get("lab/again"), value)


def test_times_that_a_double_does_not_hold_are_refused_unless_asked_for(r, db):
    db.put("lab/value", np.array(["2024-01-01T00:00:00.123456789"], "M8[ns]"))
    assert "jazz_error_unrepresentable" in r.condition('jz_get(db, "lab/value")').classes
    assert r.flag('abs(as.numeric(jz_get(db, "lab/value", times = "nearest")) - 1704067200.123456789) < 1e-6')


def test_labels_of_64_bits_are_asked_for_by_their_type(r, db):
    db.put("lab/frame", pd.DataFrame({"x": [1.5, 2.5]}, index=pd.Index([100_000, 200_000], name="id")))
    assert list(r.run('jz_get(db, "lab/frame", rows = jz_labels(2e5, "int64"))$x')) == [2.5]
    assert "int64" in r.condition('jz_get(db, "lab/frame", rows = jz_labels(2e5))').message
    assert r.texts('names(jz_get(db, "lab/frame", item = "x"))') == ["100000", "200000"]


def test_a_column_is_a_plain_vector(r, db):
    db.put("lab/frame", pd.DataFrame({"x": [1.5, 2.5]}))
    db.put("lab/series", pd.Series([1.5, 2.5]))
    assert r.flag('identical(jz_get(db, "lab/frame", item = "x"), c(1.5, 2.5))')
    assert r.flag('identical(jz_plain(jz_get(db, "lab/series")), c(1.5, 2.5))')


def test_a_session_of_r_stores_what_python_reads(r, db):
    r.run("session <- jz_session(db)")
    r.run('for (k in 1:300) jz_put(session, paste0("lab/s", k), k)')
    assert int(r.run("length(jz_send(session))")[0]) == 300
    assert db.get("lab/s300").tolist() == [300]
