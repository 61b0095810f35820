"""Many clients at once, and clients and servers that go away."""

import asyncio
import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import jazz
import jazz.aio
from client_database import adb, db, put_and_get
from running_server import RunningServer

__all__ = ["adb", "db"]


def test_processes_put_and_get_in_parallel(db: jazz.Database) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        done = pool.starmap(put_and_get, [(db.target, process, 25) for process in range(4)])

    assert done == [25] * 4
    assert len(list(db.list("lab"))) == 100


def test_threads_put_and_get_in_parallel_over_one_connection(db: jazz.Database) -> None:
    def work(number: int) -> bool:
        value = np.full(300_000, number)
        db.put(f"lab/{number}", value)
        return np.array_equal(db.get(f"lab/{number}"), value)

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(work, range(100)))


async def test_tasks_put_and_get_in_parallel_over_one_connection(adb: jazz.aio.Database) -> None:
    async def work(number: int) -> bool:
        value = np.full(300_000, number)
        await adb.put(f"lab/{number}", value)
        return np.array_equal(await adb.get(f"lab/{number}"), value)

    assert all(await asyncio.gather(*map(work, range(50))))


def test_one_of_many_wins_a_race_for_a_version(db: jazz.Database) -> None:
    version = db.put("lab/x", -1).version

    def work(number: int) -> int | None:
        try:
            db.put("lab/x", number, if_version=version)
        except jazz.VersionConflict:
            return None
        return number

    with ThreadPoolExecutor(8) as threads:
        winners = [number for number in threads.map(work, range(16)) if number is not None]

    assert winners == [db.get("lab/x")]


async def test_a_put_that_is_cut_off_leaves_the_old_version(adb: jazz.aio.Database) -> None:
    await adb.put("lab/x", 1)
    for delay in (0.0, 0.005, 0.02):
        task = asyncio.ensure_future(adb.put("lab/x", np.zeros(6_000_000)))
        await asyncio.sleep(delay)
        task.cancel()
        await asyncio.wait([task])
        if task.cancelled():
            assert await adb.get("lab/x") == 1


def test_a_put_that_runs_out_of_time_leaves_the_old_version(db: jazz.Database) -> None:
    db.put("lab/x", 1)

    with pytest.raises(jazz.DeadlineExceeded):
        db.put("lab/x", np.zeros(6_000_000), timeout=0.002)

    assert db.get("lab/x") == 1


def test_a_connection_finds_a_server_that_was_restarted(server: RunningServer) -> None:
    with jazz.connect(server.target) as db:
        db.put("lab/x", 1)
        server.stop()
        with pytest.raises(jazz.Unavailable):
            db.get("lab/x", timeout=5)
        server.start()
        assert db.get("lab/x") == 1
        server.restart()
        assert db.put("lab/x", 2).version


def test_a_session_whose_server_goes_away_fails(server: RunningServer) -> None:
    with jazz.connect(server.target) as db:
        session = db.session()
        with pytest.raises(jazz.JazzError), session:  # noqa: PT012
            session.put("lab/x", 1)
            session.flush()
            server.kill()
            late = session.put("lab/y", 1)

    assert late.error is not None
    assert session.failed == [late]


def test_a_unix_socket_serves_as_well(shared_server: RunningServer, db: jazz.Database) -> None:
    db.put("lab/x", 1)

    with jazz.connect(f"unix:{shared_server.socket}", token="anything") as other:
        assert other.get("lab/x") == 1


def test_a_socket_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "jazz.sock"
    with jazz.connect(f"unix:{path}") as db, pytest.raises(jazz.Unavailable) as caught:
        db.info("lab/x", timeout=1)

    assert str(path) in str(caught.value)
