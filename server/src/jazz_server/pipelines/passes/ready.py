"""What was made ready from values that come again with every run, such as the weights of a network that are bound."""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray


class _Sized(Protocol):
    @property
    def nbytes(self) -> int: ...


_T = TypeVar("_T", bound=_Sized)


@dataclass(slots=True)
class _Entry(Generic[_T]):
    lock: threading.Lock = field(default_factory=threading.Lock)
    arrays: tuple[weakref.ref[NDArray[np.generic]], ...] = ()
    made: _T | None = None


class Ready(Generic[_T]):
    """Keeps what was made from arrays, for as long as those are there and there is room.

    Arrays are told apart by what they are, not by what they hold: those of a block that is kept in memory are the same
    in every run, and are never written to.
    """

    def __init__(self, most_bytes: Callable[[], int]) -> None:
        """`most_bytes` tells how much may be kept."""
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, _Entry[_T]] = OrderedDict()

    def __len__(self) -> int:
        """How much is kept."""
        return len(self._kept)

    def recurring(self, arrays: Sequence[NDArray[np.generic]], settings: Hashable, make: Callable[[], _T]) -> _T | None:
        """Like `get` from the second time on that arrays and settings come; None at first."""
        key = (tuple(map(id, arrays)), settings)
        with self._lock:
            if key not in self._kept:
                entry = self._kept[key] = _Entry()
                entry.arrays = self._watched(arrays, key, entry)
                return None
        return self.get(arrays, settings, make)

    def get(self, arrays: Sequence[NDArray[np.generic]], settings: Hashable, make: Callable[[], _T]) -> _T:
        """What `make` makes of arrays and settings; made once, also when many ask for it at the same time."""
        key = (tuple(map(id, arrays)), settings)
        with self._lock:
            entry = self._kept.setdefault(key, _Entry())
            self._kept.move_to_end(key)
        with entry.lock:
            if entry.made is None:
                try:
                    entry.made = make()
                except BaseException:
                    self._forget(key, entry)
                    raise
                entry.arrays = self._watched(arrays, key, entry)
                self._make_room()
            return entry.made

    def _watched(
        self, arrays: Sequence[NDArray[np.generic]], key: Hashable, entry: _Entry[_T]
    ) -> tuple[weakref.ref[NDArray[np.generic]], ...]:
        """References to arrays that forget the entry when one of them goes."""
        return tuple(weakref.ref(array, lambda _: self._forget(key, entry)) for array in arrays)

    def _forget(self, key: Hashable, entry: _Entry[_T]) -> None:
        # Called whenever an array goes, also while this thread holds the lock: so it takes none.
        if self._kept.get(key) is entry:
            self._kept.pop(key, None)

    def _make_room(self) -> None:
        with self._lock:
            room = self._most_bytes()
            for key, entry in reversed(list(self._kept.items())):
                room -= entry.made.nbytes if entry.made is not None else 0
                if room < 0:
                    self._kept.pop(key, None)
