"""Puts and gets blocks of its own, and one block that all workers write; prints whatever is not as it should be."""

import sys

import numpy as np

import jazz


def main(target: str, worker: int, rounds: int) -> None:
    with jazz.connect(target, timeout=60) as db:
        for turn in range(rounds):
            value = np.full((turn + 1) * 1000, worker * 1000 + turn, np.int64)
            db.put(f"parallel/own-{worker}-{turn}", value)
            db.put("parallel/shared", value)
            if not np.array_equal(db.get(f"parallel/own-{worker}-{turn}"), value):
                print(f"own block of worker {worker}, turn {turn}")
            shared = np.unique(db.get("parallel/shared"))
            if len(shared) != 1:
                print(f"mixed content of the shared block: {shared}")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
