"""Parts of blocks over the wire: by ranges, positions, masks and labels; of rows, of columns, along axes by name."""

import datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

import jazz
from client_database import adb, db
from jazz.convert import from_value, to_value
from jazz.values import Axis, Table, Tensor

__all__ = ["adb", "db"]

RANDOM = np.random.default_rng(3)
CELLS = [f"cell{number}" for number in range(20)]
GENES = ["Actb", "Gapdh", "Sox2", "Né", "Xist"]
COUNTS = sp.random_array((20, 5), density=0.4, rng=RANDOM, dtype=np.float32, format="csr")
FRAME = pd.DataFrame(
    {"depth": pd.array([*range(19), None], "Int64"), "kind": pd.Categorical(["b", "a"] * 10)},
    index=pd.Index(CELLS, name="obs"),
)


def along(value: object, *axes: str) -> Tensor:
    """A tensor whose dimensions lie along axes that are declared around it."""
    tensor: Any = to_value(value)
    fields = {name: getattr(tensor, name) for name in tensor.__slots__} | {"axes": axes, "declared": ()}
    return Tensor(**fields)


def labels(values: object) -> Tensor:
    return along(values)


def cells() -> Table:
    """A table like those of anndata: two axes, tensors and frames along them, one of them along both."""
    declared = (Axis("obs", 20, labels(CELLS)), Axis("var", 5, labels(GENES)))
    depth, kind = (along(column.array, "obs") for _, column in FRAME.items())
    return Table(
        (
            ("X", along(COUNTS, "obs", "var")),
            ("layers", Table((("raw", along(np.arange(100).reshape(20, 5), "obs", "var")),))),
            ("obs", Table((("depth", depth), ("kind", kind)))),
            ("var", Table((("length", along(np.arange(5.0), "var")),))),
            ("obsp", along(np.arange(400).reshape(20, 20), "obs", "obs")),
            ("made", to_value("2026")),
        ),
        declared,
    )


def plain(value: object) -> Any:
    """A tensor as an array of numbers, without its labels."""
    assert isinstance(value, Tensor)
    tensor = along(value)
    found: Any = from_value(tensor, to="numpy")
    return found.toarray() if sp.issparse(found) else found


def same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    """Compares frames; a column of which nothing is missing any more has another type."""
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        ([0, 5, -1], None),
        (np.array([3, 3, 0]), [4, 0]),
        (None, np.array([True, False, True, False, False])),
        (slice(5, 15), [-1, -1]),
        (3, 2),
        ([], []),
        (range(19, -1, -3), slice(1, None)),
    ],
)
@pytest.mark.parametrize("form", ["csr", "csc", "coo", "C", "F"])
def test_positions_and_masks_are_numpys(db: jazz.Database, form: str, rows: Any, columns: Any) -> None:
    whole = COUNTS.toarray()
    db.put("lab/x", COUNTS.asformat(form) if form not in "CF" else np.asarray(whole, order=form))

    found = db.get("lab/x", rows=rows, columns=columns)

    every = [
        np.arange(length)[slice(None) if part is None else part]
        for length, part in zip((20, 5), (rows, columns), strict=True)
    ]
    expected = whole[np.ix_(*(np.atleast_1d(np.asarray(each, int)) for each in every))]
    np.testing.assert_array_equal(found.toarray() if sp.issparse(found) else found, expected)


def test_rows_and_columns_of_a_labelled_matrix_are_cut_by_label(db: jazz.Database) -> None:
    table = cells()
    x = table["X"]
    assert isinstance(x, Tensor)
    db.put("lab/x", Tensor(**{name: getattr(x, name) for name in x.__slots__} | {"declared": table.declared}))

    found = db.get("lab/x", rows=["cell7", "cell3"], columns=["Né", "Actb"], to="value")

    np.testing.assert_array_equal(plain(found), COUNTS.toarray()[[7, 3]][:, [3, 0]])
    assert [from_value(axis.labels, to="numpy").tolist() for axis in found.declared] == [
        ["cell7", "cell3"],
        ["Né", "Actb"],
    ]
    np.testing.assert_array_equal(plain(db["lab/x"][["cell1"], 2:].get(to="value")), COUNTS.toarray()[1:2, 2:])
    np.testing.assert_array_equal(plain(db["lab/x"][["Xist"]].get(to="value")), COUNTS.toarray()[:, 4:])


