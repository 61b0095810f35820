"""gRPC's handlers for a servicer, made from the description of its service in the contract.

Messages arrive as bytes and are parsed here, so that bytes which are no message are refused as any other bad input.
"""

from __future__ import annotations

import re
from typing import Any, TypeVar

import grpc
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass

from jazz_server.services.errors import invalid

_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")
_M = TypeVar("_M", bound=Message)


def service_handler(
    service: ServiceDescriptor, servicer: object, framed: frozenset[str] = frozenset()
) -> grpc.GenericRpcHandler:
    """The handlers of all methods of a service; `PutBlock` is the servicer's `put_block`.

    A method that takes a stream gets its messages as bytes; so does gRPC from those in `framed`, which frame their
    answers by hand.
    """
    handlers = {
        method.name: _method_handler(method, getattr(servicer, _snake(method.name)), method.name in framed)
        for method in service.methods
    }
    return grpc.method_handlers_generic_handler(service.full_name, handlers)


def parse(message: type[_M], data: bytes) -> _M:
    """A message from its bytes.

    Raises:
        jazz.errors.InvalidArgument: They are none.
    """
    try:
        return message.FromString(data)
    except DecodeError as error:
        raise invalid("request", f"a {message.DESCRIPTOR.full_name} message", "bytes that cannot be parsed") from error


def _method_handler(method: MethodDescriptor, behaviour: Any, framed: bool) -> grpc.RpcMethodHandler[Any, Any]:
    request: Any = GetMessageClass(method.input_type)
    response: Any = GetMessageClass(method.output_type)

    async def unary(data: bytes, context: Any) -> Any:
        return await behaviour(parse(request, data), context)

    def streaming(data: bytes, context: Any) -> Any:
        return behaviour(parse(request, data), context)

    serializer = None if framed and method.server_streaming else response.SerializeToString
    match method.client_streaming, method.server_streaming:
        case False, False:
            return grpc.unary_unary_rpc_method_handler(unary, response_serializer=serializer)
        case False, True:
            return grpc.unary_stream_rpc_method_handler(streaming, response_serializer=serializer)
        case True, False:
            return grpc.stream_unary_rpc_method_handler(behaviour, response_serializer=serializer)
        case _:
            return grpc.stream_stream_rpc_method_handler(behaviour, response_serializer=serializer)


def _snake(name: str) -> str:
    return _WORD.sub("_", name).lower()
