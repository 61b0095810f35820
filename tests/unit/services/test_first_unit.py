"""The first unit that a server meets: pint is loaded for it, which takes long, while other calls go on."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator

import numpy as np
import pint
import pytest

import jazz
import jazz.aio
from jazz.values import Tensor, dense
from jazz_server.kinds import units

SECONDS = 30
"""How long a test waits for what has to come."""


class SlowRegistry:
    """Stands in for pint's registry, which it becomes only when it is let go."""

    def __init__(self) -> None:
        self.loads = 0
        self.loading = threading.Event()
        self.let_go = threading.Event()
        self._registry = pint.UnitRegistry

    def __call__(self, **settings: str) -> pint.UnitRegistry:
        self.loads += 1
        self.loading.set()
        assert self.let_go.wait(SECONDS)
        return self._registry(**settings)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowRegistry]:
    def forget() -> None:
        for kept in (units._registry, units._unknown, units._difference):
            kept.cache_clear()

    registry = SlowRegistry()
    monkeypatch.setattr(pint, "UnitRegistry", registry)
    forget()
    yield registry
    registry.let_go.set()
    forget()


def metres(unit: str = "m") -> Tensor:
    tensor = dense(np.ones(3))
    return Tensor(tensor.dtype, tensor.shape, data=tensor.data, unit=unit)


async def put(db: jazz.aio.Database) -> object:
    return await db.put("lab/new", metres())


async def put_in_batch(db: jazz.aio.Database) -> object:
    async with db.batch() as batch:
        await batch.put("lab/new", metres())
    return batch


async def commit(db: jazz.aio.Database) -> object:
    async with db.commit() as commit:
        await commit.put("lab/new", metres())
    return commit


async def put_kind(db: jazz.aio.Database) -> object:
    return await db.kinds.put("lab/new", "float64[n] in m")


async def match_kind(db: jazz.aio.Database) -> object:
    return await db.kinds.match("float64[n]", metres())


async def put_without_unit_where_a_kind_asks_for_one(db: jazz.aio.Database) -> object:
    with pytest.raises(jazz.KindMismatch):
        await db.put("lab/new", np.ones(3), kind="lab/old")
    return None


async def run(db: jazz.aio.Database) -> object:
    @jazz.pipeline
    def twice(x: jazz.Dense["n"]):  # type: ignore[no-untyped-def]  # noqa: F821
        return x + x

    return await db.run(twice, x=metres())


Door = Callable[[jazz.aio.Database], Awaitable[object]]

DOORS = [
    put,
    put_in_batch,
    commit,
    put_kind,
    match_kind,
    put_without_unit_where_a_kind_asks_for_one,
    run,
]


@pytest.fixture
async def old(db: jazz.aio.Database) -> None:
    """A kind with a unit, of the time before the server was started again."""
    await db.kinds.put("lab/old", "float64[n] in m")


@pytest.mark.parametrize("door", DOORS)
async def test_other_calls_are_answered_while_the_units_are_loaded(
    db: jazz.aio.Database, old: None, slow: SlowRegistry, door: Door
) -> None:
    waiting = asyncio.create_task(door(db))
    assert await asyncio.to_thread(slow.loading.wait, SECONDS)

    async with asyncio.timeout(SECONDS):
        await db.put("lab/other", np.ones(3))
        assert (await db.get("lab/other")).shape == (3,)

    assert not waiting.done()
    slow.let_go.set()
    await waiting


async def test_many_first_units_load_them_once(db: jazz.aio.Database, old: None, slow: SlowRegistry) -> None:
    doors = [db.put(f"lab/b{n}", metres("km" if n % 2 else "m")) for n in range(12)]
    waiting = [asyncio.create_task(each) for each in [*doors, *(door(db) for door in DOORS)]]
    assert await asyncio.to_thread(slow.loading.wait, SECONDS)

    async with asyncio.timeout(SECONDS):
        await db.put("lab/large", np.ones(1 << 20))

    assert not any(each.done() for each in waiting)
    slow.let_go.set()
    await asyncio.gather(*waiting)
    assert slow.loads == 1


async def test_what_is_wrong_with_units_is_told_in_its_place(db: jazz.aio.Database) -> None:
    async def three() -> None:
        async with db.commit() as commit:
            await commit.put("lab/a", metres("metr"))
            await commit.put("lab/b", metres())
            await commit.put("lab/c", metres("secon"))

    with pytest.raises(jazz.InvalidArgument) as caught:
        await three()

    assert [v.field for v in caught.value.violations] == ["operations[0].value.unit", "operations[2].value.unit"]