def test_rows_of_a_frame_are_those_of_pandas(db: jazz.Database) -> None:
    db.put("lab/f", FRAME)

    same(db.get("lab/f", rows=["cell19", "cell0"]), FRAME.loc[["cell19", "cell0"]])
    same(db.get("lab/f", rows=[-1, 0, 0]), FRAME.iloc[[-1, 0, 0]])
    same(db.get("lab/f", rows="cell4", columns=["kind"]), FRAME.loc[["cell4"], ["kind"]])
    mask = FRAME["depth"].fillna(0) > 9
    same(db.get("lab/f", rows=mask), FRAME[mask])
    same(db.get("lab/f", rows=FRAME.index[3:5]), FRAME.iloc[3:5])


@pytest.mark.parametrize(
    ("index", "wanted"),
    [
        (pd.Index([10, 20, 30], dtype="int32"), jazz.labels([30, 10])),
        (pd.Index([0.5, 1.5, 2.5]), [2.5, 0.5]),
        (
            pd.date_range("2026-01-01", periods=3, tz="Europe/Vienna"),
            pd.date_range("2026-01-01", periods=3, tz="Europe/Vienna")[[2, 0]],
        ),
        (pd.date_range("2026-01-01", periods=3), [datetime.datetime(2026, 1, 3), datetime.datetime(2026, 1, 1)]),  # noqa: DTZ001
        (pd.to_timedelta([1, 2, 3], unit="h"), [datetime.timedelta(hours=3), datetime.timedelta(hours=1)]),
        (pd.CategoricalIndex(["x", "y", "z"], categories=["z", "y", "x", "w"]), ["z", "x"]),
    ],
)
def test_labels_are_compared_as_elements(db: jazz.Database, index: pd.Index, wanted: object) -> None:
    db.put("lab/f", pd.DataFrame({"n": [1, 2, 3]}, index=index.rename("key")))

    assert db.get("lab/f", rows=wanted)["n"].tolist() == [3, 1]


def test_what_lies_along_an_axis_is_cut_in_every_field(db: jazz.Database) -> None:
    db.put("lab/cells", cells())

    found = db.get("lab/cells", along={"obs": ["cell9", "cell2"], "var": slice(1, 3)}, to="value")

    np.testing.assert_array_equal(plain(found["X"]), COUNTS.toarray()[[9, 2], 1:3])
    np.testing.assert_array_equal(plain(found["layers"]["raw"]), np.arange(100).reshape(20, 5)[[9, 2], 1:3])
    np.testing.assert_array_equal(plain(found["obs"]["depth"]), [9, 2])
    np.testing.assert_array_equal(plain(found["var"]["length"]), [1, 2])
    np.testing.assert_array_equal(plain(found["obsp"]), np.arange(400).reshape(20, 20)[np.ix_([9, 2], [9, 2])])
    assert found["obsp"].axes == ("obs", "obs")
    assert [axis.length for axis in found.declared] == [2, 2]
    alone = db["lab/cells"]["layers"]["raw"].along(var=["Sox2"]).get(to="value")
    np.testing.assert_array_equal(plain(alone), np.arange(100).reshape(20, 5)[:, [2]])


def test_parts_are_inputs_of_runs(db: jazz.Database) -> None:
    @jazz.pipeline
    def total(x: jazz.Tensor) -> Any:
        return jazz.ops.sum(x, axis=0)

    db.put("lab/x", np.arange(12.0).reshape(4, 3))
    db.put("lab/cells", cells())

    assert db.run(total, x=jazz.ref("lab/x")[[0, -1]]).tolist() == [9, 11, 13]
    cut = db["lab/cells"]["layers"]["raw"].along(obs=["cell1", "cell0"])
    np.testing.assert_array_equal(np.asarray(db.run(total, x=cut)), np.arange(10).reshape(2, 5).sum(axis=0))
    with pytest.raises(jazz.NotFound) as caught:
        db.run(total, x=db["lab/cells"]["X"][["nobody"], :])
    assert caught.value.reason == "LABEL_NOT_FOUND"


