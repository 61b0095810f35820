"""The main job, from nothing: store real images and a sparse network, run it, kill the server, run it again.

`make demo` runs this. Everything happens in a temporary folder, over a loopback port.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import scipy
import scipy.sparse as sp
from rich.console import Console
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

import jazz
from digits import LICENCE, SOURCE, load
from local_server import Server
from radixnet import BIAS, CAP, categories, infer, radixnet

NEURONS = 1024
LAYERS = 120
SEED = 1

console = Console(highlight=False, width=max(80, min(Console().width, 110)))


@dataclass(frozen=True)
class Job:
    """What goes in: the images, the digit that each shows, and the network."""

    images: sp.csr_array
    digits: np.ndarray[Any, np.dtype[np.int64]]
    network: list[sp.csr_array]


def layer_names() -> list[str]:
    """Names of the weights, one for each layer."""
    return [f"w{layer:03}" for layer in range(LAYERS)]


def network_pipeline() -> jazz.Pipeline:
    """The inference rule of the challenge over all layers, as a pipeline."""

    # of the type of the weights: a bare number times truth values would be a double, as in numpy
    bias = np.float32(BIAS[NEURONS])

    def infer_digits(x: Any, **weights: Any) -> Any:
        """Sparse DNN Graph Challenge: min(max(Y @ W + bias where Y @ W is non-zero, 0), 32), layer by layer."""
        for w in weights.values():
            y = x @ w
            x = jazz.ops.clip(y + bias * (y != 0), 0, CAP)
        return x

    inputs: dict[str, Any] = {"x": jazz.Csr[np.float32, "images", NEURONS]}
    inputs |= dict.fromkeys(layer_names(), jazz.Csr[np.float32, NEURONS, NEURONS])
    return jazz.pipeline(infer_digits, inputs=inputs)


def main() -> None:
    """Runs the demo and exits with 0 when everything was as it should be."""
    console.print(Panel("[bold]Jazz[/]: typed data, kinds and compiled sparse pipelines in one service", expand=False))
    job = Job(*load(), radixnet(NEURONS, LAYERS, seed=SEED))
    with tempfile.TemporaryDirectory(prefix="jazz-demo-") as folder:
        root = Path(folder)
        with Server(root / "data", root / "server.log") as server:
            step(1, "A server on an embedded store")
            say(f"listening on {server.target}, data in {root / 'data'}, ready in {server.started_in:.1f} s")
            with jazz.connect(server.target) as db:
                store(db, job)
                alive = run(db, job)
            survive(server, root, alive)
            with jazz.connect(server.target) as db:
                refuse(db)
    console.print(Panel("[bold green]All of it as it should be.[/] Next: README.md, docs/", expand=False))


def store(db: jazz.Database, job: Job) -> None:
    """Puts the images and, in one atomic commit, the network."""
    step(2, "Real images and a sparse network, as blocks")
    origin = {"source": SOURCE, "licence": LICENCE}
    say(SOURCE)
    say(f"[dim]{LICENCE}[/]")
    with timed(f"stored {job.images.shape[0]} digits, {job.images.nnz:,} pixels of ink"):
        info = db.put("demo/digits", job.images, attributes=origin)
    say(f"[dim]{info.name}: {info.summary}[/]")
    draw(job)
    say(f"a network built as the Sparse DNN Graph Challenge's are; permutations after layer 5 from seed {SEED}")
    title = f"stored a RadiX-Net of {LAYERS} layers of {NEURONS} neurons in one atomic commit"
    with timed(title), db.commit() as commit:
        for name, weights in zip(layer_names(), job.network, strict=True):
            commit.put(f"demo/net/{name}", weights)
    edges = sum(w.nnz for w in job.network)
    dense = LAYERS * NEURONS * NEURONS
    say(f"{edges:,} weights where dense layers would have {dense:,}: {100 * edges / dense:.1f} %")


def run(db: jazz.Database, job: Job) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Registers the pipeline, runs it, and compares it with scipy."""
    step(3, "A pipeline, registered once and run by name")
    pipeline = network_pipeline()
    with timed(f"registered {len(pipeline.message.graph.steps)} steps, typed from end to end"):
        db.pipelines.put("demo/infer", pipeline, bind={name: f"demo/net/{name}" for name in layer_names()})
    seconds = []
    for _ in range(3):
        began = time.perf_counter()
        activations = db.run("demo/infer", x=db["demo/digits"])
        seconds.append(time.perf_counter() - began)
    found = categories(activations)

    began = time.perf_counter()
    expected = infer(job.images, job.network, BIAS[NEURONS])
    scipy_seconds = time.perf_counter() - began
    if not np.array_equal(found, categories(expected)):
        fail("Jazz and scipy find different categories")

    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for column in ("", "categories", "seconds", ""):
        table.add_column(column, justify="right" if column else "left")
    table.add_row("Jazz, first run", f"{len(found)}", f"{seconds[0]:.3f}", "")
    ratio = scipy_seconds / min(seconds[1:])
    table.add_row(
        "Jazz, best of the next two", f"{len(found)}", f"{min(seconds[1:]):.3f}", f"{ratio:.1f} x scipy's speed"
    )
    table.add_row(f"scipy {scipy.__version__}, one run", f"{len(categories(expected))}", f"{scipy_seconds:.3f}", "")
    console.print(indent(table))
    share = 100 * len(found) / len(job.digits)
    say(f"[green]✓[/] the same {len(found)} of {len(job.digits)} images ({share:.0f} %) keep an active neuron in both")
    if not 5 < share < 95:
        fail("almost all or almost none of the images survive: that shows nothing")
    return found


