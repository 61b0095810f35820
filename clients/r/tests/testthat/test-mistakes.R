# What people write by mistake, and what they are told.

said <- function(expr, class = "jazz_error_invalid_argument") {
  error <- raised(expr)
  expect_s3_class(error, class)
  conditionMessage(error)
}

test_that("a connection that was left out is what is said", {
  expect_match(said(jz_get("lab/x")), "db: expected a connection that jz_connect() made, found \"lab/x\"", fixed = TRUE)
  expect_match(said(jz_put("lab/x", 1)), "`db`", fixed = TRUE)
  expect_match(said(jz_info("lab/x")), "`db`", fixed = TRUE)
  expect_match(said(jz_delete("lab/x")), "`db`", fixed = TRUE)
  expect_match(said(jz_copy("lab/x", "lab/y")), "`db`", fixed = TRUE)
  expect_match(said(jz_update("lab/x", c(a = "b"))), "`db`", fixed = TRUE)
  double <- jz_pipeline(function(x) x * 2)
  expect_match(said(jz_run(double, x = 1)), "found an object of class jazz_pipeline")
})

test_that("misspelt arguments are named, with the one that is meant", {
  db <- jz_connect("localhost:1")
  on.exit(jz_close(db))
  expect_match(said(jz_get(db, "lab/x", colums = 1)), "found `colums`; is it `columns`?", fixed = TRUE)
  expect_match(said(jz_get(db, "lab/x", big_int = "numeric")), "is it `bigint`?", fixed = TRUE)
  expect_match(said(jz_put(db, "lab/x", 1, kinds = "lab/k")), "is it `kind`?", fixed = TRUE)
  expect_match(said(jz_put(db, "lab/x", 1, overwrite_this = TRUE)), "one of name, value, attributes", fixed = TRUE)
  expect_match(said(jz_get(db, "lab/x", NULL, NULL, NULL, NULL, NULL, NULL, "numeric")), "without a name")
  expect_match(said(jz_get(db, "lab/x", bigint = "int")), "integer64")
})

test_that("a position beyond the end is told with the length", {
  db <- test_db()
  space <- test_space(db, "r-beyond")
  jz_put(db, "r-beyond/iris", iris)
  for (rows in list(200, 151:160, c(1, 200))) {
    expect_match(said(jz_get(db, "r-beyond/iris", rows = rows)), "positions up to 150, found (200|160)")
  }
  expect_match(said(jz_get(db, "r-beyond/iris", item = "Species", rows = 200)), "positions up to 150, found 200")
  expect_match(said(jz_get(db, "r-beyond/iris", columns = 9)), "positions up to 5, found 9")
  told <- jz_batch(db) |> jz_get("r-beyond/iris", rows = 200) |> jz_send() |> said()
  expect_match(told, "positions up to 150, found 200")
})

test_that("a label or a field that is not there is told by the argument of R", {
  db <- test_db()
  space <- test_space(db, "r-labels")
  jz_put(db, "r-labels/cars", mtcars)
  told <- said(jz_get(db, "r-labels/cars", rows = c("Fiat 128", "Trabant")), "jazz_error_not_found")
  expect_match(told, "rows[2]: expected a label of the axis, found 'Trabant'", fixed = TRUE)
  expect_match(said(jz_get(db, "r-labels/cars", columns = "MPG"), "jazz_error_not_found"), "columns[1]: ", fixed = TRUE)
  expect_match(said(jz_get(db, "r-labels/cars", item = "MPG"), "jazz_error_not_found"), "item[1]: ", fixed = TRUE)
  told <- said(jz_get(db, "r-labels/cars", along = list(cars = 1)))
  expect_match(told, "  - along: expected ", fixed = TRUE)
  jz_put(db, "r-labels/iris", iris)
  expect_match(said(jz_get(db, "r-labels/iris", rows = "a")), "  - rows: expected", fixed = TRUE)
})

test_that("a field is a plain vector, however it is read", {
  db <- test_db()
  space <- test_space(db, "r-fields")
  jz_put(db, "r-fields/iris", iris)
  jz_put(db, "r-fields/cars", mtcars)
  expect_identical(jz_get(db, "r-fields/iris", item = "Species"), iris$Species)
  expect_identical(jz_get(db, "r-fields/iris", item = "Sepal.Width", rows = 2:3), iris$Sepal.Width[2:3])
  expect_identical(jz_block(db, "r-fields/iris", item = "Species")[], iris$Species)
  expect_identical((jz_batch(db) |> jz_get("r-fields/iris", item = "Species") |> jz_send())[[1]], iris$Species)
  expect_identical(jz_get(db, "r-fields/cars", item = "mpg"), stats::setNames(mtcars$mpg, row.names(mtcars)))
})

