"""From LLVM IR to a shared library: optimise for a CPU level, emit an object, link with the linker in ziglang."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import llvmlite.binding as llvm

from jazz_server.engine.levels import Level

GLIBC = "2.28"
"""The oldest C library that the result runs with."""


def link_modules(texts: Iterable[str], exported_prefix: str) -> llvm.ModuleRef:
    """Parse and join LLVM modules; only functions whose name starts with the prefix stay visible."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    joined: llvm.ModuleRef | None = None
    for text in texts:
        module = llvm.parse_assembly(text)
        if joined is None:
            joined = module
        else:
            joined.link_in(module)
    if joined is None:
        raise ValueError("no modules to link")
    for item in (*joined.functions, *joined.global_variables):
        if not item.is_declaration and not item.name.startswith(exported_prefix):
            item.linkage = llvm.Linkage.internal
    return joined


def emit_object(bitcode: bytes, level: Level) -> bytes:
    """Optimise a module for a CPU level and return position-independent machine code."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    module = llvm.parse_bitcode(bitcode)
    machine = llvm.Target.from_default_triple().create_target_machine(
        cpu=level.llvm_cpu, features=level.llvm_features, opt=3, reloc="pic", codemodel="default"
    )
    module.triple = machine.triple
    module.data_layout = str(machine.target_data)
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    options.loop_vectorization = True
    options.slp_vectorization = True
    options.loop_interleaving = True
    options.loop_unrolling = True
    passes = llvm.create_pass_builder(machine, options)
    passes.getModulePassManager().run(module, passes)
    emitted: bytes = machine.emit_object(module)
    return emitted


def link_library(objects: Iterable[Path], target: Path, level: Level) -> None:
    """Link objects to a shared library that needs at most libc and libm."""
    with tempfile.TemporaryDirectory(prefix="jazz-link-") as directory:
        folder = Path(directory)
        environment = os.environ | {
            "ZIG_GLOBAL_CACHE_DIR": str(folder / "cache"),
            "ZIG_LOCAL_CACHE_DIR": str(folder / "cache"),
        }
        output = folder / target.name
        command = [
            *(sys.executable, "-m", "ziglang", "cc"),
            *("-target", f"{level.machine}-linux-gnu.{GLIBC}"),
            *("-shared", "-nostdlib", "-Wl,-s", "-Wl,--no-undefined", "-Wl,--as-needed"),
            *("-o", str(output)),
            *map(str, objects),
            *("-lm", "-lc"),
        ]
        finished = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if finished.returncode != 0:
            raise RuntimeError(f"linking {target.name} failed:\n{finished.stderr}")
        shutil.copyfile(output, target)
