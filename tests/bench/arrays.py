"""Values as files that another process maps, and a line of JSON that says what is in which."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import scipy.sparse as sp

_FORMATS: Final[dict[str, Callable[..., Any]]] = {"csr": sp.csr_array, "csc": sp.csc_array}
_count = itertools.count()


def save(value: Any, folder: Path) -> Any:
    """What a line of JSON has to say of a value whose arrays are written into a folder."""
    if isinstance(value, np.ndarray):
        file = folder / f"{os.getpid()}-{next(_count)}.npy"
        np.save(file, value)
        return {"array": str(file)}
    if sp.issparse(value):
        parts = [save(part, folder) for part in (value.data, value.indices, value.indptr)]
        return {"sparse": value.format, "shape": [int(length) for length in value.shape], "parts": parts}
    if isinstance(value, list | tuple):
        return {"list": [save(item, folder) for item in value]}
    return {"value": value.item() if isinstance(value, np.generic) else value}


def load(line: Any) -> Any:
    """The value that `save` wrote, its arrays mapped and read-only; tuples come back as lists."""
    if "array" in line:
        return np.load(line["array"], mmap_mode="r")
    if "sparse" in line:
        parts = tuple(load(part) for part in line["parts"])
        return _FORMATS[line["sparse"]](parts, shape=tuple(line["shape"]), copy=False)
    return [load(item) for item in line["list"]] if "list" in line else line["value"]
