"""Build the kernel library: ``python -m jazz_server.engine.build``.

The result is one shared library per CPU level and a manifest that tells the loader what is in them. Nothing is done if
the manifest was made from the same sources by the same versions of the tools; else what changed is compiled.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import importlib
import importlib.util
import json
import math
import multiprocessing
import os
import pkgutil
import platform
import shutil
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from importlib import metadata
from pathlib import Path
from typing import Any

from jazz_server.engine import kernels
from jazz_server.engine.kernels import declare
from jazz_server.engine.levels import Level, levels_of

LIBRARY_DIRECTORY = Path(__file__).parent / "lib"
MANIFEST = "manifest.json"
OBJECTS = "objects"
"""The folder of the machine code of each kernel, so that only what changed is compiled again."""

_EMITTED = 4000
"""As how many bytes of code a function counts that is written in IR."""

_TOOLS = ("numba", "llvmlite", "ziglang")


def build(
    directory: Path = LIBRARY_DIRECTORY,
    *,
    modules: Iterable[str] | None = None,
    force: bool = False,
) -> Path:
    """Build the library into `directory` unless it is up to date, and return the path of its manifest.

    `modules` names the modules that declare kernels; by default all of `jazz_server.engine.kernels`.
    """
    names = sorted(kernel_modules() if modules is None else modules)
    levels = levels_of(platform.machine())
    if not levels:
        raise RuntimeError(f"the kernel library cannot be built for {platform.machine()}")
    manifest_path = directory / MANIFEST
    digest = _digest({file for name in names for file in _sources(name)})
    if not force and _is_current(manifest_path, digest):
        return manifest_path
    if force:
        shutil.rmtree(directory / OBJECTS, ignore_errors=True)
    declared = _declared(names)
    objects = _compile(declared, levels, directory / OBJECTS)
    from jazz_server.engine.aot.backend import link_library

    # Files carry the digest in their names: a library in use is never overwritten, and the manifest switches at once.
    files = {level.name: directory / f"libjazz-kernels-{level.name}-{digest[:12]}.so" for level in levels}
    for level in levels:
        link_library(objects[level.name], files[level.name], level)
    partial = directory / f"{MANIFEST}.partial"
    partial.write_text(json.dumps(_manifest(declared, files, digest), indent=1))
    partial.replace(manifest_path)
    for stale in set(directory.iterdir()) - {manifest_path, directory / OBJECTS, *files.values()}:
        stale.unlink()
    return manifest_path


def kernel_modules() -> list[str]:
    """Return the names of the modules that declare the library's kernels."""
    return [module.name for module in pkgutil.iter_modules(kernels.__path__, f"{kernels.__name__}.")]


def _declared(modules: Iterable[str]) -> dict[str, declare.Kernel]:
    """Import modules and return the kernels that they declare, by name."""
    names = set(modules)
    for name in names:
        importlib.import_module(name)
    return {name: kernel for name, kernel in declare.KERNELS.items() if kernel.function.__module__ in names}


