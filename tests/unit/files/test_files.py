"""Files and values: what each format holds, what it refuses, and what is said of files that are wrong."""

from __future__ import annotations

import io
import pickle
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import scipy.io
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

import jazz
from jazz._files import FileFormatError, MissingPackage, read, write
from jazz.convert import from_value, to_value
from jazz.errors import FailedPrecondition, InvalidArgument
from jazz.values import Layout, Tensor

NUMBERS = [np.dtype(name) for name in ("?", "i1", "u1", "<i4", ">i4", "<u8", "<f2", "<f4", "<f8", "<c8", "<c16")]


def round_trip(path: Path, obj: object) -> Any:
    write(path, to_value(obj))
    return read(path).value


@pytest.mark.parametrize("dtype", NUMBERS, ids=str)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3), (2, 0, 4)], ids=str)
def test_npy_holds_dense_arrays(tmp_path: Path, dtype: np.dtype[Any], shape: tuple[int, ...]) -> None:
    array = np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)
    again = round_trip(tmp_path / "a.npy", array)
    np.testing.assert_array_equal(again, array)
    assert again.dtype == array.dtype.newbyteorder("=")


def test_npy_keeps_fortran_order(tmp_path: Path) -> None:
    again = round_trip(tmp_path / "a.npy", np.asfortranarray(np.eye(3, 4)))
    assert again.flags.f_contiguous


def test_npy_holds_times_and_texts(tmp_path: Path) -> None:
    times = np.array(["2026-11-23T10:00", "1969-01-01T00:00"], "M8[s]")
    np.testing.assert_array_equal(round_trip(tmp_path / "t.npy", times), times)
    texts = np.array([["é", ""], ["long text", "𝄞"]])
    np.testing.assert_array_equal(round_trip(tmp_path / "s.npy", texts), texts)


def test_large_npy_files_are_mapped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jazz._files.numpy_files._MAPPED", 1000)
    array = np.arange(1000.0)
    again = round_trip(tmp_path / "a.npy", array)
    assert isinstance(again, np.memmap)
    stored = to_value(again)
    assert isinstance(stored, Tensor)
    assert np.shares_memory(stored.array(), again)
    np.testing.assert_array_equal(again, array)


@pytest.mark.parametrize("layout", ["csr", "csc", "coo"])
@pytest.mark.parametrize("ending", ["npz", "NPZ", "mtx", "MTX"])
def test_sparse_matrices_keep_their_entries(tmp_path: Path, layout: str, ending: str) -> None:
    matrix = scipy.sparse.random_array((7, 5), density=0.4, rng=np.random.default_rng(3), format=layout)
    again = round_trip(tmp_path / f"m.{ending}", matrix)
    assert list(tmp_path.iterdir()) == [tmp_path / f"m.{ending}"]
    np.testing.assert_array_equal(again.toarray(), matrix.toarray())
    if ending.lower() == "npz":
        assert again.format == layout


@pytest.mark.parametrize("dtype", [np.int8, np.int64, np.float32, np.float64, np.complex128])
def test_mtx_holds_numbers_exactly(tmp_path: Path, dtype: Any) -> None:
    dense = np.array([[1, 0], [3, -7]]).astype(dtype) / (3 if np.issubdtype(dtype, np.inexact) else 1)
    array = dense.astype(dtype)
    np.testing.assert_array_equal(round_trip(tmp_path / "d.mtx", array).astype(dtype), array)
    sparse = round_trip(tmp_path / "s.mtx", scipy.sparse.csr_array(array))
    np.testing.assert_array_equal(sparse.toarray().astype(dtype), array)


def test_mtx_holds_truth_values_as_a_pattern(tmp_path: Path) -> None:
    path = tmp_path / "p.mtx"
    write(path, to_value(scipy.sparse.csr_array(np.eye(3, dtype=bool))))
    assert "pattern" in path.read_text().splitlines()[0]
    np.testing.assert_array_equal(scipy.io.mmread(path, spmatrix=False).toarray(), np.eye(3))


@pytest.mark.parametrize("symmetry", ["symmetric", "skew-symmetric", "hermitian"])
def test_symmetric_mtx_files_are_expanded(tmp_path: Path, symmetry: str) -> None:
    dense = {
        "symmetric": np.array([[1.0, 2], [2, 3]]),
        "skew-symmetric": np.array([[0.0, 2], [-2, 0]]),
        "hermitian": np.array([[1, 2j], [-2j, 3]]),
    }[symmetry]
    path = tmp_path / "m.mtx"
    scipy.io.mmwrite(path, scipy.sparse.coo_array(dense), symmetry=symmetry)
    np.testing.assert_array_equal(read(path).value.toarray(), dense)  # type: ignore[attr-defined]


