"""Several outputs at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Self, SupportsIndex, overload


class Outputs(tuple[Any, ...]):
    """The outputs of a run in their order: unpacked like a tuple, or taken by name.

    `outputs["values"]` always works; `outputs.values` does too, unless the name is one of a tuple's own methods.

    >>> from jazz import Outputs
    >>> top = Outputs(["values", "indices"], [[0.9], [7]])
    >>> values, indices = top
    >>> top["indices"], top.values
    ([7], [0.9])
    """

    names: tuple[str, ...]

    def __new__(cls, names: Iterable[str], results: Iterable[Any]) -> Self:
        self = super().__new__(cls, results)
        self.names = tuple(names)
        if len(self.names) != len(self):
            raise ValueError(f"{len(self.names)} names for {len(self)} outputs")
        return self

    @overload
    def __getitem__(self, key: SupportsIndex, /) -> Any: ...
    @overload
    def __getitem__(self, key: slice, /) -> tuple[Any, ...]: ...
    @overload
    def __getitem__(self, key: str, /) -> Any: ...
    def __getitem__(self, key: SupportsIndex | slice | str, /) -> Any:
        if isinstance(key, str):
            try:
                return super().__getitem__(self.names.index(key))
            except ValueError:
                raise KeyError(f"{key!r}; the outputs are {', '.join(self.names)}") from None
        return super().__getitem__(key)

    def __getattr__(self, name: str) -> Any:
        names = self.__dict__.get("names", ())
        if name in names:
            return super().__getitem__(names.index(name))
        raise AttributeError(f"no output {name!r}; the outputs are {', '.join(names)}")

    def items(self) -> Iterator[tuple[str, Any]]:
        """Names and results."""
        return zip(self.names, self, strict=True)

    def __reduce__(self) -> tuple[object, ...]:
        return (Outputs, (self.names, tuple(self)))

    def __repr__(self) -> str:
        return "Outputs(" + ", ".join(f"{name}={value!r}" for name, value in self.items()) + ")"
