"""The first answer of a pipeline that nobody has run before."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from statistics import median

import numpy as np

import jazz
from engine import database
from figures import Figure
from formulas import formula, function, traced
from peers import Peer

GRAPHS = 100
TURNS = 5
_TARGET = 0.010


def first_answer() -> Iterator[Figure]:
    """Medians over 100 generated graphs of 3 to 20 steps, each run once, inline: traced, sent, typed, planned, run."""
    random = np.random.default_rng(4)
    x, w = random.random((64, 32)), random.random((32, 32)) / 16
    numpy = traced()
    with ExitStack() as stack:
        db = stack.enter_context(database())
        db.run(jazz.pipeline(function(formula(-1), numpy)), x=x, w=w)
        peers = [stack.enter_context(Peer(f"jit.{name}", x=x, w=w, seed=7)) for name in ("numba", "jax")]
        ours = db.run(jazz.pipeline(function(formula(7), numpy)), x=x, w=w)
        for peer in peers:
            peer.check(ours)
        taken, started = [], []
        for seed in range(1000, 1000 + GRAPHS):
            began = time.perf_counter()
            result = db.run(jazz.pipeline(function(formula(seed), numpy)), x=x, w=w, details=True)
            taken.append(time.perf_counter() - began)
            started.append(taken[-1] - result.compute_seconds)
        theirs = {str(peer): median(peer() for _ in range(TURNS)) for peer in peers}
    best = min(theirs, key=lambda name: theirs[name])
    yield Figure("first_answer", "s", median(taken), theirs.pop(best), best, theirs)
    note = "until computing starts, with the way there and back"
    yield Figure("first_answer.start", "s", median(started), _TARGET, "the target", note=note)
