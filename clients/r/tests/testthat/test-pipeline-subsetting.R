# Brackets, orders and dimensions mean in a pipeline what they mean to R, or are refused while it is written.

with_dim <- function(x, value) {
  dim(x) <- value
  x
}

of_matrices <- list(
  function(x) x[2, ], function(x) x[, 3], function(x) x[2, 3], function(x) x[c(3, 1), ], function(x) x[1:2, 4:1],
  function(x) x[2, , drop = FALSE], function(x) x[1:2, 3], function(x) x[-1, ], function(x) x[, -(2:3)],
  function(x) x[c(TRUE, FALSE, TRUE), ], function(x) x[x[, 1] > 0, ], function(x) x[, x[1, ] < 3],
  function(x) x[order(x[, 2]), ], function(x) x[order(x[, 2], decreasing = TRUE), 4:3],
  function(x) head(x, 2), function(x) head(x, -1), function(x) tail(x, 2), function(x) tail(x, -1), function(x) head(x),
  function(x) cbind(x, x[, 1]), function(x) rbind(x[1, ], x), function(x) cbind(x[, 1], x[, 2]),
  function(x) rbind(x, x), function(x) with_dim(x, c(2, 6)), function(x) with_dim(x, c(2, 3, 2)),
  function(x) with_dim(x, NULL), function(x) with_dim(x[, 1], c(1, 3))
)

of_vectors <- list(
  function(v) v[2:3], function(v) v[5], function(v) v[-1], function(v) v[-(1:2)], function(v) v[v > 1],
  function(v) v[c(TRUE, FALSE, TRUE, FALSE, TRUE)], function(v) rev(v), function(v) sort(v),
  function(v) sort(v, decreasing = TRUE), function(v) order(v), function(v) order(v, decreasing = TRUE),
  function(v) v[order(v)], function(v) unique(v), function(v) head(v, 3), function(v) tail(v, 3),
  function(v) tail(v, 0), function(v) with_dim(v, c(5, 1))
)

check_as_r <- function(functions, input, type) {
  db <- test_db()
  for (f in functions) {
    argument <- names(formals(f))
    pipeline <- jz_pipeline(f, inputs = stats::setNames(list(type), argument))
    found <- do.call(jz_run, c(list(db, pipeline), stats::setNames(list(input), argument)))
    expected <- f(input)
    expect_equal(unname(jz_plain(found)), unname(expected), info = paste(deparse(f), collapse = " "))
  }
}

test_that("brackets, orders and dimensions of matrices are R's", {
  check_as_r(of_matrices, matrix(c(1.5, -2, 3, 0, 5, -6, 7.25, 8, -9, 10, 11, -12), 3), "float64[3, 4]")
})

test_that("brackets and orders of vectors are R's", {
  check_as_r(of_vectors, c(2, 0.5, 3, 2, -1), "float64[5]")
})

test_that("what is missing is where R has it", {
  v <- c(2L, NA, 1L, NA)
  kept <- list(
    function(v) sort(v), function(v) sort(v, na.last = TRUE), function(v) order(v), function(v) unique(v),
    function(v) rev(v), function(v) v[order(v, decreasing = TRUE)]
  )
  check_as_r(kept, v, "int32[4]?")
})

test_that("texts are in the order of their code points", {
  db <- test_db()
  pipeline <- jz_pipeline(function(v) list(sorted = sort(v), seen = unique(v)), inputs = list(v = "string[n]"))
  v <- c("b", "a", "B", "\u00e9", "a")
  found <- jz_run(db, pipeline, v = v)
  expect_identical(found$sorted, c("B", "a", "a", "b", "\u00e9"))
  expect_identical(found$seen, unique(v))
})

test_that("the order of dimensions is that of the function that is asked", {
  db <- test_db()
  x <- matrix(1:6 + 0, 2)
  by_rows <- jz_run(db, jz_pipeline(function(x) jz_reshape(x, c(3, 2)), inputs = list(x = "float64[2, 3]")), x = x)
  expect_equal(jz_plain(by_rows), matrix(t(x), 3, byrow = TRUE))
})

