"""Time zones: what `zoneinfo` says of them, at all times, and moments from what clocks show."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import Any

import numpy as np
import pytest

from jazz_server.engine import zone_files
from jazz_server.engine.zone_rules import rule_of
from jazz_server.engine.zones import Zone, zone_of

CYCLE = 146_097 * 86_400
LAST = 253_370_764_800
"""The year 9999."""


def offsets(zone: Zone, moments: Any) -> list[int]:
    moments = np.atleast_1d(np.asarray(moments, np.int64))
    return [int(offset) for offset in zone.offset(*np.divmod(moments, 86_400))]


def by_zoneinfo(name: str, moments: Any) -> list[int]:
    zone, first = zoneinfo.ZoneInfo(name), dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    found = [(first + dt.timedelta(seconds=int(moment))).astimezone(zone).utcoffset() for moment in moments]
    return [int(offset.total_seconds()) for offset in found if offset is not None]


def test_all_zones_are_those_of_zoneinfo() -> None:
    rng = np.random.default_rng(1)
    for name in sorted(zoneinfo.available_timezones() - {"localtime"}):
        zone = zone_of(name)
        known = rng.choice(zone.transitions, 40) if len(zone.transitions) else zone.transitions
        moments = np.concatenate([known - 1, known, rng.integers(-62 * 10**9, LAST, 30)])
        moments = moments[(moments > -62 * 10**9) & (moments < LAST)]
        assert offsets(zone, moments) == by_zoneinfo(name, moments), name


@pytest.mark.parametrize("name", ["Europe/Vienna", "Australia/Lord_Howe", "America/Nuuk", "Africa/Casablanca"])
def test_the_rule_counts_for_ever_and_mean_time_before_it_began(name: str) -> None:
    zone = zone_of(name)
    moments = np.arange(4_000_000_000, 4_000_000_000 + 63_072_000, 86_400)
    for cycles in (1, 20, 700_000_000):
        assert offsets(zone, moments + cycles * CYCLE) == offsets(zone, moments)
    assert set(offsets(zone, [-(2**63), -(2**40), -(10**11)])) == {int(zone.offsets[0])}


@pytest.mark.parametrize(
    ("name", "offset"), [("+02:00", 7200), ("-03:30", -12_600), ("UTC", 0), ("Etc/GMT+5", -18_000)]
)
def test_offsets_that_stay(name: str, offset: int) -> None:
    zone = zone_of(name)
    assert offsets(zone, [-(2**63), 0, 2**63 - 1]) == [offset] * 3
    days = seconds = np.zeros(2, np.int64)
    assert list(zone.first_offset(days, seconds)) == list(zone.last_offset(days, seconds)) == [offset] * 2


def test_what_a_clock_shows_twice_and_what_it_never_shows() -> None:
    zone = zone_of("Europe/Vienna")

    def both(text: str) -> list[str]:
        wall = np.datetime64(text, "s").astype(np.int64)
        parts = np.divmod(np.array([wall]), 86_400)
        moments = [wall - find(*parts)[0] for find in (zone.first_offset, zone.last_offset)]
        return [str(np.datetime64(int(moment), "s"))[11:] for moment in moments]

    assert both("2024-10-27T02:30") == ["00:30:00", "01:30:00"]
    assert both("2024-10-27T03:00") == ["02:00:00", "02:00:00"]
    assert both("2024-03-31T02:30") == ["01:00:00", "01:00:00"]
    assert both("2024-03-31T03:00") == ["01:00:00", "01:00:00"]
    assert both("2024-07-01T12:00") == ["10:00:00", "10:00:00"]


@pytest.mark.parametrize(
    ("rule", "in_2024"),
    [
        ("CET-1CEST,M3.5.0,M10.5.0/3", ["2024-03-31T01:00", "2024-10-27T01:00"]),
        ("IST-1GMT0,M10.5.0,M3.5.0/1", ["2024-03-31T01:00", "2024-10-27T01:00"]),
        ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", ["2024-03-31T01:00", "2024-10-27T01:00"]),
        ("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", ["2024-04-06T15:00", "2024-10-05T15:30"]),
        ("EST5EDT,J60/0,J365/0", ["2024-03-01T05:00", "2024-12-31T04:00"]),
        ("EST5EDT,59/0,364/0", ["2024-02-29T05:00", "2024-12-30T04:00"]),
        ("UTC0", []),
    ],
)
def test_rules(rule: str, in_2024: list[str]) -> None:
    moments, _ = rule_of(rule).transitions(2024, 2024)
    assert [str(each)[:16] for each in moments.view("M8[s]")] == in_2024


def test_summer_that_ends_when_the_next_one_begins_never_does() -> None:
    _, since = rule_of("XXX3EDT4,0/0,J365/23").transitions(2020, 2030)
    assert set(since[:-1]) == {-4 * 3600}


@pytest.mark.parametrize("text", ["", "CET", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,X3.5.0,M10.5.0"])
def test_what_is_no_rule_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected a"):
        rule_of(text).transitions(2024, 2024)


def test_files_of_the_first_version_have_no_rule() -> None:
    header = b"TZif" + bytes(16) + b"".join(n.to_bytes(4, "big") for n in (0, 0, 0, 1, 2, 8))
    kinds = (3600).to_bytes(4, "big") + b"\0\0" + (7200).to_bytes(4, "big") + b"\1\4"
    found = zone_files.parsed(header + (1000).to_bytes(4, "big") + b"\1" + kinds + b"CET\0CEST")
    assert (list(found.transitions), list(found.offsets), found.rule) == ([1000], [3600, 7200], "")


def test_a_zone_that_is_not_there() -> None:
    with pytest.raises(LookupError, match="Mars/Olympus"):
        zone_of("Mars/Olympus")


def test_without_files_of_the_system_those_of_the_package_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zoneinfo, "TZPATH", ())
    found = zone_files.read("Europe/Vienna")
    assert found.rule == "CET-1CEST,M3.5.0,M10.5.0/3"
    assert np.all(np.diff(found.transitions) > 0)
