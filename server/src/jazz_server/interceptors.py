"""What happens around every call: identity, admission, accounting, logging, and errors to statuses."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any

import grpc
import grpc.aio

from jazz_server.activity import Activity
from jazz_server.identity import caller, identify
from jazz_server.services.errors import DETAILS_KEY, known, status, status_code

_log = logging.getLogger("jazz_server.calls")

_OURS = "/jazz.v1."


class Boundary(grpc.aio.ServerInterceptor):
    """Stands around every method of Jazz; health and reflection pass."""

    def __init__(self, activity: Activity) -> None:
        self._activity = activity
        self._wrapped: dict[str, grpc.RpcMethodHandler[Any, Any]] = {}

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler[Any, Any] | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        """The handler of a method, wrapped."""
        method = handler_call_details.method
        wrapped = self._wrapped.get(method)
        if wrapped is None:
            handler = await continuation(handler_call_details)
            if handler is None or not method.startswith(_OURS):
                return handler
            wrapped = self._wrapped[method] = self._wrap(method, handler)
        return wrapped

    def _wrap(self, method: str, handler: grpc.RpcMethodHandler[Any, Any]) -> grpc.RpcMethodHandler[Any, Any]:
        behaviour: Any = handler.unary_unary or handler.unary_stream or handler.stream_unary or handler.stream_stream

        async def single(request: Any, context: Any) -> Any:
            async with self._call(method, context):
                return await behaviour(request, context)

        async def stream(request: Any, context: Any) -> AsyncIterator[Any]:
            async with self._call(method, context), aclosing(behaviour(request, context)) as responses:
                async for response in responses:
                    yield response

        make: Any = {
            (False, False): grpc.unary_unary_rpc_method_handler,
            (False, True): grpc.unary_stream_rpc_method_handler,
            (True, False): grpc.stream_unary_rpc_method_handler,
            (True, True): grpc.stream_stream_rpc_method_handler,
        }[handler.request_streaming, handler.response_streaming]
        wrapped: grpc.RpcMethodHandler[Any, Any] = make(
            stream if handler.response_streaming else single,
            request_deserializer=handler.request_deserializer,
            response_serializer=handler.response_serializer,
        )
        return wrapped

    @asynccontextmanager
    async def _call(self, method: str, context: Any) -> AsyncIterator[None]:
        began = time.perf_counter()
        identity = identify(context)
        outcome = "CANCELLED"
        entered = False
        try:
            self._activity.enter()
            entered = True
            caller.set(identity)
            yield
            outcome = "OK"
        except (grpc.aio.AbortError, GeneratorExit):
            raise
        except Exception as error:  # noqa: BLE001 - the boundary of the process: nothing unforeseen may leak to the client
            failure = known(error)
            outcome = failure.reason
            rich = status(failure)
            await context.abort(status_code(failure), rich.message, ((DETAILS_KEY, rich.SerializeToString()),))
        finally:
            if entered:
                self._activity.leave()
            if _log.isEnabledFor(logging.DEBUG):
                took = (time.perf_counter() - began) * 1e3
                _log.debug("%s by %s from %s: %s in %.1f ms", method[1:], identity, context.peer(), outcome, took)
