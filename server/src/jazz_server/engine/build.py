"""Build the kernel library: ``python -m jazz_server.engine.build``.

The result is one shared library per CPU level and a manifest that tells the loader what is in them. Nothing is done if
the manifest was made from the same sources by the same versions of the tools.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import importlib.util
import json
import multiprocessing
import os
import pkgutil
import platform
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from importlib import metadata
from pathlib import Path
from typing import Any

from jazz_server.engine import kernels
from jazz_server.engine.kernels import declare
from jazz_server.engine.levels import Level, levels_of

LIBRARY_DIRECTORY = Path(__file__).parent / "lib"
MANIFEST = "manifest.json"
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
    digest = _digest(names)
    if not force and _is_current(manifest_path, digest):
        return manifest_path
    declared = _declared(names)
    objects = _compile(declared, levels)
    from jazz_server.engine.aot.backend import link_library

    directory.mkdir(parents=True, exist_ok=True)
    # Files carry the digest in their names: a library in use is never overwritten, and the manifest switches at once.
    files = {level.name: directory / f"libjazz-kernels-{level.name}-{digest[:12]}.so" for level in levels}
    for level in levels:
        link_library(objects[level.name], files[level.name], level)
    partial = directory / f"{MANIFEST}.partial"
    partial.write_text(json.dumps(_manifest(declared, files, digest), indent=1))
    partial.replace(manifest_path)
    for stale in set(directory.iterdir()) - {manifest_path, *files.values()}:
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


def _compile(declared: dict[str, declare.Kernel], levels: tuple[Level, ...]) -> dict[str, list[bytes]]:
    """Compile kernels in fresh processes, because numba's settings hold for a process; objects by level."""
    workers = len(os.sched_getaffinity(0))
    by_weight = sorted(declared.values(), key=_instance_count, reverse=True)
    parts = [by_weight[number::workers] for number in range(workers)]
    objects: dict[str, list[bytes]] = {level.name: [] for level in levels}
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as processes:
        names = [[(k.function.__module__, k.name) for k in part] for part in parts if part]
        for compiled in processes.map(_compile_part, names, [levels] * len(names)):
            for level_name, content in compiled.items():
                objects[level_name].append(content)
    return objects


def _compile_part(kernel_names: list[tuple[str, str]], levels: tuple[Level, ...]) -> dict[str, bytes]:
    """Compile some kernels, for all levels, in the calling process."""
    from jazz_server.engine.aot import backend, frontend

    texts: list[str] = []
    for module, name in kernel_names:
        importlib.import_module(module)
        texts += frontend.compile_kernel(declare.KERNELS[name])
    bitcode = backend.link_modules(texts, "jazz_").as_bitcode()
    return {level.name: backend.emit_object(bitcode, level) for level in levels}


def _instance_count(kernel: declare.Kernel) -> int:
    count = 1
    for choices in kernel.templates.values():
        count *= len(choices)
    return count


def _digest(modules: Iterable[str]) -> str:
    """Hash what the library is made from: sources, the compiler's own sources, versions of tools, machine."""
    here = Path(__file__).parent
    files = [Path(__file__), here / "levels.py", *sorted((here / "aot").glob("*.py"))]
    files.append(Path(declare.__file__))
    for name in modules:
        origin = importlib.util.find_spec(name)
        if origin is None or origin.origin is None:
            raise ModuleNotFoundError(f"kernel module {name} has no source file", name=name)
        files.append(Path(origin.origin))
    digest = hashlib.sha256(platform.machine().encode())
    for tool in _TOOLS:
        digest.update(f"{tool}=={metadata.version(tool)}\n".encode())
    for file in files:
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
