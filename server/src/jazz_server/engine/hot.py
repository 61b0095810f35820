"""Kernels of their own for chains of steps that run often, compiled by a child process while requests go on.

The server does not import numba: the child does, where the extra `kernels` is installed. Without it, without a folder
to write to, or when something fails, chains run as they did.
"""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Final

from jazz_server.engine.levels import levels_of
from jazz_server.engine.library import Kernel, KernelLibrary, KernelLibraryUnavailable, detected_level, library
from jazz_server.engine.scalars import NAME

_log = logging.getLogger("jazz_server")

OFTEN: Final = 64
"""After so many runs a chain gets a kernel."""

MOST: Final = 256
"""So many chains have kernels, and so many times more are counted."""

_CHILD_NICENESS: Final = 19
_MODULE: Final = "jazz_hot_chain"


class HotKernels:
    """The kernels of chains, by their sources. Any number of threads may ask."""

    def __init__(self, folder: Path, often: int = OFTEN) -> None:
        self._folder = folder
        self._often = often
        self._lock = threading.Lock()
        self._runs: dict[str, int] = {}
        self._kernels: dict[str, Kernel | None] = {}
        self._building: threading.Thread | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._closed = False

    def find(self, source: str, dtype: str) -> Kernel | None:
        """The kernel of a source if it is there; counts that it was asked for, and has it made when it was often."""
        kernel = self._kernels.get(source)
        if kernel is not None or source in self._kernels:
            return kernel
        with self._lock:
            runs = self._runs[source] = self._runs.get(source, 0) + 1
            if len(self._runs) > MOST * MOST:
                self._runs.clear()
            if runs >= self._often and not self._busy() and len(self._kernels) < MOST and not self._closed:
                self._building = threading.Thread(target=self._make, args=(source, dtype), daemon=True)
                self._building.start()
        return None

    def close(self) -> None:
        """End the child, if there is one."""
        with self._lock:
            self._closed = True
            if self._child is not None and self._child.returncode is None:
                # The compiler's own workers would outlive it, and hold its output open.
                with suppress(ProcessLookupError):
                    os.killpg(self._child.pid, signal.SIGTERM)
        if self._building is not None:
            self._building.join()

    def _busy(self) -> bool:
        return self._building is not None and self._building.is_alive()

    def _make(self, source: str, dtype: str) -> None:
        kernel = None
        try:
            kernel = self._made(source, dtype)
        except (OSError, KernelLibraryUnavailable) as error:
            _log.warning("no kernel of its own for a chain of steps: %s", error)
        self._kernels[source] = kernel
        with self._lock:
            self._runs.pop(source, None)

    def _made(self, source: str, dtype: str) -> Kernel | None:
        digest = hashlib.blake2b(f"{library().digest}\n{source}".encode(), digest_size=12).hexdigest()
        own, target = self._folder / digest / "source", self._folder / digest / "lib"
        if not (target / "manifest.json").is_file():
            own.mkdir(parents=True, exist_ok=True)
            (own / f"{_MODULE}.py").write_text(source)
            self._compile(own, target)
            if self._closed:
                return None
        return KernelLibrary(target, detected_level()).kernel(NAME, value=dtype)

    def _compile(self, own: Path, target: Path) -> None:
        command = [sys.executable, "-m", "jazz_server.engine.build", "--directory", str(target), "--module", _MODULE]
        path = os.pathsep.join(filter(None, [str(own), os.environ.get("PYTHONPATH", "")]))
        with self._lock:
            if self._closed:
                return
            self._child = subprocess.Popen(
                command,
                env=os.environ | {"PYTHONPATH": path},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                process_group=0,
            )
        os.setpriority(os.PRIO_PROCESS, self._child.pid, _CHILD_NICENESS)
        _, said = self._child.communicate()
        if self._child.returncode != 0 and not self._closed:
            raise OSError(f"the compiler ended with {self._child.returncode}: {said.decode()[-400:]}")


_hot: HotKernels | None = None


def use(folder: Path | None, often: int = OFTEN) -> HotKernels | None:
    """Has kernels made and kept in a folder; in none, from now on, when there is no compiler or `folder` is None."""
    global _hot
    _hot = HotKernels(folder, often) if folder is not None and can_compile() else None
    return _hot


def can_compile() -> bool:
    """Whether what compiles is installed."""
    return all(importlib.util.find_spec(name) is not None for name in ("numba", "ziglang")) and bool(
        levels_of(os.uname().machine)
    )


def find(source: str, dtype: str) -> Kernel | None:
    """The kernel of a source, if there is one by now."""
    return None if _hot is None else _hot.find(source, dtype)
