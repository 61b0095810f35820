"""Puts blocks until the server is gone; prints each that was acknowledged: its name, size and version."""

import sys
from itertools import count

import numpy as np

import jazz

# from inside the catalogue to several chunks of a segment file
SIZES = [0, 1, 100, 16_384, 16_385, 65_536, 300_000, 3_000_000]


def main(target: str, first: int) -> None:
    with jazz.connect(target, timeout=5) as db:
        for number in count(first):
            name, size = f"kill/{number:06}", SIZES[number % len(SIZES)]
            value = np.random.default_rng(list(name.encode())).integers(0, 256, size, dtype=np.uint8)
            try:
                info = db.put(name, value)
            except jazz.JazzError:
                return
            print(name, size, info.version, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
