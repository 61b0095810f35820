"""Arrays with what numpy and scipy.sparse cannot say: names and labels of dimensions, units, missing entries, fill."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, NoReturn

import numpy as np

from jazz.codec.schema import MAX_UNIT_BYTES
from jazz.errors import InvalidArgument, Violation


@dataclass(frozen=True, eq=False, repr=False, slots=True)
class Array:
    """An array together with what it does not say by itself.

    It is what `db.get` gives for a tensor that has any of this and is no column or frame of pandas, and `db.put` takes
    it. It computes nothing: `data` is there for that, and `to_numpy()`, `to_pandas()` and `to_xarray()` give other
    forms. Two arrays are compared with `equals`; `==` is Python's own and asks whether they are the same object.

    Attributes:
        data: An array of numpy, masked where elements are missing, or an array or matrix of scipy.sparse. Whatever else
            can be stored as one tensor (a list, a Series, a Quantity, an xarray.DataArray) becomes such an array, and
            the names, labels and unit that it has are those of this one where no others are given.
        dims: The name of each dimension, "" where it has none. Two dimensions with one name have the same labels.
        labels: For names in `dims`, one label for each position: a vector of numpy, or an `Array` if that says more.
        unit: What the elements are counted in, as pint writes it ("m", "kg/m**3"); "" for no unit.
        missing: For sparse arrays, which of the stored entries are missing, in the order of `data.data`; else None.
        fill: For sparse arrays, the element that absent entries are; None for zero.
        categories: For factors, the texts that the elements of `data` are positions of; else None.
        ordered: For factors, whether the categories are ordered.

    Raises:
        InvalidArgument: The parts do not fit together; each violation names one of them.

    >>> import jazz
    >>> genes = {"genes": ["tp53", "brca1"]}
    >>> counts = jazz.Array([[1, 2], [3, 4]], dims=("cells", "genes"), labels=genes, unit="count")
    >>> counts
    <Array int64[cells: 2, genes: 2] in count>
    array([[1, 2],
           [3, 4]])
    genes: tp53, brca1
    >>> counts.shape, counts.labels["genes"].tolist()
    ((2, 2), ['tp53', 'brca1'])
    >>> jazz.Array([1.5, 2.5], dims=("x", "y"))
    Traceback (most recent call last):
        ...
    jazz.errors.InvalidArgument: the parts of the array do not fit together
      - dims: expected 1 name, one for each dimension, found 2
    """

    data: Any
    dims: tuple[str, ...] = ()
    labels: Mapping[str, Any] = field(default_factory=dict)
    unit: str = ""
    missing: Any = None
    fill: Any = None
    categories: Any = None
    ordered: bool = False

    def __post_init__(self) -> None:
        if isinstance(self.data, np.generic):
            self._set("data", np.asarray(self.data))
        elif not isinstance(self.data, np.ndarray) and not _is_sparse(self.data):
            self._take(self.data)
        self._set("dims", tuple(self.dims))
        if self.missing is not None:
            self._set("missing", np.asarray(self.missing))
        for name in ("labels", "categories"):
            self._set(name, _vectors(name, getattr(self, name)))
        violations = list(self._violations())
        if violations:
            raise InvalidArgument(
                "the parts of the array do not fit together", reason="INVALID_VALUE", violations=violations
            )
        self._set("dims", self.dims or ("",) * self.ndim)

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    def _take(self, given: object) -> None:
        """Take the parts of another object's tensor where there are no others."""
        from jazz.convert import from_value, to_value

        array = given if isinstance(given, Array) else from_value(to_value(given), to="array")
        if not isinstance(array, Array):
            _refuse("data", "an array, or what can be stored as one tensor", f"an object of {type(given).__name__}")
        for name, nothing in _NOTHING.items():
            own = getattr(self, name)
            if name == "data" or own is None or own == nothing:
                self._set(name, getattr(array, name))

    def _violations(self) -> Iterator[Violation]:
        """Everything that does not fit."""
        yield from self._wrong_dims()
        yield from self._wrong_labels()
        if not isinstance(self.unit, str) or (self.unit and not _printable(self.unit)):
            expected = f"a unit such as 'kg/m**3', at most {MAX_UNIT_BYTES} bytes that can be printed"
            yield Violation("unit", expected, repr(self.unit)[:60])
        elif self.unit and (self.dtype.kind not in "iufc" or self.categories is not None):
            yield Violation("unit", "none, unless elements are integers, floats or complex numbers", repr(self.unit))
        yield from self._wrong_entries()
        yield from self._wrong_categories()

    def _wrong_dims(self) -> Iterator[Violation]:
        if not all(isinstance(name, str) for name in self.dims):
            yield Violation("dims", "texts", repr(self.dims)[:60])
            return
        if self.dims and len(self.dims) != self.ndim:
            expected = f"{self.ndim} name{'' if self.ndim == 1 else 's'}, one for each dimension"
            yield Violation("dims", expected, f"{len(self.dims)}")
            return
        lengths: dict[str, int] = {}
        for place, (name, length) in enumerate(zip(self.dims, self.shape, strict=False)):
            if "\0" in name or not _encodable(name):
                yield Violation(f"dims[{place}]", "a text that UTF-8 can encode, without NUL", ascii(name)[:60])
            elif name and lengths.setdefault(name, length) != length:
                expected = f"another name than {name!r}, which a dimension of length {lengths[name]} has"
                yield Violation(f"dims[{place}]", expected, f"length {length}")

    def _wrong_labels(self) -> Iterator[Violation]:
        lengths = dict(zip(self.dims, self.shape, strict=False))
        for name, labels in self.labels.items():
            if not name or name not in lengths:
                known = ", ".join(repr(one) for one in self.dims if one) or "none"
                yield Violation("labels", f"names of dimensions, of which there are {known}", repr(name)[:60])
            elif labels.ndim != 1 or labels.shape[0] != lengths[name]:
                expected = f"a vector of {lengths[name]} labels, the length of the dimension"
                yield Violation(f"labels[{name!r}]", expected, f"the shape {list(labels.shape)}")

    def _wrong_entries(self) -> Iterator[Violation]:
        if not self.sparse:
            if self.missing is not None:
                yield Violation("missing", "None, as a dense array is masked instead: numpy.ma.array", "an array")
            if self.fill is not None:
                yield Violation("fill", "None, as the array is not sparse", repr(self.fill)[:60])
            return
        if self.missing is not None:
            if self.data.format not in ("csr", "csc", "coo"):
                expected = "entries in a known order, in csr, csc or coo: use .tocsr()"
                yield Violation("missing", expected, self.data.format)
            elif self.missing.dtype != np.bool_ or self.missing.shape != self.data.data.shape:
                expected = f"{len(self.data.data)} truth values, one for each entry of data.data"
                yield Violation("missing", expected, f"{self.missing.dtype}{list(self.missing.shape)}")
        if self.fill is not None and fill_element(self.fill, self.dtype) is None:
            yield Violation("fill", f"one element of {self.dtype}", repr(self.fill)[:60])

    def _wrong_categories(self) -> Iterator[Violation]:
        if self.categories is None:
            if self.ordered:
                yield Violation("ordered", "False, as there are no categories", "True")
            return
        if self.sparse or self.dtype.kind not in "iu":
            yield Violation("data", "dense integers, as there are categories", str(self.dtype))
            return
        if self.categories.ndim != 1 or self.categories.dtype.kind not in "UT":
            yield Violation("categories", "a vector of texts", f"{self.categories.dtype}{list(self.categories.shape)}")
            return
        if len(set(self.categories.tolist())) != len(self.categories):
            yield Violation("categories", "texts that all differ", "the same text twice")
        codes = np.ma.compressed(self.data)
        if codes.size and (codes.min() < 0 or codes.max() >= len(self.categories)):
            outside = codes[(codes < 0) | (codes >= len(self.categories))][0]
            yield Violation("data", f"positions below {len(self.categories)}, the number of categories", str(outside))

    @property
    def shape(self) -> tuple[int, ...]:
        """Its shape; () for a scalar."""
        return tuple(self.data.shape)

    @property
    def ndim(self) -> int:
        """The number of its dimensions."""
        return len(self.shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the elements of `data`."""
        dtype: np.dtype[Any] = self.data.dtype
        return dtype

    @property
    def sparse(self) -> bool:
        """Whether `data` is of scipy.sparse."""
        return _is_sparse(self.data)

    @property
    def nnz(self) -> int:
        """The number of stored entries of a sparse array, missing ones among them.

        Raises:
            AttributeError: It is dense.
        """
        return int(self.data.nnz)

    def to_numpy(self) -> Any:
        """The array of numpy or scipy.sparse without names, labels and unit; of factors their texts.

        Raises:
            InvalidArgument: It is sparse with missing entries or a fill, which it would not be the same without.

        >>> import jazz
        >>> jazz.Array([1, 2], unit="m").to_numpy()
        array([1, 2])
        """
        return self._form("numpy")

    def to_pandas(self) -> Any:
        """A Series, or a DataFrame whose rows and columns are the two dimensions.

        Raises:
            InvalidArgument: It is sparse, of another rank, or pandas has no such elements.
            MissingPackage: pandas is not installed.

        >>> import jazz
        >>> frame = jazz.Array([[1, 2]], dims=("cells", "genes"), labels={"genes": ["tp53", "brca1"]}).to_pandas()
        >>> frame.columns.name, frame["brca1"].tolist()
        ('genes', [2])
        """
        return self._form("pandas")

    def to_xarray(self) -> Any:
        """An xarray.DataArray with the labels as coordinates and the unit as the attribute `units`.

        Raises:
            InvalidArgument: It is sparse, or has missing numbers, for which xarray has no place.
            MissingPackage: xarray is not installed.

        >>> import jazz
        >>> jazz.Array([1.5, 2.5], dims=("x",), unit="m").to_xarray().attrs
        {'units': 'm'}
        """
        return self._form("xarray")

    def _form(self, form: str) -> Any:
        from jazz.convert import from_value, to_value

        return from_value(to_value(self), to=form)

    def equals(self, other: object) -> bool:
        """Whether another array has the same elements to the bit, in the same layout, with the same parts.

        NaN equals NaN of the same bits, missing equals missing; the order of memory counts as well.

        >>> import jazz
        >>> jazz.Array([1, None], unit="m").equals(jazz.Array([1, None], unit="m"))
        True
        >>> jazz.Array([1, 2], unit="m").equals(jazz.Array([1, 2], unit="s"))
        False
        """
        if not isinstance(other, Array):
            return False
        from jazz.convert.axes import same
        from jazz.convert.labelled import labelled_tensor

        return same(labelled_tensor(self, "self"), labelled_tensor(other, "other"))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NoReturn:
        raise TypeError("an Array has names, labels or a unit that numpy would lose: .to_numpy() or .data")

    def __reduce__(self) -> tuple[object, ...]:
        return (Array, tuple(dict(value) if name == "labels" else value for name, value in self._parts()))

    def _parts(self) -> Iterator[tuple[str, Any]]:
        return ((name, getattr(self, name)) for name in _NOTHING)

    def __repr__(self) -> str:
        from jazz._array_show import text

        return text(self)

    def _repr_html_(self) -> str:
        from jazz._array_show import page

        return page(self)


_NOTHING: Final[dict[str, Any]] = {
    "data": None,
    "dims": (),
    "labels": {},
    "unit": "",
    "missing": None,
    "fill": None,
    "categories": None,
    "ordered": False,
}
"""The parts of an array, each as it is when there is nothing."""


def _is_sparse(data: object) -> bool:
    # scipy is not imported for the question: whoever has a matrix of it has imported it.
    sparse = sys.modules.get("scipy.sparse")
    return sparse is not None and bool(sparse.issparse(data))


def fill_element(fill: Any, dtype: np.dtype[Any]) -> np.ndarray[Any, np.dtype[Any]] | None:
    """A fill as an array of rank 0 of the type of the elements; None if no element is exactly that.

    >>> fill_element(float("inf"), np.dtype(np.float32)), fill_element(1.5, np.dtype(np.int64))
    (array(inf, dtype=float32), None)
    """
    given = np.asarray(fill)
    if given.shape != () or given.dtype.kind not in "biufc" or (given.dtype.kind == "b") != (dtype.kind == "b"):
        return None
    try:
        with np.errstate(all="ignore"):
            element = given.astype(
                dtype, casting="unsafe" if given.dtype.kind <= "i" or dtype.kind in "fc" else "same_kind"
            )
    except (TypeError, ValueError):
        return None
    unequal = element != given and not (element != element and given != given)
    return None if unequal else element


def _vectors(name: str, given: Any) -> Any:
    """Labels or categories as vectors that have a shape: lists and indexes become those of numpy."""
    if given is None:
        return None
    if name == "categories":
        return _vector(given)
    if not isinstance(given, Mapping):
        _refuse(name, "a mapping of names of dimensions to vectors", f"an object of {type(given).__name__}")
    return MappingProxyType({key: _vector(labels) for key, labels in given.items()})


def _vector(given: Any) -> Any:
    if isinstance(given, np.ndarray | Array):
        return given
    array = Array(given)
    return (
        Array(array.data, unit=array.unit, categories=array.categories, ordered=array.ordered)
        if _says_more(array)
        else array.data
    )


def _says_more(array: Array) -> bool:
    return array.categories is not None or bool(array.unit) or array.sparse


def _printable(unit: str) -> bool:
    return unit.isprintable() and unit == unit.strip() and len(unit.encode()) <= MAX_UNIT_BYTES


def _encodable(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _refuse(field: str, expected: str, found: str) -> NoReturn:
    message = "the parts of the array do not fit together"
    raise InvalidArgument(message, reason="INVALID_VALUE", violations=[Violation(field, expected, found)])
