"""The other side of `peers.py`: prepares one function, then answers and takes times until its input ends."""

from __future__ import annotations

import importlib
import json
import os
import shutil
import sys
import time
from pathlib import Path

from arrays import load, save
from figures import taken
from peers import THREADS

_REST = 0.25
"""Seconds after which idle threads of OpenMP no longer spin, so that they don't disturb who is measured next."""


def main() -> None:
    """Runs until the input ends."""
    # what libraries print goes where it does not disturb the lines
    lines, folder = os.fdopen(os.dup(1), "w"), Path(sys.argv[1])
    os.dup2(2, 1)
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:THREADS])
    first = json.loads(sys.stdin.readline())
    module, name = first["prepare"].split(".")
    function = getattr(importlib.import_module(f"libraries.{module}"), name)
    call = function(**{key: load(value) for key, value in first["arguments"].items()})
    # a library whose results are its own objects turns them into arrays only to be compared
    answer = getattr(call, "answer", call)
    print(json.dumps({"library": function.library}), file=lines, flush=True)
    for line in sys.stdin:
        said = {"seconds": taken(call)} if json.loads(line)["do"] == "time" else {"answer": save(answer(), folder)}
        time.sleep(_REST)
        print(json.dumps(said), file=lines, flush=True)
    # here and not only there: the other side may have been killed
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
