"""Imports point one way: what a part may know is written here, and nothing else is imported."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVER = ROOT / "server" / "src" / "jazz_server"
CLIENT = ROOT / "clients" / "python" / "src" / "jazz"

PROTOBUF = ("google", "jazz.v1", "jazz.codec", "grpc")
MAY_NOT_KNOW = {
    "store": (*PROTOBUF, "numpy", "jazz", "jazz_server.services", "jazz_server.pipelines", "jazz_server.engine"),
    "kinds": (*PROTOBUF, "jazz_server.store", "jazz_server.services", "jazz_server.pipelines", "jazz_server.engine"),
    "engine": (*PROTOBUF, "jazz_server.store", "jazz_server.services", "jazz_server.pipelines"),
    "statistics": (*PROTOBUF, "jazz_server.store", "jazz_server.services", "jazz_server.pipelines", "scipy"),
    "pipelines": ("grpc", "jazz_server.store", "jazz_server.services", "scipy"),
    "services": ("rocksdict", "scipy", "numba"),
}
BUILDS_KERNELS = SERVER / "engine" / "aot"


def imports(file: Path) -> Iterator[str]:
    """The modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def loaded(file: Path) -> set[str]:
    """The modules that a file imports when it is loaded, rather than when a function of it is called."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    late = {id(node) for function in functions for node in ast.walk(function) if node is not function}
    early = [node for node in ast.walk(tree) if id(node) not in late]
    names = {alias.name for node in early if isinstance(node, ast.Import) for alias in node.names}
    return names | {f"{node.module}" for node in early if isinstance(node, ast.ImportFrom)}


def known(folder: Path) -> list[tuple[str, str]]:
    """The files of a folder and the modules that they import."""
    return [(str(file.relative_to(ROOT)), name) for file in sorted(folder.rglob("*.py")) for name in imports(file)]


def within(name: str, packages: tuple[str, ...]) -> bool:
    """Whether a module is one of the packages or inside one."""
    return any(name == package or name.startswith(f"{package}.") for package in packages)


@pytest.mark.parametrize("part", MAY_NOT_KNOW)
def test_a_part_of_the_server_knows_only_what_is_below_it(part):
    assert [(file, name) for file, name in known(SERVER / part) if within(name, MAY_NOT_KNOW[part])] == []


def test_only_the_messages_of_pipelines_know_protobuf():
    found = {file for file, name in known(SERVER / "pipelines") if within(name, ("google", "jazz.v1", "jazz.codec"))}

    assert all("/pipelines/messages/" in file for file in found)


def test_only_the_build_of_the_kernels_knows_numba():
    found = {file for file, name in known(SERVER) if within(name, ("numba", "llvmlite"))}

    assert found
    assert all((ROOT / file).is_relative_to(BUILDS_KERNELS) for file in found)


def test_what_operations_call_scipy_for_is_imported_when_they_run():
    found = [file for file in (SERVER / "engine").rglob("*.py") if any(within(n, ("scipy",)) for n in loaded(file))]

    assert found == []


def test_the_client_does_not_know_the_server():
    assert [(file, name) for file, name in known(CLIENT) if within(name, ("jazz_server",))] == []


def test_values_know_numpy_alone():
    outside = [name for name in imports(CLIENT / "values.py") if not within(name, ("__future__", "numpy"))]

    assert {name.split(".")[0] for name in outside} <= {"enum", "collections", "dataclasses", "typing"}
