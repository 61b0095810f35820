"""Types: sets of values, with dimensions that are numbers, symbols or anything.

The same types say what a kind's values are, what a pipeline's inputs take, and what is known of a value inside a
pipeline before it runs. In the last case `dtypes` with more than one entry, a `None` dimension or an empty `layouts`
mean "not known yet".
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from jazz.values import DataType, Layout

SHOWN: Final = 12
"""So many names, or fields of a table, are written out for people."""


@dataclass(frozen=True, slots=True, order=True)
class Symbol:
    """A dimension that is the same wherever its name recurs."""

    name: str

    def __str__(self) -> str:
        return self.name


Dimension: TypeAlias = int | Symbol | None
"""A length, a symbol for one, or None for any."""


@dataclass(frozen=True, slots=True)
class TensorType:
    """A set of tensors.

    Attributes:
        dtypes: The element types that fit, in the order of `jazz.values.DATA_TYPES`; any when empty.
        shape: The dimensions; None for any rank.
        layouts: The layouts that fit; any when empty.
        strict: Whether another layout is refused rather than converted.
        nullable: Whether elements may be missing.
        unit: The unit of the elements, "" when they have none, or, where it says what is expected, when any will do.
        minimum: The least element that fits.
        maximum: The greatest element that fits.
        fill: What absent entries of sparse ones stand for; 0 where that is not known.
    """

    dtypes: tuple[DataType, ...] = ()
    shape: tuple[Dimension, ...] | None = None
    layouts: tuple[Layout, ...] = ()
    strict: bool = False
    nullable: bool = False
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    fill: complex = 0
    _hash: int | None = field(default=None, init=False, repr=False, compare=False)

    def __hash__(self) -> int:
        # Kept, since what is known of operations is looked up by the types of their arguments, step by step.
        if self._hash is None:
            told = (self.dtypes, self.shape, self.layouts, self.strict, self.nullable, self.unit, self.fill)
            object.__setattr__(self, "_hash", hash((*told, self.minimum, self.maximum)))
        return self._hash  # type: ignore[return-value]

    @property
    def dtype(self) -> DataType | None:
        """The element type, when only one fits."""
        return self.dtypes[0] if len(self.dtypes) == 1 else None

    @property
    def layout(self) -> Layout | None:
        """The layout, when only one fits."""
        return self.layouts[0] if len(self.layouts) == 1 else None

    @property
    def symbolic(self) -> bool:
        """Whether some dimension is a symbol."""
        return self.shape is not None and Symbol in map(type, self.shape)

    def __str__(self) -> str:
        dtype = "|".join(map(str, self.dtypes)) if self.dtypes else "any"
        layout = "" if not self.layouts else " " + "|".join(layout.value for layout in self.layouts)
        if layout == " dense" and not self.strict:
            layout = ""
        shape = "..." if self.shape is None else ", ".join("*" if d is None else str(d) for d in self.shape)
        fill = f" fill {self.fill:g}" if self.fill != 0 else ""
        unit = f" in {self.unit}" if self.unit else ""
        least = f" from {self.minimum:g}" if self.minimum is not None else ""
        most = f" to {self.maximum:g}" if self.maximum is not None else ""
        strict = " strict" if self.strict else ""
        return f"{dtype}[{shape}]{'?' if self.nullable else ''}{layout}{strict}{fill}{unit}{least}{most}"


@dataclass(frozen=True, slots=True)
class FieldType:
    """A field of a table type."""

    name: str
    type: Type
    optional: bool = False
    doc: str = ""


@dataclass(frozen=True, slots=True)
class TableType:
    """A set of tables: those that have these fields, and, when it is closed, no others."""

    fields: tuple[FieldType, ...] = ()
    closed: bool = False
    _by_name: dict[str, FieldType] | None = field(default=None, init=False, repr=False, compare=False)

    def named(self, name: str) -> FieldType | None:
        """The field of a name, None when there is none; O(1), but for the first one that is asked for."""
        return self._named().get(name)

    @property
    def names(self) -> Collection[str]:
        """The names of the fields in their order; O(1), but for the first time."""
        return self._named().keys()

    def _named(self) -> dict[str, FieldType]:
        if self._by_name is None:
            # Kept, since a long pipeline takes a wide table apart step by step. Of one name twice the first counts.
            found: dict[str, FieldType] = {}
            for item in self.fields:
                found.setdefault(item.name, item)
            object.__setattr__(self, "_by_name", found)
        assert self._by_name is not None
        return self._by_name

    def __str__(self) -> str:
        """In words: the text of a kind has all fields."""
        words = [f"{f.name}{'?' if f.optional else ''}: {f.type}" for f in self.fields[:SHOWN]]
        if len(self.fields) > SHOWN:
            words.append(f"and {len(self.fields) - SHOWN} more")
        if not self.closed:
            words.append("...")
        return f"{{{', '.join(words)}}}"


@dataclass(frozen=True, slots=True)
class KindReference:
    """The values of a stored kind, `space/name` or `space/name@version`."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class AnyType:
    """Any value."""

    def __str__(self) -> str:
        return "any value"


@dataclass(frozen=True, slots=True)
class NullType:
    """Null alone."""

    def __str__(self) -> str:
        return "null"


Type: TypeAlias = AnyType | TensorType | TableType | KindReference | NullType
"""A set of values."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A named type: its type, the kinds that it extends, and a few lines about it."""

    type: Type
    extends: tuple[KindReference, ...] = ()
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One reason why something is not of a type: where, what was expected, what was found."""

    field: str
    expected: str
    found: str

    def __str__(self) -> str:
        where = f"{self.field}: " if self.field else ""
        return f"{where}expected {self.expected}, found {self.found}"
