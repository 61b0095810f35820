"""Building the kernel library, loading it, and calling kernels."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from jazz_server.engine import library
from jazz_server.engine.build import LIBRARY_DIRECTORY, build
from jazz_server.engine.levels import supported_levels
from jazz_server.engine.library import (
    BadKernelArgument,
    KernelLibrary,
    KernelLibraryUnavailable,
    UnknownKernel,
)

SOURCE = """
import math

from jazz_server.engine.kernels.declare import NUMBER, Operation, Size, Value, Values, ValuesOut, inlined, kernel


@inlined
def twice(x):
    return x + x


@inlined
def softly(x):
    return math.log1p(math.exp(twice(x)))


@kernel(op=(twice, softly), value=NUMBER)
def apply(op: Operation, x: Values, out: ValuesOut, added: Value, row_begin: Size, row_end: Size) -> int:
    for i in range(row_begin, row_end):
        out[i] = op(x[i]) + added
    return row_end - row_begin
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of one kernel in a folder of its own, with the C library's functions in it."""
    folder = tmp_path_factory.mktemp("kernels")
    (folder / "small_kernels.py").write_text(SOURCE)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        patch.setattr(sys.modules["os"], "sched_getaffinity", lambda _: {0})
        build(folder / "lib", modules=["small_kernels"])
    return folder


def test_a_build_runs_its_kernels_with_helpers_and_mathematics(small: Path) -> None:
    x = np.array([-1.0, 0.0, 0.5])
    for level in supported_levels():
        out = np.zeros(3)
        kernel = KernelLibrary(small / "lib", level.name).kernel("apply", op="softly", value=np.float64)
        assert kernel(x, out, 10.0, 1, 3) == 2
        np.testing.assert_allclose(out, [0, *(np.log1p(np.exp(2 * x[1:])) + 10)], rtol=1e-15)


def test_a_build_is_not_repeated_until_something_changes(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(small))
    manifest = small / "lib" / "manifest.json"
    before = manifest.stat().st_mtime_ns
    assert build(small / "lib", modules=["small_kernels"]) == manifest
    assert manifest.stat().st_mtime_ns == before


