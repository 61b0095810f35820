# Linear algebra, graphs and neighbours in pipelines: what R computes itself, and what is refused while it is written.

links <- function() {
  from <- c(1, 1, 2, 3, 5, 4)
  to <- c(2, 3, 4, 4, 6, 1)
  Matrix::sparseMatrix(from, to, x = c(1, 4, 2, 1, 3, 5), dims = c(7, 7))
}

test_that("R's functions of products and equations mean in a pipeline what they mean to R", {
  db <- test_db()
  x <- matrix(c(4, 1, 0, 1, 5, 2, 0, 2, 6), 3)
  y <- matrix(c(1, 2, 3, 4, 5, 6), 3)
  expect_equal(jz_run(db, jz_pipeline(function(x, y) solve(x, y)), x = x, y = y), solve(x, y))
  expect_equal(c(jz_run(db, jz_pipeline(function(x, v) solve(x, v)), x = x, v = c(1, 2, 3))), solve(x, c(1, 2, 3)))
  expect_equal(jz_run(db, jz_pipeline(function(x, y) x %x% y), x = x, y = y), x %x% y)
  expect_equal(jz_run(db, jz_pipeline(function(x, y) kronecker(x, y)), x = x, y = y), kronecker(x, y))
  expect_equal(jz_run(db, jz_pipeline(function(u, v) u %o% v), u = c(1, 2), v = c(3, 4, 5)), c(1, 2) %o% c(3, 4, 5))
  expect_equal(jz_run(db, jz_pipeline(function(u, v) outer(u, v)), u = c(1, 2), v = c(3, 4)), outer(1:2, c(3, 4)))
  expect_equal(c(jz_run(db, jz_pipeline(function(x) jz_trace(x)), x = x)), sum(diag(x)))
  expect_equal(c(jz_run(db, jz_pipeline(function(x) jz_svds(x, 2)$s), x = x)), svd(x)$d[1:2])
  expect_equal(c(jz_run(db, jz_pipeline(function(x) jz_eigsh(x, 2)$w), x = x)), rev(eigen(x)$values[1:2]))
})

test_that("paths and components are found, nodes counted from 0", {
  db <- test_db()
  paths <- jz_pipeline(function(a) list(far = jz_sssp(a, 0), steps = jz_bfs(a, c(0, 4))$levels))
  found <- jz_run(db, paths, a = links())
  expect_equal(c(found$far), c(0, 1, 4, 3, Inf, Inf, Inf))
  expect_equal(as.numeric(found$steps), c(0, 1, 1, 2, 0, 1, -1))
  parts <- jz_run(db, jz_pipeline(function(a) jz_connected_components(a)), a = links())
  expect_equal(as.numeric(parts$labels), c(0, 0, 0, 0, 1, 1, 2))
  expect_equal(as.numeric(parts$count), 3)
})

test_that("shortest paths of two edges are a product of lengths", {
  db <- test_db()
  twice <- jz_run(db, jz_pipeline(function(a) jz_to_dense(jz_matmul(a, a, "min_plus"))), a = links())
  expect_equal(twice[1, 4], 3)
  expect_equal(twice[1, 5], Inf)
})

test_that("what does not fit is refused while the pipeline is written", {
  refused <- function(f, message) expect_error(jz_pipeline(f), message, class = "jazz_error_tracing")
  refused(function(a) jz_matmul(a, a, "plus"), "semiring: expected one of plus_times, min_plus")
  refused(function(a) jz_bfs(a, -1), "sources: expected nodes, counted from 0")
  refused(function(a) jz_sssp(a, 0.5), "source: expected nodes, counted from 0")
  refused(function(a) jz_pagerank(a, 2), "damping: expected a number from 0 to 1")
  refused(function(a) jz_random_walks(a, c(0, 1), 5, seed = 2^31), "seed: expected a whole number below")
  refused(function(a) jz_svds(a, 0), "k: expected a whole number from 1 on")
  refused(function(a) jz_knn(a, a, -1), "k: expected a whole number from 0 on")
  refused(function(a) solve(a), "expected a right side")
  refused(function(a, b) outer(a, b, "+"), "expected FUN = ")
})
