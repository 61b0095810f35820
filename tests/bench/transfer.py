"""Bulk and small transfers, against Arrow Flight: the same bytes through the same kind of server on this machine."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.flight as flight

import jazz
from figures import Figure, alternately
from local_server import Server

MEGABYTES = 200
SMALL = 1000


class Memory(flight.FlightServerBase):  # type: ignore[misc]
    """Keeps the tables that it is sent in memory: Flight's own example, without a disk."""

    def __init__(self) -> None:
        super().__init__("grpc://127.0.0.1:0")
        self.tables: dict[bytes, pa.Table] = {}

    def do_put(self, context: Any, descriptor: Any, reader: Any, writer: Any) -> None:
        """Keeps a table under the path of the descriptor."""
        self.tables[descriptor.path[0]] = reader.read_all()

    def do_get(self, context: Any, ticket: Any) -> Any:
        """Gives the table of the ticket."""
        return flight.RecordBatchStream(self.tables[ticket.ticket])


@contextmanager
def both() -> Iterator[tuple[jazz.Database, Any]]:
    """A client of Jazz and one of Flight, each with a server."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Memory() as memory,
        Server(Path(folder) / "data", Path(folder) / "log") as server,
        jazz.connect(server.target) as db,
        flight.connect(f"grpc://127.0.0.1:{memory.port}") as peer,
    ):
        yield db, peer


def _peer(what: str) -> str:
    return f"Arrow Flight {pa.__version__}, {what}"


def bulk() -> Iterator[Figure]:
    """Megabytes a second of one large array of doubles. Jazz's is checksummed and on disk, Flight's in memory."""
    array = np.random.default_rng(1).random(MEGABYTES * 1_000_000 // 8)
    table = pa.table({"x": array})
    descriptor = flight.FlightDescriptor.for_path("x")

    with both() as (db, peer):

        def flight_put() -> None:
            writer, _ = peer.do_put(descriptor, table.schema)
            with writer:
                writer.write_table(table)

        def flight_get() -> None:
            peer.do_get(flight.Ticket(b"x")).read_all()

        put, peer_put = alternately(lambda: db.put("bench/x", array), flight_put)
        get, peer_get = alternately(lambda: db.get("bench/x"), flight_get)
    yield Figure("transfer.put.200MB", "MB/s", MEGABYTES / put, MEGABYTES / peer_put, _peer("memory only"))
    yield Figure("transfer.get.200MB", "MB/s", MEGABYTES / get, MEGABYTES / peer_get, _peer("memory only"))


def small() -> Iterator[Figure]:
    """Pairs of a put and a get of 8 doubles, a second: one by one, and a thousand in two calls."""
    array = np.arange(8.0)
    table = pa.table({"x": array})
    descriptor = flight.FlightDescriptor.for_path("x")

    with both() as (db, peer):

        def ours() -> None:
            for _ in range(SMALL // 10):
                db.put("bench/small", array)
                db.get("bench/small")

        def ours_batch() -> None:
            with db.batch() as batch:
                for number in range(SMALL):
                    batch.put(f"bench/small-{number}", array)
            with db.batch() as batch:
                for number in range(SMALL):
                    batch.get(f"bench/small-{number}")

        def theirs() -> None:
            for _ in range(SMALL // 10):
                writer, _ = peer.do_put(descriptor, table.schema)
                with writer:
                    writer.write_table(table)
                peer.do_get(flight.Ticket(b"x")).read_all()

        single, peer_single = alternately(ours, theirs)
        batch, peer_batch = alternately(ours_batch, theirs)
    yield Figure("small.single", "pairs/s", SMALL / 10 / single, SMALL / 10 / peer_single, _peer("memory only"))
    yield Figure("small.batch", "pairs/s", SMALL / batch, SMALL / 10 / peer_batch, _peer("one by one, memory only"))