def test_npz_holds_tables_of_dense_arrays(tmp_path: Path) -> None:
    table = {"file": np.arange(3), "allow_pickle": np.eye(2, dtype=np.float32), "ü/x": np.array(["a", "b"])}
    again = round_trip(tmp_path / "t.npz", table)
    assert list(again) == list(table)
    for name, array in table.items():
        np.testing.assert_array_equal(again[name], array)


@pytest.mark.parametrize("layout", ["bsr", "dia"])
def test_npz_in_layouts_that_blocks_do_not_have_become_csr(tmp_path: Path, layout: str) -> None:
    matrix = scipy.sparse.csr_array(np.eye(4)).asformat(layout)
    scipy.sparse.save_npz(tmp_path / "m.npz", matrix)
    again = read(tmp_path / "m.npz").value
    assert to_value(again).layout is Layout.CSR  # type: ignore[union-attr]


FRAME = pd.DataFrame(
    {
        "whole": pd.array([1, None, 3], dtype="Int64"),
        "real": [0.5, 1.5, -2.0],
        "text": pd.array(["a", 'ü, "quoted"\nline', None], dtype="string"),
        "truth": pd.array([True, False, None], dtype="boolean"),
    }
)


def test_csv_holds_frames_and_says_what_it_inferred(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    write(path, to_value(FRAME))
    loaded = read(path)
    pd.testing.assert_frame_equal(loaded.value, FRAME.astype({"real": "Float64"}), check_dtype=False)  # type: ignore[arg-type]
    assert loaded.note == "3 rows; types as inferred: whole: int64, real: float64, text: string, truth: boolean"


def test_columns_of_a_csv_without_rows_are_texts(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("a,b\n", encoding="utf-8")
    loaded = read(path)
    assert [(name, str(column)) for name, column in to_value(loaded.value).fields] == [  # type: ignore[union-attr]
        ("a", "string[0]"),
        ("b", "string[0]"),
    ]
    assert loaded.note == "0 rows; types as inferred: a: string, b: string"


@pytest.mark.parametrize("ending", ["parquet", "arrow", "feather"])
def test_arrow_formats_hold_frames(tmp_path: Path, ending: str) -> None:
    again = round_trip(tmp_path / f"f.{ending}", FRAME)
    assert again.column_names == list(FRAME)
    assert again["whole"].to_pylist() == [1, None, 3]
    assert again["text"].to_pylist() == ["a", 'ü, "quoted"\nline', None]
    assert again["truth"].to_pylist() == [True, False, None]


@pytest.mark.parametrize("ending", ["csv", "parquet", "arrow"])
def test_a_dict_of_vectors_is_a_table_too(tmp_path: Path, ending: str) -> None:
    again = round_trip(tmp_path / f"f.{ending}", {"a": np.arange(3), "b": np.ones(3)})
    assert np.asarray(again["a"], dtype=int).tolist() == [0, 1, 2]


@pytest.mark.parametrize("ending", ["csv", "parquet", "arrow"])
def test_labels_of_rows_become_a_column(tmp_path: Path, ending: str) -> None:
    frame = pd.DataFrame({"x": [1, 2]}, index=pd.Index(["p", "q"], name="who"))
    again = round_trip(tmp_path / f"f.{ending}", frame)
    names = list(again.columns) if ending == "csv" else again.column_names
    assert names == ["who", "x"]


def test_factors_are_texts_in_csv_and_factors_in_parquet(tmp_path: Path) -> None:
    frame = pd.DataFrame({"colour": pd.Categorical(["red", None, "red"])})
    assert (round_trip(tmp_path / "f.csv", frame)["colour"] == "red").tolist() == [True, pd.NA, True]
    again = round_trip(tmp_path / "f.parquet", frame)
    assert again["colour"].to_pylist() == ["red", None, "red"]


def test_arrows_stream_format_is_read(tmp_path: Path) -> None:
    table = pa.table({"a": [1, 2]})
    path = tmp_path / "s.arrow"
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    assert read(path).value == table


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("photo.PNG", "image/png"),
        ("notes.txt", "text/plain"),
        ("data.csv.gz", "application/gzip"),
        ("thing.unheard-of", "application/octet-stream"),
        ("without", "application/octet-stream"),
    ],
)
def test_other_files_are_bytes_with_a_content_type(tmp_path: Path, name: str, content_type: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"\x00\xffany bytes")
    loaded = read(path)
    assert loaded.value == b"\x00\xffany bytes"
    assert loaded.attributes == {"content-type": content_type}
    assert round_trip(path, loaded.value) == b"\x00\xffany bytes"


