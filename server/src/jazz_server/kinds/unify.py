"""Unification of dimensions: which of them are the same, and what lengths they have.

A union-find over symbols and lengths. Two dimensions are united or found to be different in almost constant time
(Tarjan, "Efficiency of a Good But Not Linear Set Union Algorithm", 1975).
"""

from __future__ import annotations

from typing import Final

from jazz_server.kinds.types import Dimension, Symbol

_FRESH: Final = "?"
"""What names of fresh symbols begin with: no identifier does, so that they never meet a name that somebody chose."""


def is_fresh(symbol: Symbol) -> bool:
    """Whether `Unifier.fresh` made it, rather than somebody who named it."""
    return symbol.name.startswith(_FRESH)


class DimensionConflict(Exception):
    """Two dimensions have different lengths.

    Attributes:
        expected: The length of the one.
        found: The length of the other.
        symbol: The symbol that stands for `expected`, if one does.
        origin: The field that gave `symbol` its length; "" when that is not known.
    """

    def __init__(self, expected: int, found: int, symbol: Symbol | None = None, origin: str = "") -> None:
        super().__init__(f"expected {expected}, found {found}")
        self.expected = expected
        self.found = found
        self.symbol = symbol
        self.origin = origin


class Unifier:
    """Dimensions that were found to be equal.

    >>> unifier = Unifier()
    >>> unifier.unify(Symbol("rows"), Symbol("samples"))
    Symbol(name='rows')
    >>> unifier.unify(Symbol("samples"), 12)
    12
    >>> unifier.bindings()
    {'rows': 12, 'samples': 12}
    """

    def __init__(self) -> None:
        self._parent: dict[Symbol, Symbol] = {}
        self._seen: dict[Symbol, int] = {}
        self._length: dict[Symbol, int] = {}
        self._origin: dict[Symbol, str] = {}
        self._fresh = 0

    @property
    def untouched(self) -> bool:
        """Whether there was no symbol so far."""
        return not self._seen and not self._fresh

    def fresh(self) -> Symbol:
        """A symbol that is equal to no other so far."""
        self._fresh += 1
        return Symbol(f"{_FRESH}{self._fresh}")

    def unify(self, expected: Dimension, found: Dimension, field: str = "") -> Dimension:
        """The dimension that both are.

        None is equal to anything and says nothing about it. `field` is remembered as the origin of a length that a
        symbol gets here.

        Raises:
            DimensionConflict: They have different lengths.
        """
        if expected is None or found is None:
            return self.resolve(found if expected is None else expected)
        if isinstance(expected, int) and isinstance(found, int):
            if expected != found:
                raise DimensionConflict(expected, found)
            return expected
        if isinstance(expected, Symbol) and isinstance(found, Symbol):
            return self._unite(expected, found, field)
        if isinstance(expected, Symbol) and isinstance(found, int):
            known = self._set(expected, found, field)
            if known != found:
                raise DimensionConflict(known, found, expected, self.origin(expected))
        if isinstance(expected, int) and isinstance(found, Symbol):
            known = self._set(found, expected, field)
            if known != expected:
                raise DimensionConflict(expected, known, found, self.origin(found))
        return self.resolve(expected)

    def resolve(self, dimension: Dimension) -> Dimension:
        """What is known of a dimension: its length, or the symbol that stands for all that are equal to it."""
        if not isinstance(dimension, Symbol):
            return dimension
        root = self._root(dimension)
        return self._length.get(root, root)

    def origin(self, symbol: Symbol) -> str:
        """The field that gave a symbol its length, "" when none did."""
        return self._origin.get(self._root(symbol), "")

    def bindings(self) -> dict[str, int]:
        """The lengths of all named symbols that have one, by name."""
        lengths = {s.name: self._length.get(self._root(s)) for s in self._seen if not is_fresh(s)}
        return {name: length for name, length in sorted(lengths.items()) if length is not None}

    def _root(self, symbol: Symbol) -> Symbol:
        self._seen.setdefault(symbol, len(self._seen))
        root = symbol
        while (parent := self._parent.get(root)) is not None:
            root = parent
        while symbol != root:
            self._parent[symbol], symbol = root, self._parent[symbol]
        return root

    def _set(self, symbol: Symbol, length: int, field: str) -> int:
        """The length of a symbol, which is `length` when it had none."""
        root = self._root(symbol)
        if root not in self._length:
            self._length[root] = length
            self._origin[root] = field
        return self._length[root]

    def _unite(self, expected: Symbol, found: Symbol, field: str) -> Dimension:
        kept, gone = self._root(expected), self._root(found)
        if kept == gone:
            return self.resolve(kept)
        lengths = self._length.get(kept), self._length.get(gone)
        if lengths[0] is not None and lengths[1] is not None and lengths[0] != lengths[1]:
            raise DimensionConflict(lengths[0], lengths[1], expected, self.origin(expected))
        if (is_fresh(gone), self._seen[gone]) < (is_fresh(kept), self._seen[kept]):
            kept, gone = gone, kept
        self._parent[gone] = kept
        if gone in self._length:
            self._length.setdefault(kept, self._length.pop(gone))
            self._origin.setdefault(kept, self._origin.pop(gone) or field)
        return self.resolve(kept)