def test_only_kernels_whose_sources_changed_are_compiled_again(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(small / "lib", tmp_path / "lib")
    (tmp_path / "more_kernels.py").write_text(SOURCE.replace("def apply", "def apply_again"))
    for folder in (small, tmp_path):
        monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setattr(sys.modules["os"], "sched_getaffinity", lambda _: {0})
    before = {file: file.stat().st_mtime_ns for file in (tmp_path / "lib" / "objects").iterdir()}
    build(tmp_path / "lib", modules=["small_kernels", "more_kernels"])
    after = {file: file.stat().st_mtime_ns for file in (tmp_path / "lib" / "objects").iterdir()}
    assert before
    assert before.items() <= after.items()
    assert {file.name.split("-")[0] for file in after.keys() - before.keys()} == {"apply_again"}
    for name in ("apply", "apply_again"):
        assert KernelLibrary(tmp_path / "lib", supported_levels()[0].name).kernel(name, op="twice", value=np.float32)


@pytest.mark.parametrize("folder", ["whole", "small"])
def test_libraries_need_only_an_old_c_library(folder: str, small: Path) -> None:
    directory = LIBRARY_DIRECTORY if folder == "whole" else small / "lib"
    libraries = list(directory.glob("*.so"))
    assert libraries
    for file in libraries:
        content = file.read_bytes()
        assert set(re.findall(rb"\0(lib[\w-]+\.so[.\d]*)", content)) <= {b"libc.so.6", b"libm.so.6"}
        versions = re.findall(rb"GLIBC_(\d+)\.(\d+)", content)
        assert all((int(major), int(minor)) <= (2, 28) for major, minor in versions)
        # whole names: addresses of symbols can spell the beginning of one
        assert not re.search(rb"\0(_?Py[A-Z_]\w+|NRT_\w+|numba\w*)\0", content)


def test_every_declared_instance_is_in_the_library_of_every_level() -> None:
    manifest = json.loads((LIBRARY_DIRECTORY / "manifest.json").read_text())
    for level in supported_levels():
        loaded = KernelLibrary(LIBRARY_DIRECTORY, level.name)
        assert list(loaded.names) == list(manifest["kernels"])
        for name in loaded.names:
            templates = loaded.templates(name)
            for choices in combinations(dict(templates)):
                assert loaded.kernel(name, **choices).name == name


def combinations(templates: dict[str, tuple[str, ...]]) -> list[dict[str, str]]:
    """Return every combination of one choice per template parameter."""
    found: list[dict[str, str]] = [{}]
    for key, choices in templates.items():
        found = [one | {key: choice} for one in found for choice in choices]
    return found


def test_the_server_runs_kernels_without_a_compiler_and_without_scipy() -> None:
    program = """
import sys
import numpy as np
from jazz_server.engine.library import kernel
out = np.empty(2)
indptr, indices = np.array([0, 1, 2], np.int32), np.array([1, 0], np.int32)
kernel("csr_matmul_dense", index=np.int32, value=np.float64)(
    indptr, indices, np.array([2.0, 3.0]), np.array([5.0, 7.0]), out, 1, 0, 2)
assert out.tolist() == [14.0, 15.0]
loaded = {"numba", "llvmlite", "scipy", "jazz_server.engine.kernels"} & set(sys.modules)
assert not loaded, loaded
"""
    paths = "\n".join(sys.path)
    command = [sys.executable, "-c", f"import sys; sys.path[:] = {paths.splitlines()!r}\n{program}"]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr


def test_read_only_inputs_are_taken_and_read_only_outputs_refused() -> None:
    kernel = library.kernel("csr_row_ids", index=np.int32)
    indptr, rows = np.array([0, 1, 1, 3], np.int32), np.empty(3, np.int32)
    indptr.flags.writeable = False
    kernel(indptr, rows, 0, 3)
    assert rows.tolist() == [0, 2, 2]
    rows.flags.writeable = False
    with pytest.raises(BadKernelArgument) as refused:
        kernel(indptr, rows, 0, 3)
    assert (refused.value.kernel, refused.value.argument) == ("csr_row_ids", "rows_out")


@pytest.mark.parametrize(
    "indptr",
    [np.zeros(4, np.int64), np.zeros(8, np.int32)[::2], [0, 1, 1, 3], None, np.zeros(4, ">i4")],
    ids=["other type", "strided", "list", "none", "other byte order"],
)
def test_what_is_not_the_declared_array_is_refused(indptr: object) -> None:
    with pytest.raises(BadKernelArgument, match=r"indptr.*C-contiguous array of int32"):
        library.kernel("csr_row_ids", index=np.int32)(indptr, np.empty(3, np.int32), 0, 3)


def test_a_wrong_number_of_arguments_is_refused() -> None:
    kernel = library.kernel("csr_row_ids", index=np.int32)
    with pytest.raises(BadKernelArgument, match=r"expected 4 \(indptr, rows_out, row_begin, row_end\)"):
        kernel(np.zeros(1, np.int32))
    with pytest.raises(BadKernelArgument):
        kernel.bind(np.zeros(1, np.int32), np.zeros(1, np.int32), 0)


def test_a_bound_kernel_takes_ranges_and_keeps_its_arrays() -> None:
    rows = np.full(3, -1, np.int64)
    run = library.kernel("csr_row_ids", index=np.int64).bind(np.array([0, 1, 1, 3]), rows)
    run(0, 1)
    run(1, 3)
    assert rows.tolist() == [0, 2, 2]


@pytest.mark.parametrize(
    ("name", "choices"),
    [
        ("no_such_kernel", {"index": "int32"}),
        ("csr_row_ids", {"index": np.int16}),
        ("csr_row_ids", {"index": "nonsense"}),
        ("csr_row_ids", {}),
        ("csr_row_ids", {"index": np.int32, "value": np.float32}),
        ("map_values", {"op": "cube", "value": np.float32}),
    ],
)
def test_what_was_not_compiled_is_named(name: str, choices: dict[str, object]) -> None:
    with pytest.raises(UnknownKernel):
        library.kernel(name, **choices)  # type: ignore[arg-type]


def test_a_missing_library_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(KernelLibraryUnavailable, match="make kernels"):
        KernelLibrary(tmp_path, supported_levels()[0].name)


def test_a_damaged_library_says_what_to_run(small: Path, tmp_path: Path) -> None:
    for file in (small / "lib").glob("*.*"):
        (tmp_path / file.name).write_bytes(file.read_bytes()[:2000] if file.suffix == ".so" else file.read_bytes())
    with pytest.raises(KernelLibraryUnavailable, match="make kernels"):
        KernelLibrary(tmp_path, supported_levels()[0].name)


def test_the_level_can_be_chosen_among_those_the_machine_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    lowest = supported_levels()[0].name
    monkeypatch.setenv(library.LEVEL_VARIABLE, lowest)
    assert library.detected_level() == lowest
    monkeypatch.setenv(library.LEVEL_VARIABLE, "x86-64-v9")
    with pytest.raises(KernelLibraryUnavailable, match="x86-64-v9"):
        library.detected_level()
    monkeypatch.delenv(library.LEVEL_VARIABLE)
    assert library.detected_level() == supported_levels()[-1].name
