"""Asks a server whether it serves, with gRPC's own health service: what a container's health check runs."""

from __future__ import annotations

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc


def problem(target: str, timeout: float) -> str | None:
    """What is wrong with the server at `target`; None when it serves. An infinite `timeout` is none."""
    seconds = None if timeout == float("inf") else timeout
    with grpc.insecure_channel(target) as channel:
        try:
            answer = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=seconds)
        except grpc.RpcError as error:
            return f"no answer from {target}: {error.details()}"
    if answer.status == health_pb2.HealthCheckResponse.SERVING:
        return None
    return f"{target} answers {health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status)}"
