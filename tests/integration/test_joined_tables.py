"""Tables that pipelines join by keys, from frames to frames: what pandas makes of the same ones."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as scipy_sparse

import jazz
from client_database import db
from jazz.kinds import type_text

__all__ = ["db"]


@pytest.fixture
def orders():
    return pd.DataFrame(
        {
            "item": pd.array(["tea", "rice", None, "tea", "salt"], dtype="string"),
            "count": pd.array([2, None, 1, 4, 3], dtype="Int64"),
            "at": pd.to_datetime(["2024-01-03", "2024-01-01", None, "2024-01-02", "2024-01-01"]).as_unit("us"),
        },
        index=list("abcde"),
    )


@pytest.fixture
def items():
    return pd.DataFrame(
        {
            "item": pd.array(["rice", "tea", "tea", "oil", None], dtype="string"),
            "price": pd.array([2.5, 4.0, 4.5, 7.0, 0.5], dtype="Float64"),
            "count": pd.array([1, 2, 3, 4, 5], dtype="Int64"),
            "kind": pd.Categorical(
                ["dry", "leaf", "leaf", "wet", None], categories=["dry", "leaf", "wet"], ordered=True
            ),
        }
    )


@pytest.mark.parametrize("how", ["inner", "left", "right", "outer"])
@pytest.mark.parametrize(
    "keys",
    [
        {"on": "item"},
        {"left_on": "item", "right_on": "item", "suffixes": ("", "_known")},
        {"left_on": "count", "right_on": "count", "suffixes": ("_of", None)},
        {"left_on": ["item", "count"], "right_on": ["item", "count"]},
    ],
)
def test_tables_are_those_that_pandas_makes(db, orders, items, how, keys):
    found = db.run(jazz.pipeline(lambda t, u: t.merge(u, how=how, **keys)), t=orders, u=items)

    expected = orders.merge(items, how=how, **keys)
    on = keys.get("on", keys.get("right_on"))
    if how == "outer" and expected[on].isna().any(axis=None):  # which come last here, whatever their type is
        expected = expected.sort_values(on, kind="stable", ignore_index=True)
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)


def test_integers_stay_integers(db, orders, items):
    found = db.run(jazz.pipeline(lambda t, u: t.merge(u, on="item", how="left")), t=orders, u=items)

    assert found["count_y"].dtype == "Int64"
    assert found["count_y"].tolist() == [2, 3, 1, 5, 2, 3, pd.NA]


@pytest.mark.parametrize(("how", "labels"), [("semi", ["a", "b", "c", "d"]), ("anti", ["e"])])
def test_rows_with_a_partner_and_without_keep_their_labels(db, orders, items, how, labels):
    found = db.run(jazz.pipeline(lambda t, u: t.merge(u, on="item", how=how)), t=orders, u=items)

    pd.testing.assert_frame_equal(found, orders.loc[labels], check_dtype=False)


def test_a_sparse_matrix_is_a_field_whose_rows_are_joined(db):
    counts = scipy_sparse.random_array((4, 1000), density=0.01, format="csr", rng=np.random.default_rng(3))
    cells = {"cell": np.array([7, 3, 5, 3]), "counts": counts}
    labels = pd.DataFrame({"cell": [3, 5], "type": ["T", "B"]})
    joined = jazz.pipeline(lambda t, u: t.merge(u, on="cell"))

    found = db.run(joined, t=cells, u=labels)
    added_up = db.run(jazz.pipeline(lambda t, u: t.merge(u, on="cell")["counts"].sum(axis=1)), t=cells, u=labels)

    assert (found["counts"].data != counts[[1, 2, 3]]).nnz == 0
    assert found["type"].tolist() == ["T", "B", "T"]
    np.testing.assert_allclose(added_up, counts[[1, 2, 3]].sum(axis=1))
    with pytest.raises(jazz.errors.KindMismatch, match=r"left\.counts.*expected a dense field"):
        db.run(jazz.pipeline(lambda t, u: t.merge(u, on="cell", how="outer")), t=cells, u=labels)


def test_a_frame_in_the_function_is_joined(db, orders):
    kinds = pd.DataFrame({"item": ["tea", "rice"], "kind": ["leaf", "dry"]})
    looked_up = jazz.pipeline(lambda t: t.merge(kinds, how="left", validate="m:1"), inputs={"t": "{item: string[n]?}"})

    found = db.run(looked_up, t=orders[["item"]])

    assert found["kind"].astype(object).where(found["kind"].notna(), None).tolist() == [
        "leaf",
        "dry",
        None,
        "leaf",
        None,
    ]


def test_keys_that_are_there_once_keep_the_number_of_rows(db):
    inputs = {"t": "{k: int64[n], x: float64[n], closed}", "u": "{k: int64[m], y: float64[m], closed}"}

    def scaled(t, u):
        return abs(t.merge(u, on="k", how="left", validate="many_to_one")["y"])

    info = db.pipelines.put("joined/scaled", jazz.pipeline(scaled, inputs=inputs))

    assert type_text(info.outputs["result"]) == "float64[n]? dense"


@pytest.mark.parametrize("index", [None, "day"])
def test_tables_of_types_that_were_proposed_need_not_have_as_many_rows(db, index):
    sold = pd.DataFrame({"item": ["a", "b", "a"], "sold": [1.0, 2.0, 3.0]}).rename_axis(index)
    items = pd.DataFrame({"item": ["a", "b"], "price": [5.0, 7.0]}).rename_axis(index)
    db.put("joined/sold", sold)
    types = {"t": db.kinds.propose("joined/sold").type, "u": jazz.kind_of(items).type}
    joined = jazz.pipeline(lambda t, u: t.merge(u, on="item"), inputs=types)

    db.pipelines.put("joined/proposed", joined)

    found = db.run("joined/proposed", t=db["joined/sold"], u=items)
    pd.testing.assert_frame_equal(found, sold.merge(items, on="item"), check_dtype=False)


def test_what_is_joined_is_stored_and_of_a_kind(db, orders, items):
    db.kinds.put("joined/priced", "{item: string[n]?, count: int64[n]?, price: float64[n]?}")
    priced = jazz.pipeline(lambda t, u: t[["item", "count"]].merge(u[["item", "price"]], how="left", on="item"))
    db.pipelines.put("joined/step", priced)

    db.run("joined/step", t=orders, u=items, into="joined/table")

    assert db.kinds.match("joined/priced", db["joined/table"]).bindings == {"n": 7}
    expected = orders[["item", "count"]].merge(items[["item", "price"]], how="left", on="item")
    pd.testing.assert_frame_equal(db.get("joined/table"), expected, check_dtype=False)


def test_a_table_is_joined_with_itself(db, items):
    found = db.run(jazz.pipeline(lambda t: t.merge(t[["item"]], on="item")), t=items)
    pd.testing.assert_frame_equal(found, items.merge(items[["item"]], on="item"), check_dtype=False)


@pytest.mark.parametrize(
    ("left", "keys", "wrong"),
    [
        ("{k: string[n]}", {"on": "k"}, r"right\.k.*expected texts \(string or factor\), as `left\.k`, found int64"),
        ("{k: int64[n, 2]}", {"on": "k"}, r"left\.k.*expected a vector, found rank 2"),
        ("{k: int64[n], closed}", {"left_on": "kk", "right_on": "k"}, r"left_on.*found `kk` \(did you mean k\?\)"),
    ],
)
def test_keys_that_are_none_are_refused_when_the_pipeline_is_stored(db, left, keys, wrong):
    joined = jazz.pipeline(lambda t, u: t.merge(u, **keys), inputs={"t": left, "u": "{k: int64[m]}"})

    with pytest.raises(jazz.errors.KindMismatch, match=wrong):
        db.pipelines.put("joined/never", joined)


def test_a_key_again_is_refused_when_it_runs(db, orders, items):
    checked = jazz.pipeline(lambda t, u: t.merge(u, on="item", validate="m:1"))
    with pytest.raises(jazz.errors.InvalidArgument, match=r"right.*found the key of row 1 again in row 2"):
        db.run(checked, t=orders, u=items)


def test_a_product_of_rows_that_has_no_room_is_refused(db):
    many = {"k": np.zeros(100_000, np.int64)}
    with pytest.raises(jazz.errors.ResourceExhausted, match="10000000000 rows of joined tables would take"):
        db.run(jazz.pipeline(lambda t: t.merge(t, on="k")), t=many)