test_that("a handle is neither changed nor computed with by accident", {
  db <- jz_connect("localhost:1")
  on.exit(jz_close(db))
  handle <- jz_block(db, "lab/x")
  expect_match(said(handle + 1), "x[] reads it", fixed = TRUE)
  expect_match(said(1 + handle), "x[] reads it", fixed = TRUE)
  expect_match(said(sqrt(handle)), "a stored block, lab/x")
  expect_match(said(sum(handle)), "a stored block, lab/x")
  for (f in list(
    mean, median, quantile, unique, sort, order, is.na, t, c, cbind, rbind, all.equal, with, subset, plot, crossprod,
    tcrossprod, anyNA, duplicated, anyDuplicated, rep, split, cut, diff, na.omit, na.exclude, within
  )) {
    expect_match(said(f(handle)), "a stored block, lab/x")
  }
  for (f in list(cbind, rbind, crossprod)) expect_match(said(f(diag(2), handle)), "a stored block, lab/x")
  expect_identical(raised(max(handle))$call, quote(max()))
  expect_identical(raised(quantile(handle))$call, quote(quantile(handle)))
  expect_identical(raised(rowSums(handle))$call, quote(rowSums(handle)))
  for (product in list(said(handle %*% handle), said(handle %*% diag(2)), said(diag(2) %*% handle))) {
    expect_match(product, "jz_run() computes where it is", fixed = TRUE)
  }
  expect_match(said(Matrix::Diagonal(2) %*% handle), "a stored block, lab/x")
  for (f in list(rowSums, colMeans)) expect_match(said(f(handle)), "x[] reads it", fixed = TRUE)
  expect_match(said(handle$a <- 1), "jz_put()", fixed = TRUE)
  expect_match(said(handle[["a"]] <- 1), "jz_put()", fixed = TRUE)
  expect_match(said(handle[1, ] <- 1), "jz_put()", fixed = TRUE)
  expect_match(said(names(handle) <- "a"), "jz_put()", fixed = TRUE)
  expect_match(said(dim(handle) <- 2), "jz_put()", fixed = TRUE)
  expect_match(said(jz_put(db, "lab/y", handle)), "jz_copy() stores it", fixed = TRUE)
  expect_match(said(jz_pipeline(function(x) x + handle)), "make it an input", fixed = TRUE)
})

test_that("a handle becomes a vector of any type", {
  db <- test_db()
  space <- test_space(db, "r-vectors")
  jz_put(db, "r-vectors/x", c(1, 0, NA))
  handle <- jz_block(db, "r-vectors/x")
  expect_identical(as.numeric(handle), c(1, 0, NA))
  expect_identical(as.integer(handle), c(1L, 0L, NA))
  expect_identical(as.logical(handle), c(TRUE, FALSE, NA))
  expect_identical(as.character(handle), c("1", "0", NA))
})

test_that("blocks are listed of a space", {
  db <- jz_connect("localhost:1")
  on.exit(jz_close(db))
  expect_match(said(jz_list(db)), "jz_space_list(db) lists spaces", fixed = TRUE)
})

test_that("what is no data is called what it is", {
  expect_match(said(jz_there_and_back(function(x) x)), "found a function")
  expect_match(said(jz_there_and_back(new.env())), "found an environment")
  expect_match(said(jz_there_and_back(list(a = mean))), "value$a", fixed = TRUE)
})

test_that("inputs are given by name, and options as options", {
  db <- test_db()
  product <- jz_pipeline(function(x, w) x %*% w)
  m <- diag(2)
  expect_match(said(jz_run(db, product, m, m)), "by its name, as in jz_run(db, pipeline, x = 1), found 2", fixed = TRUE)
  expect_match(said(jz_run(db, product, x = m, x = m)), "found x twice")
  told <- said(jz_run(db, product, x = m, w = m, bigint = "character"))
  expect_match(told, "options = jz_value_options(bigint = ...)", fixed = TRUE)
  expect_match(said(jz_run(db, product, x = m, w = m, options = list(bigint = "numeric"))), "options: expected")
  expect_match(said(jz_run(db, function(x) x, x = 1)), "found a function")
  told <- said(jz_run(db, product, x = m, v = m))
  expect_match(told, "  - inputs: expected the name of an input: x, w, found 'v'", fixed = TRUE)
  expect_match(said(jz_run(db, product, x = m, w = m, into = c(y = "r/x"))), "into: expected the name of an output")
  expect_match(said(jz_pipeline_put(db, "r/x", product, bind = c(y = "r/x"))), "bind: expected the name of an input")
  expect_match(said(jz_pipeline(sum)), "function(x) sum(x), found a primitive function", fixed = TRUE)
})

test_that("operations of a commit are counted from 1", {
  db <- test_db()
  told <- said(jz_commit(db) |> jz_put("r-twice/a", 1) |> jz_put("r-twice/a", 2) |> jz_send())
  expect_match(told, "^operations\\[2\\]: expected each block once in a commit, .*, as in operations\\[1\\]$")
})

test_that("lists of blocks are as wide as a terminal, and show no time twice", {
  db <- test_db()
  space <- test_space(db, "r-lists")
  jz_put(db, "r-lists/iris", iris)
  shown <- capture.output(print(jz_list(db, "r-lists")))
  expect_length(shown, 2)
  expect_match(shown[[2]], "\\.\\.\\.")
  expect_no_match(shown[[1]], "updated")
})

test_that("operations print their signatures, and one of them all", {
  db <- test_db()
  ops <- jz_ops(db)
  expect_output(print(ops), "topk(x[..., n], k) -> values", fixed = TRUE)
  expect_lt(max(nchar(capture.output(print(ops)))), 200)
  expect_output(print(jz_ops(db, "topk")), "greatest elements along the last axis")
  expect_match(said(jz_ops(db, "top")), "an operation that jz_ops() lists", fixed = TRUE)
})
