"""Operations that travel together: batches, sessions, commits."""

import numpy as np
import pytest

import jazz
import jazz.aio
from client_database import adb, db

__all__ = ["adb", "db"]


def test_a_batch_answers_each_operation(db: jazz.Database) -> None:
    with db.batch() as batch:
        put = batch.put("lab/x", np.arange(4), attributes={"a": "1"})
        copied = batch.copy("lab/x", "lab/y")
        part = batch.get("lab/x", rows=slice(1, 3))
        info = batch.info("lab/y")
        deleted = batch.delete("lab/x")
        lost = batch.get("lab/x")
        assert not put.done
        with pytest.raises(jazz.FailedPrecondition):
            _ = put.value

    assert put.value.shape == (4,)
    assert copied.value.name == info.value.name == "lab/y"
    assert part.value.tolist() == [1, 2]
    assert deleted.value is None
    with pytest.raises(jazz.NotFound):
        _ = lost.value
    assert lost.error is not None
    assert [result.done for result in batch.results] == [True] * 6
    with pytest.raises(jazz.NotFound):
        batch.check()


def test_a_batch_that_is_left_by_an_exception_is_not_sent(db: jazz.Database) -> None:
    with pytest.raises(ZeroDivisionError), db.batch() as batch:  # noqa: PT012
        put = batch.put("lab/x", 1)
        _ = 1 // 0

    assert isinstance(put.error, jazz.Cancelled)
    assert "lab/x" not in db


def test_a_batch_is_sent_once(db: jazz.Database) -> None:
    with db.batch() as batch:
        batch.put("lab/x", 1)

    with pytest.raises(jazz.FailedPrecondition):
        batch.put("lab/y", 1)


def test_an_empty_batch_is_nothing(db: jazz.Database) -> None:
    with db.batch() as batch:
        pass

    assert batch.results == ()


def test_a_batch_whose_call_fails_fails_every_result() -> None:
    with jazz.connect("localhost:1") as db:
        batch = db.batch(timeout=0.2)
        with pytest.raises(jazz.JazzError), batch:
            result = batch.get("lab/x")

    assert result.error is not None


def test_a_bad_argument_leaves_a_batch_as_it_was(db: jazz.Database) -> None:
    with db.batch() as batch:
        with pytest.raises(jazz.InvalidArgument):
            batch.put("lab/x", 1, ttl=-1)
        batch.put("lab/y", 1)

    assert len(batch.results) == 1
    assert "lab/y" in db


async def test_batches_sessions_and_commits_are_awaited(adb: jazz.aio.Database) -> None:
    async with adb.batch() as batch:
        await batch.put("lab/x", 7)
        read = await batch.get("lab/x")
    async with adb.session() as session:
        results = [await session.get("lab/x") for _ in range(1000)]
    async with adb.commit() as commit:
        await commit.put("lab/y", np.zeros(100_000))
        await commit.copy("lab/x", "lab/z")

    assert read.value == 7
    assert {result.value for result in results} == {7}
    assert await adb.get("lab/z") == 7


def test_a_session_does_thousands_in_order(db: jazz.Database) -> None:
    with db.session() as session:
        puts = [session.put(f"many/{number % 100}", number) for number in range(3000)]
        session.flush()
        assert all(put.done for put in puts)
        gets = [session.get(f"many/{number}") for number in range(100)]

    assert session.failed == []
    assert [get.value for get in gets] == list(range(2900, 3000))


def test_a_session_goes_on_after_operations_that_fail(db: jazz.Database) -> None:
    with db.session() as session:
        lost = session.get("lab/nothing")
        put = session.put("lab/x", 1)
        bad = session.put("lab/..", 1)

    assert put.value.name == "lab/x"
    assert session.failed == [lost, bad]
    assert isinstance(bad.error, jazz.InvalidArgument)
    with pytest.raises(jazz.NotFound):
        session.check()


def test_a_session_takes_large_answers_while_it_sends(db: jazz.Database) -> None:
    db.put("lab/x", np.zeros(100_000, np.uint8))

    with db.session() as session:
        results = [session.get("lab/x") for _ in range(600)]
        results.append(session.put("lab/y", np.zeros(200_000, np.uint8)))

    assert all(len(result.value) == 100_000 for result in results[:-1])