test_that("indices that only R knows are refused, with what to write instead", {
  refused <- function(f, types = list(x = "float64[n, m]")) {
    error <- tryCatch(jz_pipeline(f, inputs = types), jazz_error_tracing = identity)
    expect_s3_class(error, "jazz_error_tracing")
    conditionMessage(error)
  }
  expect_match(refused(function(x) x[-1, ]), "tail(x, -n)", fixed = TRUE)
  expect_match(refused(function(x) x[x > 0]), "x[rows, ]", fixed = TRUE)
  expect_match(refused(function(x) x[x > 0, ]), "jz_where(mask, x, 0)", fixed = TRUE)
  expect_match(refused(function(x) x[jz_argmax(x, 1), ]), "jz_take(x, i, axis)", fixed = TRUE)
  expect_match(refused(function(x) x[c(TRUE, NA), ]), "that are not NA", fixed = TRUE)
  expect_match(refused(function(x) x[TRUE, ]), "a truth value for each", fixed = TRUE)
  known <- list(x = "float64[3, 2]")
  expect_match(refused(function(x) x[c(TRUE, FALSE), ], known), "a truth value for each", fixed = TRUE)
  expect_match(refused(function(x) x[c(1, -1), ]), "positions from 1 on", fixed = TRUE)
  expect_match(refused(function(x) x["a", ]), "positions from 1 on", fixed = TRUE)
  expect_match(refused(function(x) x[0, ]), "positions from 1 on", fixed = TRUE)
  expect_match(refused(function(x) sort(x)), "jz_sort(x, axis)", fixed = TRUE)
  expect_match(refused(function(x) sort(x[, 1], na.last = FALSE)), "na.last", fixed = TRUE)
  expect_match(refused(function(x) order(x)), "a vector for order()", fixed = TRUE)
  expect_match(refused(function(x) rev(x)), "jz_flip(x, axis)", fixed = TRUE)
  expect_match(refused(function(x) unique(x)), "jz_unique(x)", fixed = TRUE)
  expect_match(refused(function(x) head(x, c(1, 2))), "a whole number", fixed = TRUE)
  expect_match(refused(function(x) with_dim(x, "a")), "whole numbers as dimensions", fixed = TRUE)
})

test_that("settings of operations on shapes, order and features are checked", {
  for (f in list(
    function(x) jz_reshape(x, c(-1, -1)), function(x) jz_reshape(x, "a"), function(x) jz_tile(x, -1),
    function(x) jz_expand_dims(x, 0), function(x) jz_slice(x, 0.5), function(x) jz_slice(x, step = 0),
    function(x) jz_split(x), function(x) jz_split(x, 2, 1), function(x) jz_split(x, 5000), function(x) jz_stack(x),
    function(x) jz_sort(x, descending = NA), function(x) jz_prune(x, threshold = -1), function(x) jz_prune(x, k = 1.5),
    function(x) jz_keep_topk(x, -1), function(x) jz_one_hot(x, "a"), function(x) jz_bin(x, 1, right = 1),
    function(x) jz_hash_features(x, 0), function(x) jz_tokenize(x, min_length = 0), function(x) jz_tfidf(x, smooth = NA)
  )) {
    expect_error(jz_pipeline(f), class = "jazz_error", info = paste(deparse(f), collapse = " "))
  }
  expect_error(jz_pipeline(function(x) jz_normalize(x, "l3")))
})

test_that("a single position or truth value drops the dimension, as R does", {
  x <- matrix(c(1, 2, 3, 4, 5, 6), 2)
  alone <- list(
    function(x) x[, -(1:2)], function(x) x[-1, ], function(x) x[, c(FALSE, TRUE, FALSE)],
    function(x) x[c(FALSE, TRUE), c(TRUE, FALSE, FALSE)], function(x) x[-2, -(2:3)],
    function(x) x[, c(FALSE, TRUE, FALSE), drop = FALSE], function(x) x[, c(FALSE, FALSE, FALSE)], function(x) x[]
  )
  check_as_r(alone, x, "float64[2, 3]")
})

test_that("NULL is no index of everything", {
  expect_identical(
    jz_pipeline_bytes(jz_pipeline(function(x) x[NULL, ], list(x = "any[n, m]"))),
    jz_pipeline_bytes(jz_pipeline(function(x) x[integer(), ], list(x = "any[n, m]")))
  )
})

test_that("cbind() and rbind() take names, NULL and single numbers", {
  named <- list(function(v) rbind(a = v, b = v), function(v) cbind(axis = v, v), function(v) cbind(NULL, v))
  check_as_r(named, 1:3 + 0, "float64[3]")
  joined <- list(
    function(x) cbind(1, x), function(x) rbind(x, 0), function(x) cbind(x, x[, 1], 2),
    function(x) cbind(x, 1, deparse.level = 0)
  )
  check_as_r(joined, matrix(1:6 + 0, 2), "float64[2, 3]")
  check_as_r(list(function(v) cbind(1, v), function(v) rbind(v, 5)), 1:3 + 0, "float64[3]")
  error <- raised(jz_pipeline(function(x) cbind(1, x), list(x = "any[n, m]")))
  expect_s3_class(error, "jazz_error_tracing")
  expect_match(conditionMessage(error), "an input, such as rep(1, n)", fixed = TRUE)
})

test_that("products of which a length is not known are written without a warning", {
  expect_no_warning(jz_pipeline(function(x) kronecker(x, x), list(x = "any[n, m]")))
})
