"""Nearest neighbours, in-process like the peers, on two threads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import numpy as np
import scipy.sparse as sp

import jazz
from figures import Figure, best
from jazz.convert import from_value
from operations import in_process
from peers import Peer

TEXTS, QUERIES, WORDS, NEAREST = 100_000, 1000, 50_000, 10
_LENGTH, _EXPONENT = 80, 1.05


def tfidf(texts: int, words: int, seed: int = 1) -> sp.csr_array:
    """TF-IDF rows of unit length: words as frequent as by Zipf's law, texts of log-normal length, 66 words of 80."""
    random = np.random.default_rng(seed)
    lengths = np.maximum(random.lognormal(np.log(_LENGTH), 0.5, texts).astype(np.int64), 5)
    chances = np.cumsum(1 / np.arange(1, words + 1) ** _EXPONENT)
    drawn = random.permutation(words)[np.searchsorted(chances, random.random(int(lengths.sum())) * chances[-1])]
    rows = np.repeat(np.arange(texts, dtype=np.int32), lengths)
    counts = sp.coo_array((np.ones(len(drawn)), (rows, drawn.astype(np.int32))), shape=(texts, words)).tocsr()
    seen = np.bincount(counts.indices, minlength=words)
    weights = counts.data * (np.log((1 + texts) / (1 + seen)) + 1)[counts.indices]
    norms = np.sqrt(np.add.reduceat(np.square(weights), counts.indptr[:-1]))
    weights /= np.repeat(norms, np.diff(counts.indptr))
    return sp.csr_array((weights.astype(np.float32), counts.indices, counts.indptr), shape=counts.shape)


def knn() -> Iterator[Figure]:
    """Seconds for the 10 nearest of 100k texts of 50k words to each of 1000."""
    every = tfidf(TEXTS + QUERIES, WORDS)
    known, queries = every[:TEXTS], every[TEXTS:]
    ours = in_process(lambda x, q: jazz.ops.knn(x, q, NEAREST).distances, x=known, q=queries)
    answer = from_value(next(iter(ours().values())))
    given = {"x": known, "queries": queries, "k": NEAREST}
    with ExitStack() as stack:
        peers = [
            stack.enter_context(Peer(f"neighbours.{name}", **given)) for name in ("scikit_learn", "sparse_dot_topn")
        ]
        for peer in peers:
            peer.check(answer)
        yield best("knn.sparse", "s", ours, {str(peer): peer for peer in peers}, turns=3)