async def test_an_asynchronous_session_takes_large_answers_while_it_sends(adb: jazz.aio.Database) -> None:
    await adb.put("lab/x", np.zeros(100_000, np.uint8))

    async with adb.session() as session:
        results = [await session.get("lab/x") for _ in range(600)]
        for number in range(20):
            await session.put(f"lab/y/{number}", np.zeros(200_000, np.uint8))

    assert all(len(result.value) == 100_000 for result in results)
    assert session.failed == []


def test_a_session_is_used_inside_its_block(db: jazz.Database) -> None:
    session = db.session()
    with pytest.raises(jazz.FailedPrecondition):
        session.put("lab/x", 1)
    with session:
        session.put("lab/x", 1)
    with pytest.raises(jazz.FailedPrecondition):
        session.put("lab/x", 1)


def test_a_session_that_is_left_by_an_exception_says_that_it_may_have_happened(db: jazz.Database) -> None:
    with pytest.raises(ZeroDivisionError), db.session() as session:  # noqa: PT012
        put = session.put("lab/x", 1)
        _ = 1 // 0

    assert isinstance(put.error, jazz.Cancelled)


def test_a_session_with_a_server_that_is_not_there_fails_every_result() -> None:
    with jazz.connect("localhost:1") as db:
        session = db.session()
        with pytest.raises(jazz.Unavailable), session:
            result = session.get("lab/x")

    assert isinstance(result.error, jazz.Unavailable)
    assert session.failed == [result]


def test_a_commit_stores_all(db: jazz.Database) -> None:
    db.put("lab/old", 1)
    db.put("lab/kept", 1)

    with db.commit() as commit:
        large = commit.put("lab/large", np.arange(1_000_000))
        small = commit.put("lab/small", "text", attributes={"a": "1"})
        copied = commit.copy("lab/old", "lab/copy")
        updated = commit.update("lab/kept", attributes={"b": "2"})
        deleted = commit.delete("lab/old")
        assert "lab/large" not in db

    assert large.value.shape == (1_000_000,)
    assert small.value.attributes == {"a": "1"}
    assert copied.value.name == "lab/copy"
    assert updated.value.attributes == {"b": "2"}
    assert deleted.value is None
    assert np.array_equal(db.get("lab/large"), np.arange(1_000_000))
    assert "lab/old" not in db


def test_a_commit_that_cannot_be_made_stores_nothing(db: jazz.Database) -> None:
    db.put("lab/x", 1)

    commit = db.commit()
    with pytest.raises(jazz.JazzError) as caught, commit:  # noqa: PT012
        large = commit.put("lab/large", np.arange(1_000_000))
        commit.put("lab/x", 2, if_version=0)

    assert isinstance(caught.value, jazz.AlreadyExists | jazz.VersionConflict)
    assert large.error is caught.value
    assert "lab/large" not in db
    assert db.get("lab/x") == 1


def test_a_commit_that_is_left_by_an_exception_stores_nothing(db: jazz.Database) -> None:
    with pytest.raises(ZeroDivisionError), db.commit() as commit:  # noqa: PT012
        put = commit.put("lab/x", np.arange(1_000_000))
        _ = 1 // 0

    assert isinstance(put.error, jazz.Cancelled)
    assert "lab/x" not in db


def test_a_commit_keeps_values_as_they_were_put(db: jazz.Database) -> None:
    small, large = np.zeros(3), np.zeros(1_000_000)

    with db.commit() as commit:
        commit.put("lab/small", small)
        commit.put("lab/large", large)
        small[:] = large[:] = 1

    assert not db.get("lab/small").any()
    assert not db.get("lab/large").any()


def test_two_writes_on_the_same_block_are_refused(db: jazz.Database) -> None:
    commit = db.commit()
    with pytest.raises(jazz.InvalidArgument), commit:  # noqa: PT012
        commit.put("lab/x", 1)
        commit.put("lab/x", 2)


def test_a_commit_ends(db: jazz.Database) -> None:
    with db.commit() as commit:
        pass
    with pytest.raises(jazz.FailedPrecondition):
        commit.put("lab/x", 1)
