"""Costs that operations have in common, where they are not one operation for each element that is stored.

Of what is not known nothing follows: NaN stays NaN.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from jazz_server.engine.op import Cost, CostSettings, Size


def comparisons(among: float) -> float:
    """How many comparisons find a place among so many elements in order."""
    return math.log2(max(among, 2)) if among == among else among


def sorting(args: Sequence[Size], _settings: CostSettings, _results: Sequence[Size]) -> Cost:
    """The stored elements of the first argument are put in order."""
    return Cost(args[0].stored * comparisons(args[0].stored))


def keeping(args: Sequence[Size], settings: CostSettings, _results: Sequence[Size]) -> Cost:
    """Of each row the `k` first in an order are found, by a heap; all are kept where it is not set."""
    k = settings.get("k")
    return Cost(args[0].stored * (comparisons(k) if isinstance(k, int) else 1))


def finding(args: Sequence[Size], _settings: CostSettings, _results: Sequence[Size]) -> Cost:
    """The place of each element of a tensor is found among those of another one."""
    return Cost(args[0].elements * comparisons(args[1].elements))


def looking_up(args: Sequence[Size], _settings: CostSettings, _results: Sequence[Size]) -> Cost:
    """The stored elements of a tensor are looked for among those of another one, which are put in order."""
    x, values = args
    return Cost((x.stored + values.stored) * comparisons(values.stored))


def reading(args: Sequence[Size], _settings: CostSettings, _results: Sequence[Size]) -> Cost:
    """Each byte of the first argument is looked at."""
    return Cost(args[0].bytes)


def parts(args: Sequence[Size], _settings: CostSettings, results: Sequence[Size]) -> Cost:
    """Some elements are copied, or some again: each of the results once. Of a sparse tensor all are looked at."""
    (x, *_), elements = args, sum(result.elements for result in results)
    if x.sparse:
        stored = x.stored * results[0].elements / max(x.elements, 1)
        return Cost(max(x.stored, stored * len(results)), stored=stored)
    return Cost(elements, 2 * sum(result.bytes for result in results))


def joining(args: Sequence[Size], _settings: CostSettings, results: Sequence[Size]) -> Cost:
    """The stored elements of all arguments are copied."""
    stored = sum(size.stored for size in args)
    return Cost(stored, stored=stored if all(size.sparse for size in results) else None)


def viewing(args: Sequence[Size], _settings: CostSettings, _results: Sequence[Size]) -> Cost:
    """A dense tensor is shown in another shape, where it is; a sparse one gets other indices."""
    return Cost(args[0].stored) if args[0].sparse else Cost(0, 0)


def diagonal(args: Sequence[Size], _settings: CostSettings, results: Sequence[Size]) -> Cost:
    """The elements of the main diagonal of a matrix are read, or made of a vector."""
    length = min(args[0].shape, key=lambda n: (n == n, n))
    return Cost(length, 2 * results[0].bytes, stored=length)
