"""Texts, factors and times compared in a pipeline, as the operators of Python say it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pandas as pd
import pytest

import jazz
from client_database import emptying
from jazz import ops
from running_server import RunningServer

SIZES = ["big", "small", None, "big", "middle", "small"]
TIMES = ["2024-03-30", "2024-03-31T12:00", None, "2023-12-31", "2024-03-31T12:00:01", "1900-01-01"]
VISITS = pd.DataFrame(
    {
        "city": pd.array(["Wien", None, "Łódź", "Zürich", "Wien", "Århus"], "string"),
        "size": pd.Categorical(SIZES, ["small", "middle", "big"], ordered=True),
        "guide": pd.Categorical(["Ada", "Bo", "Ada", None, "Cy", "Bo"]),
        "when": pd.to_datetime(TIMES, format="ISO8601"),
        "stay": pd.to_timedelta(["1h", "2D", "90s", None, "0s", "-1s"]),
        "guests": [1, 2, 3, 4, 5, 6],
    }
)
MOMENT = pd.Timestamp("2024-03-31 12:00")


@pytest.fixture(scope="module")
def db(shared_server: RunningServer) -> Iterator[Any]:
    with emptying(shared_server.target) as db:
        db.put("compared/visits", VISITS)
        yield db


@pytest.mark.parametrize(
    ("name", "condition"),
    [
        ("city", lambda x: x == "Wien"),
        ("city", lambda x: "Wien" != x),  # noqa: SIM300
        ("city", lambda x: x >= "Z"),
        ("city", lambda x: x == np.str_("Łódź")),
        ("guide", lambda x: x == "Bo"),
        ("guide", lambda x: x != "nobody"),
        ("size", lambda x: x == "big"),
        ("size", lambda x: x > "small"),
        ("when", lambda x: x >= MOMENT),
        ("when", lambda x: x == MOMENT.to_datetime64()),
        ("when", lambda x: x < dt.datetime(2024, 1, 1)),  # noqa: DTZ001
        ("when", lambda x: np.datetime64("2024-03-31T12:00:00.5") < x),
        ("stay", lambda x: x <= pd.Timedelta("1h")),
        ("stay", lambda x: x > np.timedelta64(1, "m")),
        ("stay", lambda x: dt.timedelta(seconds=90) == x),
    ],
)
def test_rows_are_those_that_pandas_filters(db: jazz.Database, name: str, condition: Callable[[Any], Any]) -> None:
    chosen = jazz.pipeline(lambda t: ops.filter(t, ops.fill_na(condition(t[name]), False))["guests"])
    there = VISITS.dropna(subset=name)  # pandas says that what is missing is other than any category
    assert db.run(chosen, t=db["compared/visits"]).tolist() == there["guests"][condition(there[name])].tolist()


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("city", ["Wien", "Graz", "Łódź"]),
        ("city", pd.Index(["Wien", "Wien"])),
        ("city", np.array(["Århus", "å"])),
        ("guide", ["Bo", "nobody"]),
        ("size", pd.Categorical(["big", "middle"])),
        ("when", [MOMENT, pd.Timestamp(2023, 12, 31)]),
        ("when", VISITS["when"][3:]),
        ("stay", [dt.timedelta(hours=1), dt.timedelta(seconds=90)]),
        ("guests", [6, 1, 7]),
        ("guests", pd.Series([2.0, 2.5])),
        ("guests", range(2, 4)),
        ("guests", []),
        ("city", ()),
    ],
)
def test_rows_are_those_whose_elements_pandas_finds_among_others(db: jazz.Database, name: str, values: Any) -> None:
    found = VISITS["guests"][VISITS[name].isin(values)].tolist()
    visits = db["compared/visits"]
    assert (
        db.run(jazz.pipeline(lambda t: t[ops.fill_na(ops.isin(t[name], values), False)]["guests"]), t=visits).tolist()
        == found
    )
    given = jazz.pipeline(lambda t, values: t[ops.fill_na(ops.isin(t[name], values), False)]["guests"])
    assert db.run(given, t=visits, values=values).tolist() == found


def test_membership_is_stored_and_explained_and_refuses_other_types(db: jazz.Database) -> None:
    db.kinds.put("compared/stop", "{city: string[n]?}")
    inputs: dict[str, Any] = {"t": jazz.OfKind["compared/stop"], "known": "string[k]"}
    db.pipelines.put("compared/known", jazz.pipeline(lambda t, known: ops.isin(t["city"], known), inputs=inputs))
    found = db.run("compared/known", t=VISITS[["city"]], known=["Wien", "Århus"])
    assert np.ma.asarray(found).tolist() == [True, None, False, False, True, True]
    assert "bool[d1]?" in str(db.pipelines.explain("compared/known"))
    with pytest.raises(jazz.errors.JazzError) as caught:
        db.run(jazz.pipeline(lambda t: ops.isin(t["guests"], ["1"])), t=db["compared/visits"])
    (violation,) = caught.value.violations
    assert violation.field.startswith("steps[1] isin.values")
    assert (violation.expected, violation.found) == ("numbers, as `x`", "string")


def test_columns_are_compared_with_columns(db: jazz.Database) -> None:
    frame = pd.DataFrame({"a": ["x", "y", None], "b": ["x", "z", "y"]})
    found = db.run(jazz.pipeline(lambda t: (t["a"] == t["b"], t["a"] < t["b"])), t=frame)
    assert [np.ma.asarray(each).tolist() for each in found] == [[True, False, None], [False, True, None]]
    factors = frame.astype("category")
    mixed = db.run(jazz.pipeline(lambda t, u: t["a"] == u["b"]), t=factors, u=frame)
    assert mixed.tolist() == [True, False, None]
    assert db.run(jazz.pipeline(lambda t: t["b"] == t["a"]), t=factors).tolist() == [True, False, None]


def test_a_stored_pipeline_of_a_kind_with_texts_and_times(db: jazz.Database) -> None:
    db.kinds.put("compared/trip", "{city: string[n]?, when: timestamp[us][n]?}")

    since = jazz.pipeline(
        lambda t, day: (t["city"] == "Wien") & (t["when"] >= day), inputs={"t": jazz.OfKind["compared/trip"]}
    )
    db.pipelines.put("compared/since", since)
    trips = VISITS[["city", "when"]].astype({"when": "datetime64[us]"})
    answer = db.run("compared/since", t=trips, day=MOMENT)
    assert np.ma.asarray(answer).tolist() == [False, None, False, False, True, False]


def test_what_cannot_be_compared_names_the_step(db: jazz.Database) -> None:
    for condition, field, expected, found in (
        (lambda t: t["city"] == 1, "steps[1] equal.b", "texts (string or factor), as `a`", "1"),
        (lambda t: t["guests"] == "1", "steps[1] equal.b", "numbers, as `a`", "'1'"),
        (lambda t: t["when"] > dt.date(2024, 1, 1), "steps[1] greater.b", "timestamps without a zone, as `a`", "date"),
        (lambda t: t["guide"] < "Bo", "steps[1] less.a", "an ordered factor, whose categories have an order", "factor"),
        (lambda t: t["size"] < "huge", "steps[1] less.b", "one of the categories `small`, `middle`, `big`", "'huge'"),
    ):
        with pytest.raises(jazz.errors.JazzError) as caught:
            db.run(jazz.pipeline(condition), t=db["compared/visits"])
        (violation,) = caught.value.violations
        assert violation.field.startswith(field)
        assert (violation.expected, violation.found) == (expected, found)


def test_explain_knows_the_types_of_comparisons(db: jazz.Database) -> None:
    vienna = jazz.pipeline(lambda t: t["city"] == "Wien", inputs={"t": "{city: string[n]}"})
    assert "bool[n]" in str(db.pipelines.explain(vienna))


def test_runs_on_few_rows_of_texts_at_once_answer_as_each_alone(db: jazz.Database) -> None:
    db.pipelines.put("compared/later", jazz.pipeline(lambda words, beside: (words > beside) & (words != "b")))
    inputs = [([word] * (1 + n % 3), ["b", "é", None][: 1 + n % 3]) for n, word in enumerate("abcéz" * 20)]
    with ThreadPoolExecutor(25) as pool:
        runs = [pool.submit(db.run, "compared/later", words=w, beside=b, details=True) for w, b in inputs]
        found = [run.result() for run in runs]
    wanted = [
        [None if y is None and x != "b" else y is not None and x > y and x != "b" for x, y in zip(*each, strict=True)]
        for each in inputs
    ]
    assert [np.ma.asarray(run.value).tolist() for run in found] == wanted
    assert max(run.runs_together for run in found) > 1
