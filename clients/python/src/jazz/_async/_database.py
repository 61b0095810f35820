"""A connection to a server."""

from __future__ import annotations

from types import TracebackType
from typing import NoReturn, Self

from jazz._async._batches import Batch
from jazz._async._calls import Calls
from jazz._async._commits import Commit
from jazz._async._kinds import Kinds
from jazz._async._pipelines import Runs
from jazz._async._sessions import Session
from jazz._async._spaces import Spaces
from jazz._infos import ServerInfo, server_info
from jazz._names import seconds
from jazz._target import DEFAULT_TARGET, resolve
from jazz._tls import Tls
from jazz.v1 import server_pb2


class Server:
    """The server itself: `db.server`."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def info(self, *, timeout: float | None = None) -> ServerInfo:
        """What runs there and within which limits."""
        answer = await self._calls.unary(
            "Server/GetServerInfo",
            server_pb2.GetServerInfoRequest(),
            server_pb2.GetServerInfoResponse,
            timeout,
            repeatable=True,
        )
        return server_info(answer)


class Database(Runs):
    """A connection to a Jazz server; made by `connect`, closed by `close` or by leaving its `with` block.

    Attributes:
        spaces: Spaces: create, get, list, update, delete.
        kinds: Kinds: put, get, list, delete, match.
        pipelines: Pipelines: put, get, list, delete, explain.
        server: The server itself: info.
        target: The address, as given.
    """

    def __init__(self, calls: Calls) -> None:
        super().__init__(calls)
        self.spaces = Spaces(calls)
        self.kinds = Kinds(calls)
        self.server = Server(calls)
        self.target = calls.target

    def batch(self, *, timeout: float | None = None) -> Batch:
        """Several small operations in one message: `async with db.batch() as batch: ...`."""
        seconds("timeout", timeout)
        return Batch(self._calls, timeout)

    def session(self, *, timeout: float | None = None) -> Session:
        """Many thousands of small operations over one call: `async with db.session() as session: ...`."""
        seconds("timeout", timeout)
        return Session(self._calls, timeout)

    def commit(self, *, timeout: float | None = None) -> Commit:
        """Several writes, all of which happen, or none: `async with db.commit() as commit: ...`."""
        seconds("timeout", timeout)
        return Commit(self._calls, timeout)

    async def close(self) -> None:
        """Close the connection; calls under way in other threads or tasks are called off. Closing twice is fine."""
        await self._calls.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def __reduce__(self) -> NoReturn:
        raise TypeError("a connection cannot be pickled; connect in each process that needs one")

    def __repr__(self) -> str:
        return f"<Database {self.target}>"


def connect(
    target: str = DEFAULT_TARGET,
    *,
    token: str | None = None,
    tls: bool | Tls | None = None,
    timeout: float | None = None,
    progress: bool | None = None,
) -> Database:
    """A connection to a Jazz server.

    This asks the server nothing: when none answers, the first call says so, with `Unavailable`. Calls that cannot act
    twice (reads, and writes that the server recognises by their request id) are made up to five times within their
    timeout, with growing pauses, when the server is unavailable. Any number of threads may use a connection; after a
    `fork`, the child cannot, and is told so.

    Args:
        target: `host:port`, `[ipv6]:port` or `unix:/path/to/socket`; port 50051 when there is none.
        token: Who is calling: sent with every call as a bearer token, over TLS, a Unix socket or a loopback address
            only.
        tls: None for plain text, True for TLS with the system's certificates, or `jazz.Tls(...)`.
        timeout: Seconds that any call may take, unless the call says otherwise; infinity for no limit. When None, calls
            with bulk data (values, runs, sessions) have no limit, and all others 60 seconds.
        progress: Whether to show bars on standard error for transfers that last over a second; when None, if standard
            error is a terminal.

    Raises:
        InvalidArgument: An argument is not valid, or a file is no certificate or key, or not that of the other.

    >>> async with jazz.aio.connect(target) as db:
    ...     await db.put("lab/greeting", "hello")
    ...     await db.get("lab/greeting")
    <BlockInfo lab/greeting@...: string[], 69 B>
    'hello'
    """
    return Database(Calls(resolve(target, token=token, tls=tls), timeout=timeout, progress=progress))