def _compile(declared: dict[str, declare.Kernel], levels: tuple[Level, ...], folder: Path) -> dict[str, list[Path]]:
    """Compile kernels that are not in `folder` as they are now, and leave no others there; objects by level.

    Each is a task of its own, the longest first, in fresh processes, because numba's settings hold for a process.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        kernel.name: {level.name: folder / f"{kernel.name}-{digest}-{level.name}.o" for level in levels}
        for kernel in declared.values()
        for digest in [_digest(_sources(kernel.function.__module__))[:16]]
    }
    wanted = [declared[name] for name, made in files.items() if not all(file.is_file() for file in made.values())]
    if wanted:
        processes = min(len(os.sched_getaffinity(0)), len(wanted))
        with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
            tasks = {
                pool.submit(_compile_kernel, kernel.function.__module__, kernel.name, levels): kernel.name
                for kernel in sorted(wanted, key=_weight, reverse=True)
            }
            try:
                for task in as_completed(tasks):
                    for level_name, content in task.result().items():
                        _write(files[tasks[task]][level_name], content)
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
    kept = {file for made in files.values() for file in made.values()}
    for stale in set(folder.iterdir()) - kept:
        stale.unlink()
    return {level.name: [files[name][level.name] for name in sorted(files)] for level in levels}


def _compile_kernel(module: str, name: str, levels: tuple[Level, ...]) -> dict[str, bytes]:
    """Compile a kernel, for all levels, in the calling process."""
    from jazz_server.engine.aot.objects import objects_of

    importlib.import_module(module)
    return objects_of(declare.KERNELS[name], levels)


def _weight(kernel: declare.Kernel) -> int:
    """About how long a kernel takes to compile: by the length of its code, and what is emitted is long."""
    function = kernel.function
    emits = any(function.__globals__.get(name) in declare.EMITTED for name in function.__code__.co_names)
    return math.prod(map(len, kernel.templates.values())) * (len(function.__code__.co_code) + _EMITTED * emits)


def _write(file: Path, content: bytes) -> None:
    partial = file.with_suffix(".partial")
    partial.write_bytes(content)
    partial.replace(file)


def _sources(module: str) -> set[Path]:
    """The source of a module of kernels, and those of the modules that it takes others from."""
    found: set[Path] = set()
    todo = [module]
    while todo:
        origin = importlib.util.find_spec(todo.pop())
        if origin is None or origin.origin is None:
            raise ModuleNotFoundError(f"kernel module {module} has no source file", name=module)
        file = Path(origin.origin)
        if file not in found:
            found.add(file)
            nodes = ast.walk(ast.parse(file.read_bytes()))
            imports = [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
            todo += [name for name in imports if name.startswith(f"{kernels.__name__}.")]
    return found


def _digest(sources: Iterable[Path]) -> str:
    """Hash what machine code is made from: sources, the compiler's own sources, versions of tools, machine."""
    here = Path(__file__).parent
    digest = hashlib.sha256(platform.machine().encode())
    for tool in _TOOLS:
        digest.update(f"{tool}=={metadata.version(tool)}\n".encode())
    for file in [here / "levels.py", *sorted((here / "aot").glob("*.py")), *sorted(sources)]:
        content = file.read_bytes()
        digest.update(f"{file.name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def _is_current(manifest_path: Path, digest: str) -> bool:
    if not manifest_path.is_file():
        return False
    manifest = json.loads(manifest_path.read_text())
    return manifest["digest"] == digest and all(
        _sha256(manifest_path.parent / build["file"]) == build["sha256"] for build in manifest["levels"].values()
    )


def _sha256(file: Path) -> str:
    """Return the hash of a file, or an empty string if there is none."""
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""


def _manifest(declared: dict[str, declare.Kernel], files: dict[str, Path], digest: str) -> dict[str, Any]:
    return {
        "digest": digest,
        "levels": {level: {"file": file.name, "sha256": _sha256(file)} for level, file in files.items()},
        "wide": declare.WIDE,
        "kernels": {name: _described(kernel) for name, kernel in sorted(declared.items())},
    }


def _described(kernel: declare.Kernel) -> dict[str, Any]:
    arguments = []
    for name, argument in kernel.arguments.items():
        if isinstance(argument, declare.Pointer):
            mode = "written" if argument.written else "read"
            arguments.append([name, argument.element, mode])
        elif isinstance(argument, declare.Scalar):
            arguments.append([name, argument.type, "number"])
    return {
        "templates": {
            name: [declare.choice_name(choice) for choice in choices] for name, choices in kernel.templates.items()
        },
        "arguments": arguments,
        "returns": kernel.returns,
    }


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Build the kernel library.")
    parser.add_argument("--directory", type=Path, default=LIBRARY_DIRECTORY)
    parser.add_argument("--module", action="append", help="a module that declares kernels, instead of all of Jazz's")
    parser.add_argument("--force", action="store_true", help="build even if nothing changed")
    options = parser.parse_args()
    print(build(options.directory, modules=options.module, force=options.force).parent)


if __name__ == "__main__":
    main()
