"""The store does what a dict of lists would do, whatever the order of operations."""

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from jazz_server.store import Copy, Delete, Operation, Precondition, Put, SpaceSettings, Store, StoreOptions
from jazz_server.store.errors import BlockExists, BlockNotFound, VersionConflict, VersionNotFound
from jazz_server.store.options import Recycling
from unit.store.shop import Shop, block, segment_files

T = TypeVar("T")
KEPT = 3
OPTIONS = StoreOptions(trial_seconds=None, sweep_seconds=3600, recycling=Recycling(least_bytes=16_384))

names = st.sampled_from(["demo/a", "demo/a/b", "demo/é", "fast/a", "fast/z"])
bodies = st.sampled_from([b"", b"small", b"s" * 16_384, b"L" * 16_385, b"XL" * 50_000])


@dataclass(frozen=True)
class Version:
    number: int
    body: bytes


class StoreModel(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = Path(tempfile.mkdtemp())
        self.model: dict[str, list[Version]] = {}
        self.last = 0

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    @initialize()
    def start(self) -> None:
        self.store = self.wait(Store.open(self.folder, OPTIONS))
        self.wait(self.store.create_space("demo", SpaceSettings(versions_kept=KEPT)))
        self.make_volatile()

    def make_volatile(self) -> None:
        self.wait(self.store.create_space("fast", SpaceSettings(volatile=True, quota_bytes=10**9, versions_kept=KEPT)))

    def add(self, name: str, number: int, body: bytes) -> None:
        assert number > self.last
        self.last = number
        self.model[name] = [Version(number, body), *self.model.get(name, [])][:KEPT]

    @rule(name=names, body=bodies, condition=st.sampled_from(["none", "latest", "wrong", "absent"]))
    def put(self, name: str, body: bytes, condition: str) -> None:
        there = self.model.get(name)
        latest = there[0].number if there else 0
        precondition = {
            "none": Precondition(),
            "latest": Precondition(if_version=latest),
            "wrong": Precondition(if_version=latest + 1),
            "absent": Precondition(must_not_exist=True),
        }[condition]
        try:
            number = self.wait(Shop(self.store).put(name, body, precondition=precondition))
        except VersionConflict:
            assert condition == "wrong"
        except BlockExists:
            assert condition == "absent"
            assert there
        else:
            assert condition in ("none", "latest") or not there
            self.add(name, number, body)

    @rule(name=names, which=st.none() | st.integers(0, KEPT))
    def delete(self, name: str, which: int | None) -> None:
        there = self.model.get(name, [])
        number = None if which is None else there[which].number if which < len(there) else self.last + 1
        if not there or (number is not None and number > self.last):
            with pytest.raises(VersionNotFound if there else BlockNotFound):
                self.wait(self.store.commit([Delete(block(name), number)]))
            return
        self.wait(self.store.commit([Delete(block(name), number)]))
        left = [] if number is None else [each for each in there if each.number != number]
        if left:
            self.model[name] = left
        else:
            del self.model[name]

    @rule(source=names, onto=names)
    def copy(self, source: str, onto: str) -> None:
        try:
            [outcome] = self.wait(self.store.commit([Copy(block(source), block(onto))]))
        except BlockNotFound:
            assert source not in self.model
        else:
            self.add(onto, outcome.version, self.model[source][0].body)

    @rule(body=bodies, fails=st.booleans())
    def commit(self, body: bytes, fails: bool) -> None:
        operations: list[Operation] = [Put(block("demo/a"), b"", inline=body), Copy(block("demo/a"), block("demo/é"))]
        last = Precondition(if_version=self.last + 1_000_000) if fails else Precondition()
        operations.append(Put(block("demo/a/b"), b"", inline=body, precondition=last))
        try:
            outcomes = self.wait(self.store.commit(operations))
        except VersionConflict:
            assert fails
        else:
            for outcome in outcomes:
                self.add(str(outcome.name), outcome.version, body)

    @rule()
    def sweep(self) -> None:
        self.wait(self.store.sweep())

    @rule()
    def reopen(self) -> None:
        self.wait(self.store.close())
        self.store = self.wait(Store.open(self.folder, OPTIONS))
        self.model = {name: versions for name, versions in self.model.items() if not name.startswith("fast/")}
        self.make_volatile()

    @invariant()
    def the_store_holds_what_the_model_holds(self) -> None:
        if not hasattr(self, "store"):
            return
        shop = Shop(self.store)
        for space in ("demo", "fast"):
            mine = {name: versions for name, versions in self.model.items() if name.startswith(f"{space}/")}
            assert [f"{space}/{path}" for path in shop.names(space)] == sorted(mine, key=str.encode)
            for name, versions in mine.items():
                assert shop.versions(name) == [version.number for version in versions]
                for version in versions:
                    assert self.wait(shop.get(name, version.number)) == version.body
            statistics = self.store.get_space(space)
            assert statistics.blocks == len(mine)
            assert statistics.versions == sum(len(versions) for versions in mine.values())
            assert statistics.bytes == sum(head.charge for name in mine for head in self.store.versions(block(name)))

    def teardown(self) -> None:
        if hasattr(self, "store"):
            for name in self.model:
                self.wait(self.store.commit([Delete(block(name))]))
            self.wait(self.store._core.pins.drained())
            assert segment_files(self.folder) == []
            assert not self.store._core.pins._memory
            self.wait(self.store.close())
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()
        shutil.rmtree(self.folder)


StoreModel.TestCase.settings = settings(
    max_examples=10, stateful_step_count=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
test_store_model = StoreModel.TestCase
