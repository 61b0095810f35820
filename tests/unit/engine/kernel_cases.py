"""What the kernels' tests share: generated matrices, and one way to call a kernel compiled or as its Python source."""

from __future__ import annotations

import importlib
import inspect
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import settings
from hypothesis import strategies as st

from jazz_server.engine import library
from jazz_server.engine.build import kernel_modules
from jazz_server.engine.kernels import declare, operations

for _module in kernel_modules():
    importlib.import_module(_module)

few = settings(max_examples=25, deadline=None)

DTYPES: dict[str, Any] = {
    "int32": np.int32,
    "int64": np.int64,
    "float32": np.float32,
    "float64": np.float64,
    "bool": np.bool_,
}


BITS = {1: "uint8", 4: "int32", 8: "int64"}
BITS_READ, BITS_WRITTEN = declare.Pointer("bits"), declare.Pointer("bits", written=True)


@dataclass(frozen=True)
class Configuration:
    """One pair of index and value types, and whether the compiled kernels run or their sources."""

    index: str
    value: str
    compiled: bool

    @property
    def dtype(self) -> Any:
        return np.dtype(DTYPES[self.value])

    @property
    def wide(self) -> Any:
        return np.dtype(DTYPES[declare.WIDE[self.value]])

    def run(self, name: str, *arguments: Any, **operation: str) -> Any:
        """Call a kernel with arrays of any shape, its template arguments left out."""
        kernel = declare.KERNELS[name]
        declared = [kind for kind in kernel.arguments.values() if not isinstance(kind, declare.Template)]
        bits = BITS[self.dtype.itemsize]
        flat = [a.reshape(-1) if isinstance(a, np.ndarray) else a for a in arguments]
        flat = [
            a.view(bits) if kind in (BITS_READ, BITS_WRITTEN) else a for kind, a in zip(declared, flat, strict=True)
        ]
        choices = {"index": self.index, "value": self.value, "bits": bits} | operation
        choices = {key: choices[key] for key in kernel.templates}
        if self.compiled:
            return library.kernel(name, **choices)(*flat)
        given = iter(flat)
        passed = []
        for argument, kind in kernel.arguments.items():
            if isinstance(kind, declare.Template):
                choice = choices[argument]
                passed.append(DTYPES.get(choice) or getattr(operations, choice))
            else:
                passed.append(next(given))
        assert len(passed) == len(inspect.signature(kernel.function).parameters)
        with np.errstate(all="ignore"):
            return kernel.function(*passed)

    def run_rows(self, name: str, *arguments: Any, rows: int, **operation: str) -> None:
        """Call a kernel for all rows, in two ranges."""
        middle = rows // 3
        self.run(name, *arguments, 0, middle, **operation)
        self.run(name, *arguments, middle, rows, **operation)

    def layout(self, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return indptr, and indices and data to be filled, for rows of these sizes; what is left unfilled shows."""
        indptr = self.indices(np.concatenate(([0], np.cumsum(counts))))
        entries = int(indptr[-1])
        return indptr, np.full(entries, -7, self.index), np.full(entries, 99).astype(self.dtype)

    def indices(self, numbers: Any) -> np.ndarray:
        return np.asarray(numbers).astype(self.index)

    def empty(self, *shape: int) -> np.ndarray:
        """Return an array of values to be overwritten."""
        return np.full(shape, 99).astype(self.dtype)


CONFIGURATIONS = [
    Configuration(index, value, compiled)
    for compiled, indices in ((True, declare.INDEX), (False, ("int32",)))
    for index in indices
    for value in declare.VALUE
]

all_types = pytest.mark.parametrize(
    "types", CONFIGURATIONS, ids=lambda c: f"{c.index}-{c.value}-{'compiled' if c.compiled else 'source'}"
)
numeric_types = pytest.mark.parametrize(
    "types",
    [c for c in CONFIGURATIONS if c.value != "bool"],
    ids=lambda c: f"{c.index}-{c.value}-{'compiled' if c.compiled else 'source'}",
)

long_types = pytest.mark.parametrize(
    "types",
    [c for c in CONFIGURATIONS if c.value in ("float64", "int64")],
    ids=lambda c: f"{c.index}-{c.value}-{'compiled' if c.compiled else 'source'}",
)

# Multiples of a quarter: sums and products of a few are exact in every type, so that results can be compared exactly.
FINITE = [-2.0, -1.25, -1.0, -0.25, 0.0, 0.5, 1.0, 1.5, 3.0]
SPECIAL = [np.nan, np.inf, -np.inf, -0.0]


@dataclass(frozen=True)
class Draw:
    """The shape and seed of generated data; the data's type is the test's."""

    rows: int
    columns: int
    inner: int
    density: float
    special: bool
    seed: int

    def values(self, types: Configuration, shape: Any, salt: int = 0) -> np.ndarray:
        """Return dense values, all stored."""
        pool = FINITE + (SPECIAL if self.special and types.dtype.kind == "f" else [])
        if types.dtype.kind == "i":
            pool = [4 * x for x in FINITE]
        random = np.random.default_rng([self.seed, salt])
        return random.choice(np.array(pool), size=shape).astype(types.dtype)

    def csr(self, types: Configuration, shape: tuple[int, int] | None = None, salt: int = 0) -> sp.csr_array:
        """Return a canonical CSR matrix, with some explicit zeros."""
        rows, columns = shape or (self.rows, self.columns)
        random = np.random.default_rng([self.seed, salt, 1])
        pattern = random.random((rows, columns)) < self.density
        matrix = sp.csr_array(pattern)
        made = sp.csr_array((rows, columns), dtype=types.dtype)
        made.indptr = matrix.indptr.astype(types.index)
        made.indices = matrix.indices.astype(types.index)
        made.data = self.values(types, matrix.nnz, salt)
        return made


def draws(*, special: bool = True, least_columns: int = 0) -> Any:
    """Generate data down to no rows and no columns, from empty to full."""
    return st.builds(
        Draw,
        rows=st.integers(0, 7),
        columns=st.integers(least_columns, 9),
        inner=st.integers(0, 8),
        density=st.sampled_from([0.0, 0.1, 0.5, 0.9, 1.0]),
        special=st.booleans() if special else st.just(False),
        seed=st.integers(0, 2**32 - 1),
    )


def dense(matrix: sp.csr_array) -> np.ndarray:
    """Return a matrix as a dense array, bit by bit (scipy's own conversion adds to zero)."""
    out = np.zeros(matrix.shape, matrix.data.dtype)
    for row in range(matrix.shape[0]):
        for p in range(matrix.indptr[row], matrix.indptr[row + 1]):
            out[row, matrix.indices[p]] = matrix.data[p]
    return out


def same(found: Any, expected: Any) -> None:
    """Assert equality of dtype, shape and contents, NaN equal to itself."""
    found, expected = np.asarray(found), np.asarray(expected)
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected)


def same_csr(found: tuple[np.ndarray, np.ndarray, np.ndarray], expected: np.ndarray) -> None:
    """Assert that CSR buffers hold exactly the entries of a dense array that are not zero, in order."""
    indptr, indices, data = found
    rows, columns = np.nonzero(expected)
    counts = np.bincount(rows, minlength=expected.shape[0]) if expected.shape[0] else np.zeros(0, int)
    np.testing.assert_array_equal(indptr, np.concatenate(([0], np.cumsum(counts))))
    np.testing.assert_array_equal(indices, columns)
    np.testing.assert_array_equal(data, expected[rows, columns])
    assert data.dtype == expected.dtype


def buffers(matrix: sp.csr_array) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return indptr, indices, data."""
    return matrix.indptr, matrix.indices, matrix.data
