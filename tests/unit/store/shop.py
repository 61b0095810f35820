"""A store behind short names, and a clock that tests set."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from jazz_server.store import BlockName, Put, Store


@dataclass
class Clock:
    ns: int = 1_700_000_000_000_000_000

    def __call__(self) -> int:
        return self.ns

    def advance(self, seconds: float) -> None:
        self.ns += int(seconds * 1e9)


class Shop:
    """A store and short ways to use it."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def put(self, name: str, body: bytes = b"", **fields: object) -> int:
        put = Put(block(name), b"header", inline=body, **fields)  # type: ignore[arg-type]
        [outcome] = await self.store.commit([put])
        return outcome.version

    async def get(self, name: str, version: int | None = None) -> bytes:
        async with self.store.open_body(self.store.head(block(name), version)) as body:
            return bytes(await body.read())

    def names(self, space: str, prefix: str = "") -> list[str]:
        return [head.name.path for head in self.store.list_blocks(space, prefix=prefix, page_size=1000).items]

    def versions(self, name: str) -> list[int]:
        return [head.version for head in self.store.versions(block(name))]


def block(text: str) -> BlockName:
    space, _, path = text.partition("/")
    return BlockName(space, path)


def segment_files(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / "data" / "segments").rglob("*") if path.is_file())


async def until_writable(store: Store) -> None:
    async with asyncio.timeout(20):
        while not store.writable:
            await asyncio.sleep(0.01)
