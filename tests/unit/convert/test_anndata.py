"""AnnData as a table with two axes; anndata is where pandas 2 is."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse

from jazz.convert import from_value, to_value
from jazz.errors import InvalidArgument
from jazz.values import Layout, Null
from unit.convert.travel import sent, there_and_back

anndata = pytest.importorskip("anndata", reason="anndata shuts out pandas 3: run with .venv/pandas2")

OBS = ["c1", "c2", "é"]
VAR = ["tp53", "brca1"]


def sample(x=None, **parts):
    given = {
        "X": scipy.sparse.csr_matrix(np.array([[0, 1.5], [2, 0], [0, 0]], np.float32)) if x is None else x,
        "obs": pd.DataFrame({"kind": pd.Categorical(["a", None, "a"], categories=["b", "a"])}, index=OBS),
        "var": pd.DataFrame({"n": pd.array([1, None], dtype="Int64")}, index=VAR),
        "layers": {"raw": np.arange(6, dtype=np.int32).reshape(3, 2)},
        "obsm": {"pca": np.zeros((3, 4)), "frame": pd.DataFrame({"u": [1.5, 2.5, 3.5]}, index=OBS)},
        "varm": {"PCs": np.ones((2, 4), np.float32)},
        "obsp": {"distances": scipy.sparse.csr_matrix(np.eye(3))},
        "varp": {"same": np.eye(2)},
        "uns": {"method": "pca", "params": {"n": 3}, "colors": np.array(["red", "green"])},
        **parts,
    }
    return anndata.AnnData(**given)


def assert_equal(left, right):
    """Checks that two AnnData hold the same."""
    assert (left.obs_names.name, left.var_names.name) == (right.obs_names.name, right.var_names.name)
    pd.testing.assert_frame_equal(left.obs, right.obs, check_frame_type=False)
    pd.testing.assert_frame_equal(left.var, right.var, check_frame_type=False)
    assert_array_equal(left.X, right.X)
    for part in ("layers", "obsm", "varm", "obsp", "varp"):
        assert getattr(left, part).keys() == getattr(right, part).keys()
        for name, array in getattr(right, part).items():
            assert_array_equal(getattr(left, part)[name], array)
    assert (left.raw is None) == (right.raw is None)


def assert_array_equal(left, right):
    assert left is right if right is None else left.dtype == right.dtype if hasattr(right, "dtype") else True
    if isinstance(right, pd.DataFrame):
        pd.testing.assert_frame_equal(left, right, check_frame_type=False)
    elif scipy.sparse.issparse(right):
        assert left.format == right.format
        np.testing.assert_array_equal(left.toarray(), right.toarray())
    elif right is not None:
        np.testing.assert_array_equal(left, right)


def test_it_comes_back_whole():
    data = sample()
    result = there_and_back(data)
    assert_equal(result, data)
    assert result.uns["method"] == "pca"
    assert result.uns["params"]["n"] == 3
    assert result.uns["colors"].tolist() == ["red", "green"]


def test_labels_are_stored_once_and_sparse_stays_sparse():
    value = sent(sample())
    assert [(axis.name, axis.length) for axis in value.declared] == [("obs", 3), ("var", 2)]
    assert value["X"].axes == ("obs", "var")
    assert value["X"].layout is Layout.CSR
    assert value["obs"].declared == ()
    assert value["obsp"]["distances"].axes == ("obs", "obs")
    assert value["obsm"]["pca"].axes == ("obs", "")


def test_an_array_of_it_has_the_labels():
    arrays = from_value(sent(sample()), to="array")
    assert arrays["X"].dims == ("obs", "var")
    assert arrays["X"].labels["var"].tolist() == VAR
    assert arrays["layers"]["raw"].labels["obs"] is arrays["X"].labels["obs"]


@pytest.mark.parametrize(
    "data",
    [
        anndata.AnnData(np.zeros((2, 0))),
        anndata.AnnData(obs=pd.DataFrame(index=["a"])),
        anndata.AnnData(np.ma.getdata(np.arange(4.0).reshape(2, 2)).T),
        sample()[1:, 1:],
        sample(obs=pd.DataFrame(index=pd.Index(OBS, name="cell")), obsm={}),
    ],
    ids=["no variables", "no X", "plain", "view", "named index"],
)
def test_every_shape_of_it_comes_back(data):
    assert_equal(there_and_back(data), data)


def test_raw_comes_back_with_its_own_variables():
    whole = sample()
    whole.varm["PCs"] = np.ones((2, 4))
    whole.raw = whole.copy()
    data = whole[:, :1].copy()
    result = there_and_back(data)
    assert result.raw.shape == (3, 2)
    assert_array_equal(result.raw.X, data.raw.X)
    pd.testing.assert_frame_equal(result.raw.var, data.raw.var)
    np.testing.assert_array_equal(result.raw.varm["PCs"], np.ones((2, 4)))
    assert result.var_names.tolist() == ["tp53"]


def test_without_x_it_is_null():
    assert isinstance(to_value(sample(x=np.zeros((3, 2))))["X"], type(to_value(np.zeros((3, 2)))))
    assert to_value(anndata.AnnData(obs=pd.DataFrame(index=["a"])))["X"] == Null()


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"uns": {"a": {"b": object()}}}, "value.uns['a']['b']"),
        ({"uns": {"a": pd.DataFrame({"x": [1]}, index=pd.Index(["q"], name="obs"))}}, "value.uns"),
        ({"obs": pd.DataFrame({"x": [1j, "a", 2]}, index=OBS), "obsm": {}}, "value.obs['x'][1]"),
        ({"layers": {"a": np.zeros((3, 2), np.longdouble)}}, "value.layers['a']"),
    ],
)
def test_what_cannot_be_stored_is_refused_by_path(parts, field):
    with pytest.raises(InvalidArgument) as caught:
        to_value(sample(**parts))
    assert caught.value.violations[0].field == field


def test_other_values_cannot_be_had_as_one():
    with pytest.raises(InvalidArgument):
        there_and_back({"X": np.zeros((2, 2))}, to="anndata")
