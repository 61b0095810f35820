"""Data that R brings along: stored from R, seen in Python, cut, run through a pipeline, read back in R."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

import jazz


def _has(r, package):
    return r.flag(f'requireNamespace("{package}", quietly = TRUE)')


@pytest.mark.parametrize(
    ("code", "name", "shape", "stored"),
    [
        ("KNex$mm", "KNex", (1850, 712), 8755),
        ("CAex", "CAex", (72, 72), 216),
        ("USCounties", "USCounties", (3111, 3111), 9101),
    ],
)
def test_collections_of_matrix(r, db, code, name, shape, stored):
    r.run(f'data({name}, package = "Matrix")')
    r.run(f'jz_put(db, "real/{name}", {code})')
    found = db.get(f"real/{name}")
    assert isinstance(found, sp.csc_array | sp.csr_array | jazz.Array)
    matrix = found if sp.issparse(found) else found.data
    assert matrix.shape == shape
    general = r.run(f'as(as({code}, "generalMatrix"), "CsparseMatrix")')
    slots = {slot: np.array(general.do_slot(slot)) for slot in ("i", "p", "x")}
    assert matrix.nnz == len(slots["i"])
    wanted = sp.csc_array((slots["x"], slots["i"], slots["p"]), shape=shape)
    assert (sp.csc_array(matrix) != wanted).nnz == 0
    r.run(f'part <- jz_get(db, "real/{name}", rows = 11:20, columns = c(5, 3))')
    assert r.differences("as.matrix(part)", f"as.matrix({code}[11:20, c(5, 3)])") == ""
    np.testing.assert_array_equal(
        sp.csc_array(db.get(f"real/{name}", rows=slice(10, 20))).toarray(), wanted.toarray()[10:20]
    )


def test_least_squares_of_knex_by_a_pipeline(r, db):
    """Normal equations by sparse products, in R and on the server."""
    r.run('data(KNex, package = "Matrix")')
    r.run('jz_put(db, "real/mm", KNex$mm)')
    r.run(
        "normal <- jz_pipeline(function(m, y) list(gram = crossprod(m), right = t(m) %*% y), inputs = list(m = 'any[r, c]'))"  # noqa: E501
    )
    r.run('answer <- jz_run(db, normal, m = jz_block(db, "real/mm"), y = KNex$y)')
    assert r.flag("max(abs(answer$gram - crossprod(KNex$mm))) < 1e-12")
    assert r.flag("max(abs(answer$right - as.vector(crossprod(KNex$mm, KNex$y)))) < 1e-9")


def test_iris(r, db):
    r.run('jz_put(db, "real/iris", iris)')
    frame = db.get("real/iris")
    assert isinstance(frame, pd.DataFrame)
    assert frame.shape == (150, 5)
    assert frame["Species"].value_counts().to_dict() == {"setosa": 50, "versicolor": 50, "virginica": 50}
    assert frame["Sepal.Length"].mean() == pytest.approx(5.843333333333334)
    assert r.differences('jz_plain(jz_get(db, "real/iris"))', "iris") == ""
    assert r.differences('jz_plain(jz_get(db, "real/iris", rows = 51:53))$Species', "iris$Species[51:53]") == ""


def test_airquality_keeps_what_is_missing(r, db):
    r.run('jz_put(db, "real/air", airquality)')
    frame = db.get("real/air")
    assert frame["Ozone"].isna().sum() == 37
    assert frame["Solar.R"].isna().sum() == 7
    assert r.differences('jz_plain(jz_get(db, "real/air"))', "airquality") == ""
    r.run(
        "means <- jz_pipeline(function(air) list(\n"
        "  ozone = mean(air$Ozone, na.rm = TRUE), missing = jz_count_na(air$Ozone), whole = mean(jz_drop_na(air)$Ozone)))"  # noqa: E501
    )
    r.run('answer <- jz_run(db, means, air = jz_block(db, "real/air"))')
    assert r.flag("all.equal(as.numeric(answer$ozone), mean(airquality$Ozone, na.rm = TRUE))")
    assert r.flag("as.numeric(answer$missing) == 37")
    assert r.flag("all.equal(as.numeric(answer$whole), mean(na.omit(airquality)$Ozone))")


def test_titanic_keeps_the_names_of_its_dimensions(r, db):
    r.run('jz_put(db, "real/titanic", Titanic)')
    found = db.get("real/titanic")
    assert found.shape == (4, 2, 2, 2)
    assert list(found.dims) == ["Class", "Sex", "Age", "Survived"]
    assert np.asarray(found.data).sum() == 2201
    assert r.flag(
        'all.equal(unclass(jz_plain(jz_get(db, "real/titanic"))), unclass(Titanic), check.attributes = FALSE)'
    )
    assert r.differences('dimnames(jz_get(db, "real/titanic"))', "dimnames(Titanic)") == ""
    survivors = r.run('sum(jz_get(db, "real/titanic", along = list(Survived = "Yes", Class = c("1st", "Crew"))))')
    assert survivors[0] == r.run('sum(Titanic[c("1st", "Crew"), , , "Yes"])')[0]


def test_a_time_series_as_a_table(r, db):
    r.run("passengers <- data.frame(time = as.numeric(time(AirPassengers)), passengers = as.numeric(AirPassengers))")
    r.run('jz_put(db, "real/air-passengers", passengers)')
    assert db.get("real/air-passengers")["passengers"].sum() == 40363
    assert r.differences('jz_plain(jz_get(db, "real/air-passengers"))', "passengers") == ""


def test_single_cells(r, db):
    """Counts of cells by genes: normalised, log1p, a product, the best of each cell; in Python and in R."""
    if not _has(r, "SeuratObject"):
        pytest.skip("SeuratObject is not installed (r-cran-seuratobject)")
    r.run('data(pbmc_small, package = "SeuratObject")')
    r.run('counts <- t(SeuratObject::GetAssayData(pbmc_small, slot = "counts"))')
    r.run("weights <- matrix(cos(seq_len(ncol(counts) * 6)), ncol(counts))")
    r.run('jz_put(db, "real/cells", counts); jz_put(db, "real/weights", weights)')
    found = db.get("real/cells")
    matrix = sp.csr_array(found if sp.issparse(found) else found.data)
    assert matrix.shape == (80, 230)
    assert matrix.sum() == r.run("sum(counts)")[0]
    r.run(
        "best <- jz_pipeline(function(x, w) {\n"
        "  normal <- log1p(sweep(x, 1, rowSums(x), '/') * 10000)\n"
        "  list(scores = normal %*% w, best = jz_topk(normal %*% w, 2)$indices)\n"
        "}, inputs = list(x = 'any[cells, genes]', w = 'any[genes, clusters]'))"
    )
    r.run('jz_pipeline_put(db, "real/best", best, bind = c(w = "real/weights"))')
    r.run('answer <- jz_run(db, "real/best", x = jz_block(db, "real/cells"))')
    r.run("expected <- as.matrix(log1p(counts / Matrix::rowSums(counts) * 10000) %*% weights)")
    assert r.flag("all.equal(unname(as.matrix(answer$scores)), unname(expected), tolerance = 1e-12)")
    assert r.flag("all(as.numeric(answer$best) == as.numeric(t(apply(expected, 1, function(s) order(-s)[1:2] - 1))))")
    here = db.run("real/best", x=db["real/cells"])
    normal = np.log1p(matrix.toarray() / matrix.toarray().sum(1, keepdims=True) * 10000)
    np.testing.assert_allclose(
        here["scores"] if isinstance(here["scores"], np.ndarray) else here["scores"].data,
        normal @ db.get("real/weights"),
        rtol=1e-10,
    )
    assert r.flag('identical(dimnames(jz_get(db, "real/cells", rows = 1:2)), dimnames(counts[1:2, ]))')