def test_an_empty_file_of_another_ending_is_no_bytes(tmp_path: Path) -> None:
    path = tmp_path / "empty.bin"
    path.touch()
    assert read(path).value == b""


def test_a_text_is_written_in_utf8(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", to_value("grüß dich"))
    assert (tmp_path / "a.txt").read_bytes() == "grüß dich".encode()


SPARSE = scipy.sparse.csr_array(np.eye(3))


@pytest.mark.parametrize(
    ("name", "obj", "found"),
    [
        ("a.npy", {"x": np.ones(2)}, "a table of x"),
        ("a.npy", SPARSE, "csr"),
        ("a.npy", np.ma.MaskedArray([1, 2], [True, False]), "1 missing"),
        ("a.npy", None, "null"),
        ("a.npy", pd.Series(pd.Categorical(["x"])), "factor"),
        ("a.npy", pd.Series(pd.to_datetime(["2026-01-01"], utc=True)), "UTC"),
        ("a.npy", np.array(["ends in NUL\0"], np.dtypes.StringDType()), "string"),
        ("a.npz", np.ones(3), "float64[3]"),
        ("a.npz", {"x": SPARSE}, "csr"),
        ("a.npz", {"x": {"y": np.ones(2)}}, "a table of y"),
        ("a.npz", {"format": np.ones(()), "shape": np.ones(2), "data": np.ones(1)}, "format, shape, data"),
        ("a.mtx", np.ones(3), "float64[3]"),
        ("a.mtx", np.ones((2, 2), bool), "bool"),
        ("a.mtx", np.array([["a"]]), "string"),
        ("a.mtx", np.ma.MaskedArray([[1]], [[True]]), "1 missing"),
        ("a.mtx", {"x": np.ones(2)}, "a table"),
        ("a.csv", np.ones((2, 2)), "float64[2, 2]"),
        ("a.csv", {"x": np.ones((2, 2))}, "float64[2, 2]"),
        ("a.csv", {"x": np.ones(2), "y": np.ones(3)}, "3"),
        ("a.csv", {"x": [b"bytes"]}, "bytes"),
        ("a.csv", {"x": {"y": np.ones(2)}}, "a table of y"),
        ("a.parquet", {"x": SPARSE}, "csr"),
        ("a.parquet", {"x": np.ones(2, complex)}, "complex"),
        ("a.arrow", None, "null"),
        ("a.png", np.ones(3), "float64[3]"),
        ("a", {"x": b"a"}, "a table of x"),
    ],
)
def test_what_a_format_cannot_hold_is_refused(tmp_path: Path, name: str, obj: object, found: str) -> None:
    (tmp_path / name).write_text("as it was")
    with pytest.raises(FileFormatError) as caught:
        write(tmp_path / name, to_value(obj))
    assert found in str(caught.value.violations[0])
    assert isinstance(caught.value, InvalidArgument)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "as it was"


def pickled_npy() -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.array([{}], object), allow_pickle=True)
    return buffer.getvalue()


def npz_with(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.npy", content)
    return buffer.getvalue()


def npy() -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.arange(100.0))
    return buffer.getvalue()


def parquet() -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.table({"a": list(range(1000))}), buffer)
    return buffer.getvalue()


def arrow() -> bytes:
    buffer = io.BytesIO()
    table = pa.table({"a": list(range(1000))})
    with pa.ipc.new_file(buffer, table.schema) as writer:
        writer.write_table(table)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        *((f"empty.{ending}", b"") for ending in ("npy", "npz", "mtx", "csv", "parquet", "arrow", "feather")),
        *((f"other.{ending}", b"\x01\x02 something else") for ending in ("npy", "npz", "mtx", "parquet", "arrow")),
        ("pickled.npy", pickled_npy()),
        ("pickle.npy", pickle.dumps({"a": 1})),
        ("pickled.npz", npz_with(pickled_npy())),
        ("member.npz", npz_with(b"no array")),
        ("cut.npy", npy()[:-40]),
        ("cut.npy", npy()[:8]),
        ("cut.npz", npz_with(npy())[:-60]),
        ("cut.parquet", parquet()[:-30]),
        ("cut.arrow", arrow()[:-30]),
        ("cut.mtx", b"%%MatrixMarket matrix coordinate real general\n3 3 2\n1 1 1.0\n"),
        ("beyond.mtx", b"%%MatrixMarket matrix coordinate real general\n3 3 1\n4 1 1.0\n"),
        ("words.mtx", b"%%MatrixMarket matrix coordinate real general\n3 3 1\n1 1 one\n"),
        ("ragged.csv", b"a,b\n1,2\n1,2,3\n"),
        ("latin1.csv", b"a\n\xe9\n"),
        ("blank.csv", b"\n\n"),
    ],
)
def test_files_that_are_wrong_are_named_with_their_problem(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FileFormatError) as caught:
        read(path)
    assert name in str(caught.value)
    assert caught.value.violations[0].found


