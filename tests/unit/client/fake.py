"""A server that does as it is told: for what a real one does not do on purpose."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from google.protobuf.any_pb2 import Any as Packed
from google.protobuf.message import Message
from google.rpc.status_pb2 import Status

Behaviour = Callable[[Iterator[bytes], grpc.ServicerContext], Iterator[bytes]]
"""What a method does: from the messages that arrive to those that leave."""


class Fake:
    """A server on a free port, whose methods are set one by one.

    Attributes:
        target: Where it listens.
        calls: The names of the methods called, in order.
    """

    def __init__(self) -> None:
        self.calls: list[str] = []
        self._methods: dict[str, Behaviour] = {}
        self._server = grpc.server(ThreadPoolExecutor(4))
        self._server.add_generic_rpc_handlers((_Handler(self),))
        self.target = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._server.start()

    def on(self, method: str, behaviour: Behaviour) -> None:
        """Set what a method such as "Blocks/GetBlock" does."""
        self._methods[f"/jazz.v1.{method}"] = behaviour

    def answers(self, method: str, *answers: Message | bytes) -> None:
        """Let a method read all that arrives and give these messages."""

        def behaviour(arriving: Iterator[bytes], _: grpc.ServicerContext) -> Iterator[bytes]:
            for _message in arriving:
                pass
            for answer in answers:
                yield answer if isinstance(answer, bytes) else answer.SerializeToString()

        self.on(method, behaviour)

    def behaviour(self, path: str) -> Behaviour | None:
        """What the method does."""
        return self._methods.get(path)

    def stop(self) -> None:
        """Stop it, and end the calls under way."""
        self._server.stop(0).wait()


class _Handler(grpc.GenericRpcHandler):
    def __init__(self, fake: Fake) -> None:
        self._fake = fake

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[Any, Any] | None:
        behaviour = self._fake.behaviour(details.method)
        if behaviour is None:
            return None
        self._fake.calls.append(details.method.removeprefix("/jazz.v1."))
        return grpc.stream_stream_rpc_method_handler(behaviour)


def refuse(context: grpc.ServicerContext, code: grpc.StatusCode, text: str = "", *details: Message | Packed) -> None:
    """End a call with a status, with details if there are any."""
    if details:
        status = Status(code=code.value[0], message=text)
        for detail in details:
            if isinstance(detail, Packed):
                status.details.append(detail)
            else:
                status.details.add().Pack(detail)
        context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(code, text)
