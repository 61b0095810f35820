"""Words of texts as a table: `tokens`, text after text, and `lengths`, how many of them each text has.

Texts have different numbers of words, which no tensor holds. Lengths, rather than where each text begins, have a
dimension that is that of the texts: types know the number of rows of all that is made of them.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from jazz.values import Table, Tensor
from jazz_server.engine import arguments, operands
from jazz_server.engine.errors import OpError
from jazz_server.engine.op import Inference
from jazz_server.engine.promotion import INT64
from jazz_server.engine.texts import STRING
from jazz_server.kinds import describe
from jazz_server.kinds.types import AnyType, Dimension, FieldType, TableType, TensorType

_FIELDS: Final = ("tokens", "lengths")


def table_type(inference: Inference, length: Dimension, *, nullable: bool) -> TableType:
    """The type of the words of so many texts."""
    tokens = TensorType((STRING,), (inference.fresh(),), arguments.DENSE)
    lengths = TensorType((INT64,), (length,), arguments.DENSE, nullable=nullable)
    return TableType((FieldType("tokens", tokens), FieldType("lengths", lengths)), closed=True)


def documents(inference: Inference, field: str, table: TableType) -> Dimension:
    """How many texts a table of words is of; what is wrong with it is noted."""
    known = {item.name: item.type for item in table.fields}
    length: Dimension = None
    for name, accepts in zip(_FIELDS, ((STRING,), (INT64,)), strict=True):
        if name not in known:
            if table.closed:
                inference.mismatch(field, f"a table of {describe.names(_FIELDS)}", describe.kind_of(table))
                return None
            continue
        part = known[name]
        if isinstance(part, AnyType):
            continue
        found = arguments.tensor(inference, f"{field}.{name}", part, accepts)
        if arguments.rank_in(inference, f"{field}.{name}", found, (1,)) and found.shape is not None:
            length = found.shape[0]
    return length if "lengths" in known else None


def token_counts(field: str, table: Table) -> tuple[Tensor, NDArray[np.int64]]:
    """The words of a table, and how many each text has.

    Raises:
        OpError: A text is missing, or lengths are not those of the words.
    """
    if not set(_FIELDS) <= set(table.names):
        raise OpError(field, f"a table of {describe.names(_FIELDS)}", describe.names(table.names))
    tokens = operands.complete(f"{field}.tokens", table["tokens"])
    counts = operands.integers(f"{field}.lengths", operands.complete(f"{field}.lengths", table["lengths"]))
    total = int(counts.sum()) if counts.size and counts.min() >= 0 else -1 if counts.size else 0
    if total != tokens.size:
        raise OpError(
            f"{field}.lengths", f"numbers of {tokens.size} tokens in all", "negative ones" if total < 0 else str(total)
        )
    return tokens, counts