def test_parts_travel_in_batches(db: jazz.Database) -> None:
    db.put("lab/f", FRAME)
    with db.batch() as batch:
        some = batch.get("lab/f", rows=["cell5"])
        other = batch.get("lab/f", along={"obs": [0, 1]})

    same(some.value, FRAME.loc[["cell5"]])
    same(other.value, FRAME.iloc[:2])


async def test_parts_are_the_same_asynchronously(adb: Any) -> None:
    await adb.put("lab/f", FRAME)

    same(await adb.get("lab/f", rows=["cell5"]), FRAME.loc[["cell5"]])
    same(await adb["lab/f"].along(obs=[0, 1]).get(), FRAME.iloc[:2])


def test_millions_of_positions_are_taken(db: jazz.Database) -> None:
    array = np.arange(1_000_000, dtype=np.int32)
    order = RANDOM.permutation(1_000_000)
    db.put("lab/x", array)

    np.testing.assert_array_equal(db.get("lab/x", rows=order), order)
    np.testing.assert_array_equal(db.get("lab/x", rows=order % 3 == 0), array[order % 3 == 0])


@pytest.mark.parametrize(
    ("part", "error", "field"),
    [
        ({"along": {"obs": ["cell1", "nobody"]}}, jazz.NotFound, "slice.axes[0].selection.labels[1]"),
        ({"along": {"obs": [0, 20]}}, jazz.InvalidArgument, "slice.axes[0].selection.positions[1]"),
        ({"along": {"obs": jazz.labels([1])}}, jazz.InvalidArgument, "slice.axes[0].selection.labels"),
        ({"along": {"cells": [0]}}, jazz.InvalidArgument, "slice.axes[0].axis"),
        ({"rows": ["cell1"]}, jazz.InvalidArgument, "slice.rows"),
        ({"rows": ["x"], "item": "X"}, jazz.NotFound, "slice.rows.labels[0]"),
        ({"rows": [True] * 3, "item": "X"}, jazz.InvalidArgument, "slice.rows.positions"),
        ({"rows": [1], "along": {"obs": [1]}, "item": "X"}, jazz.InvalidArgument, "slice.axes[0].selection"),
        ({"columns": ["Y"]}, jazz.NotFound, "slice.columns.labels[0]"),
        ({"columns": [0, 0]}, jazz.InvalidArgument, "slice.columns.positions[1]"),
        ({"columns": [9]}, jazz.InvalidArgument, "slice.columns.positions[0]"),
        ({"rows": ["a"], "item": "made"}, jazz.InvalidArgument, "slice.rows"),
    ],
)
def test_what_does_not_fit_is_named(db: jazz.Database, part: Any, error: type, field: str) -> None:
    db.put("lab/cells", cells())

    with pytest.raises(error) as caught:
        db.get("lab/cells", **part)

    assert [violation.field for violation in caught.value.violations] == [field]


def test_a_label_that_an_axis_has_twice_is_refused(db: jazz.Database) -> None:
    db.put("lab/f", pd.DataFrame({"n": [1, 2, 3]}, index=pd.Index(["a", "b", "a"], name="key")))

    with pytest.raises(jazz.InvalidArgument, match="more than once"):
        db.get("lab/f", rows=["b", "a"])
    assert db.get("lab/f", rows=["b", "b"])["n"].tolist() == [2, 2]


def test_a_part_that_grows_beyond_all_bounds_is_refused(db: jazz.Database) -> None:
    db.put("lab/x", np.ones((1, 1)))
    db.put("lab/s", sp.csr_array(np.ones((1, 1))))

    for name in ("lab/x", "lab/s"):
        with pytest.raises(jazz.InvalidArgument, match="too large"):
            db.get(name, rows=np.zeros(1_000_000, int), columns=np.zeros(1_000_000, int))