def survive(server: Server, root: Path, alive: np.ndarray[Any, np.dtype[np.int64]]) -> None:
    """Kills the server, starts it again, and runs the same pipeline from the command line."""
    step(4, "kill -9, start again, and the same answer from the command line")
    pid = server.pid
    server.kill()
    say(f"$ kill -9 {pid}")
    server.start()
    say(f"started again on the same folder in {server.started_in:.1f} s")
    out = root / "activations.npz"
    command = ["run", "demo/infer", "x=@demo/digits", "--into", f"result={out}"]
    say(f"$ jazz {' '.join(command)}")
    jazz_command = [str(Path(sys.executable).with_name("jazz")), "--server", server.target, *command]
    result = subprocess.run(jazz_command, capture_output=True, text=True, check=False)
    for line in (result.stdout + result.stderr).splitlines():
        say(f"[dim]{line}[/]")
    if result.returncode != 0:
        fail(f"the command ended with {result.returncode}")
    if not np.array_equal(categories(sp.csr_array(sp.load_npz(out))), alive):
        fail("the answer changed")
    say(f"[green]✓[/] the same {len(alive)} images")


def refuse(db: jazz.Database) -> None:
    """Shows what a mistake looks like."""
    step(5, "A mistake is refused when it is registered, not when it runs")

    def wrong(x: Any, w: Any) -> Any:
        return jazz.ops.relu(x @ w)

    inputs = {"x": jazz.Csr["images", 1000], "w": jazz.Csr[1024, 1024]}
    try:
        db.pipelines.put("demo/wrong", jazz.pipeline(wrong, inputs=inputs), bind={"w": "demo/net/w000"})
    except jazz.KindMismatch as error:
        console.print(indent(Text(f"{type(error).__name__}: {error}", style="red")))
    else:
        fail("the wrong pipeline was taken")


def draw(job: Job) -> None:
    """Shows a few of the images."""
    picked = [int(np.flatnonzero(job.digits == digit)[0]) for digit in (3, 1, 4)]
    pictures = [job.images[[row]].toarray().reshape(32, 32)[4:28, 4:28] for row in picked]
    for top in range(0, 24, 2):
        line = "  ".join(
            "".join(" ▀▄█"[int(a) + 2 * int(b)] for a, b in zip(p[top], p[top + 1], strict=True)) for p in pictures
        )
        say(f"[cyan]{line.rstrip()}[/]")


def step(number: int, title: str) -> None:
    """A heading."""
    console.print(f"\n[bold]{number}. {title}[/]")


def say(line: str) -> None:
    """A line under a heading."""
    console.print(f"   {line}", soft_wrap=True)


def indent(renderable: Any) -> Any:
    """The same, under a heading."""
    return Padding(renderable, (0, 0, 0, 3))


def fail(why: str) -> None:
    """Ends the demo."""
    console.print(f"[bold red]✗ {why}[/]")
    raise SystemExit(1)


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Says what was done and how long it took."""
    began = time.perf_counter()
    yield
    say(f"{what} in {time.perf_counter() - began:.2f} s")


if __name__ == "__main__":
    main()
