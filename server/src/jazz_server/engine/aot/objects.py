"""From a kernel to machine code."""

from __future__ import annotations

from jazz_server.engine.aot import backend, frontend
from jazz_server.engine.kernels.declare import Kernel
from jazz_server.engine.levels import Level


def objects_of(kernel: Kernel, levels: tuple[Level, ...]) -> dict[str, bytes]:
    """Return objects with all instances of a kernel, by the names of CPU levels."""
    bitcode = backend.link_modules(frontend.compile_kernel(kernel), "jazz_").as_bitcode()
    return {level.name: backend.emit_object(bitcode, level) for level in levels}