@given(st.data())
def test_no_cut_of_a_file_is_taken_for_whole(tmp_path_factory: pytest.TempPathFactory, data: Any) -> None:
    name, content = data.draw(st.sampled_from([("a.npy", npy()), ("a.npz", npz_with(npy())), ("a.parquet", parquet())]))
    path = tmp_path_factory.mktemp("cut") / name
    path.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
    with pytest.raises(FileFormatError):
        read(path)


@given(npst.arrays(st.sampled_from(NUMBERS), npst.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)))
def test_any_array_of_numbers_goes_through_npy(tmp_path_factory: pytest.TempPathFactory, array: Any) -> None:
    again = round_trip(tmp_path_factory.mktemp("npy") / "a.npy", array)
    np.testing.assert_array_equal(again, array)


@pytest.mark.parametrize(
    ("name", "library", "extra"), [("a.csv", "pandas", "pandas"), ("a.parquet", "pyarrow", "arrow")]
)
def test_a_missing_library_is_named_with_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, library: str, extra: str
) -> None:
    path = tmp_path / name
    path.write_text("a\n1\n")
    monkeypatch.setitem(sys.modules, library, None)
    for act in (lambda: read(path), lambda: write(path, to_value({"a": np.ones(1)}))):
        with pytest.raises(MissingPackage, match=rf"jazz-client\[{extra}\]") as caught:
            act()
        assert isinstance(caught.value, FailedPrecondition | ImportError)


def test_files_that_are_not_there_are_the_systems_error(tmp_path: Path) -> None:
    for name in ("a.npy", "a.csv", "a.bin"):
        with pytest.raises(FileNotFoundError):
            read(tmp_path / name)
    with pytest.raises(OSError, match="no such"):
        write(tmp_path / "no such" / "a.npy", to_value(np.ones(1)))


def test_a_file_that_is_replaced_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    path.touch(mode=0o600)
    write(path, to_value(np.ones(1)))
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.npy").touch()
    (tmp_path / "link.npy").symlink_to("real.npy")
    write(tmp_path / "link.npy", to_value(np.ones(1)))
    assert (tmp_path / "link.npy").is_symlink()
    assert (tmp_path / "real.npy").stat().st_size > 0


def test_labels_without_a_place_are_said_to_be_left_out(tmp_path: Path) -> None:
    series = pd.Series([1.0, 2.0], index=pd.Index(["a", "b"], name="who"))
    assert "who" in write(tmp_path / "a.npy", to_value(series))
    assert write(tmp_path / "b.npy", to_value(np.ones(2))) == ""


def test_names_and_units_without_a_place_are_said_to_be_left_out(tmp_path: Path) -> None:
    array = to_value(jazz.Array(np.eye(2), ("x", ""), unit="m"))
    note = write(tmp_path / "a.npy", array)
    assert note == "names of dimensions (x) and units (m) are left out: .npy files have no place for them"


@pytest.mark.parametrize("ending", ["parquet", "arrow", "feather"])
def test_units_of_columns_stay_in_the_files_of_arrow(tmp_path: Path, ending: str) -> None:
    frame = pd.DataFrame({"height": [1.5], "n": [1]})
    frame.attrs["units"] = {"height": "m"}
    path = tmp_path / f"f.{ending}"
    assert write(path, to_value(frame)) == ""
    assert from_value(to_value(read(path).value)).attrs == frame.attrs
    assert "units (m)" in write(tmp_path / "f.csv", to_value(frame))


def test_metadata_of_a_file_that_has_no_place_is_said_to_be_left_out(tmp_path: Path) -> None:
    table = pa.table({"x": [1]}).replace_schema_metadata({"source": "here"})
    pq.write_table(table, tmp_path / "t.parquet")
    loaded = read(tmp_path / "t.parquet")
    assert loaded.note == "metadata left out: source"
    assert to_value(loaded.value)
