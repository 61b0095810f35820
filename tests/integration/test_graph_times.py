"""Times in a pipeline, with the operators of Python and the times of Python, numpy and pandas beside them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest

import jazz
from client_database import emptying
from running_server import RunningServer

ARRIVED = pd.Series(pd.to_datetime(["2024-03-30T12:00", "2024-03-31T12:00", None])).dt.tz_localize("Europe/Vienna")
LEFT = pd.Series(pd.to_datetime(["2024-03-29T11:30", None, "2024-03-31T08:00"])).dt.tz_localize("Europe/Vienna")
SPANS = ARRIVED - LEFT


@pytest.fixture(scope="module")
def db(shared_server: RunningServer) -> Any:
    with emptying(shared_server.target) as db:
        yield db


@pytest.mark.parametrize(
    "function",
    [
        lambda x, s: x - x[0],
        lambda x, s: x - s,
        lambda x, s: s + x,
        lambda x, s: x + dt.timedelta(hours=36),
        lambda x, s: pd.Timedelta("1D") + x,
        lambda x, s: x - np.timedelta64(1, "D"),
        lambda x, s: x - dt.datetime(2024, 1, 1, tzinfo=dt.UTC),
        lambda x, s: pd.Timestamp("2024-01-01", tz="America/Lima") - x,
        lambda x, s: s / np.timedelta64(1, "h"),
        lambda x, s: s / pd.Timedelta("1s") / 60,
        lambda x, s: -abs(s) * 2.5 / 2,
        lambda x, s: 3 * (s + s - np.timedelta64(1, "m")),
        lambda x, s: s // np.timedelta64(1, "h") if isinstance(s, jazz.Node) else s / pd.Timedelta("1h") // 1,
        lambda x, s: s % pd.Timedelta("7min"),
        lambda x, s: x + pd.Series([pd.Timedelta("1h"), pd.Timedelta("2h"), None]),
    ],
)
def test_operators_are_those_of_pandas(db: jazz.Database, function: Any) -> None:
    found = db.run(jazz.pipeline(function), to="pandas", x=ARRIVED, s=SPANS)
    expected = function(ARRIVED, SPANS)
    pd.testing.assert_series_equal(pd.Series(found).astype(expected.dtype), expected, check_names=False)


@pytest.mark.parametrize("name", ["max", "min", "mean"])
def test_reductions_are_those_of_pandas(db: jazz.Database, name: str) -> None:
    reduced = jazz.pipeline(lambda x, s: (getattr(x, name)(skipna=True) - x[0], getattr(s, name)(skipna=True)))
    from_first, span = db.run(reduced, x=ARRIVED, s=SPANS)
    assert pd.Timedelta(from_first) == getattr(ARRIVED, name)() - ARRIVED[0]
    assert pd.Timedelta(span) == getattr(SPANS, name)()


def test_sums_and_places(db: jazz.Database) -> None:
    summed = jazz.pipeline(lambda x, s: (s.sum(skipna=True), x.argmax(skipna=True), x.max()))
    total, last, unknown = db.run(summed, x=ARRIVED, s=SPANS, to="value")
    assert (total.array().item(), last.array().item(), unknown.missing) == (SPANS.sum().value // 1000, 1, 1)


def test_texts_and_ordered_factors_have_extremes(db: jazz.Database) -> None:
    sizes = pd.Categorical(["M", "S", "L"], categories=["S", "M", "L"], ordered=True)
    frame = pd.DataFrame({"city": ["Wien", "Århus", "Bern"], "size": sizes})
    extremes = jazz.pipeline(lambda t: (t["city"].min(), t["city"].max(), jazz.ops.argmax(t["size"])))
    least, most, largest = db.run(extremes, t=frame)
    assert (str(least), str(most), int(largest)) == ("Bern", "Århus", 2)


def test_dates_and_times_of_columns(db: jazz.Database) -> None:
    frame = pd.DataFrame({"day": [dt.date(2024, 2, 28), dt.date(2024, 12, 31)], "shifts": [1, 2]})
    shift = jazz.pipeline(lambda t: t["day"] + t["shifts"] * np.timedelta64(1, "D"))
    assert np.asarray(db.run(shift, t=frame)).astype(str).tolist() == ["2024-02-29", "2025-01-02"]
    since = jazz.pipeline(lambda t: (t["day"] - dt.date(2024, 1, 1)) / np.timedelta64(1, "D"))
    assert db.run(since, t=frame).tolist() == [58.0, 365.0]


def test_what_does_not_go_together_names_the_step(db: jazz.Database) -> None:
    with pytest.raises(jazz.errors.JazzError) as caught:
        db.run(jazz.pipeline(lambda x: x - np.datetime64("2024-01-01", "us")), x=ARRIVED)
    (violation,) = caught.value.violations
    assert violation.field.startswith("steps[0] subtract.b")
    assert (violation.expected, violation.found) == ("timestamps with a zone", "timestamp[us]")


def test_what_does_not_fit_names_the_step(db: jazz.Database) -> None:
    with pytest.raises(jazz.errors.JazzError) as caught:
        db.run(jazz.pipeline(lambda x: x + np.timedelta64(2**62, "s")), x=ARRIVED)
    (violation,) = caught.value.violations
    assert violation.field.startswith("steps[0] add.b")
    assert "64 bits" in violation.expected


def test_a_pipeline_of_inputs_of_any_type_takes_times(db: jazz.Database) -> None:
    mean_gap = jazz.pipeline(lambda x, y: (x - y + np.timedelta64(1, "h")) / np.timedelta64(1, "s"))
    db.pipelines.put("lab/gaps", mean_gap)
    found = db.run("lab/gaps", x=np.array(["2024-01-01T01"], "M8[s]"), y=np.array(["2024-01-01T00"], "M8[s]"))
    assert found.tolist() == [7200.0]
    db.spaces.delete("lab", force=True)


@pytest.mark.parametrize(
    "function",
    [
        lambda x, s: x.dt.month,
        lambda x, s: x.dt.day_of_week * 24 + x.dt.hour,
        lambda x, s: x.dt.floor("D"),
        lambda x, s: x.dt.floor("15min"),
        lambda x, s: s.dt.days,
        lambda x, s: s.dt.total_seconds(),
        lambda x, s: s.dt.floor("h"),
    ],
)
def test_parts_and_units_are_those_of_pandas(db: jazz.Database, function: Any) -> None:
    found = db.run(jazz.pipeline(function), to="pandas", x=ARRIVED, s=SPANS)
    expected = function(ARRIVED, SPANS)
    pd.testing.assert_series_equal(pd.Series(found).astype(expected.dtype), expected, check_names=False)


def test_months_of_zones_are_keys(db: jazz.Database) -> None:
    new_year = pd.to_datetime(["2024-12-31T22:59", "2024-12-31T23:00", "2025-01-31T22:59"]).tz_localize("UTC")
    frame = pd.DataFrame({"when": new_year.tz_convert("Europe/Vienna"), "amount": [1.0, 2.0, 4.0]})
    by_month = jazz.pipeline(lambda t: t.assign(month=t["when"].dt.floor("M")).groupby("month")["amount"].sum())
    found = db.run(by_month, t=frame)
    assert found["month"].astype(str).tolist() == ["2024-12-01 00:00:00+01:00", "2025-01-01 00:00:00+01:00"]
    assert found["amount"].tolist() == [1.0, 6.0]


def test_what_is_no_time_has_no_parts(db: jazz.Database) -> None:
    with pytest.raises(jazz.errors.KindMismatch) as caught:
        db.run(jazz.pipeline(lambda x: x.dt.month), x=np.arange(3))
    (violation,) = caught.value.violations
    assert violation.field.startswith("steps[0] time_part.x")
    assert (violation.expected, violation.found) == ("timestamps or dates", "int64")
