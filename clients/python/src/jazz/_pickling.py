"""Records with mappings that cannot be written to, which Python's own proxies keep from being pickled or copied."""

from __future__ import annotations

from dataclasses import fields
from types import MappingProxyType
from typing import Any, TypeVar

R = TypeVar("R")


class Record:
    """A frozen dataclass that can be pickled and copied, although some of its fields are mapping proxies."""

    __slots__ = ()

    def __reduce__(self) -> tuple[Any, ...]:
        values = [getattr(self, field.name) for field in fields(self)]  # type: ignore[arg-type]
        proxies = [index for index, value in enumerate(values) if isinstance(value, MappingProxyType)]
        for index in proxies:
            values[index] = dict(values[index])
        return _record, (type(self), values, proxies)


def _record(cls: type[R], values: list[Any], proxies: list[int]) -> R:
    return cls(*(MappingProxyType(value) if index in proxies else value for index, value in enumerate(values)))
