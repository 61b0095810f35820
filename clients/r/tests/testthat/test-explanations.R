layer <- jz_pipeline(
  function(x, w) jz_relu(x %*% w), list(x = jz_dense(4, 10, type = "float64"), w = jz_dense(10, 5, type = "float64"))
)

test_that("an explanation tells what steps cost", {
  explained <- jz_explain(test_db(), layer)
  expect_identical(explained$steps$op, c("matmul", "relu"))
  expect_identical(explained$steps$flops, c(2 * 4 * 10 * 5, 20))
  expect_identical(explained$flops, 420)
  expect_identical(explained$steps$position, c(0, 1))
  expect_identical(explained$steps$outputs, list("float64[4, 5] dense", "float64[4, 5] dense"))
  expect_identical(format(explained$inputs$x), "float64[4, 10] dense")
  expect_named(explained$outputs, "result")
  expect_output(print(explained), "about 400 flop")
  unknown <- jz_explain(test_db(), jz_pipeline(function(x) exp(x)))
  expect_identical(unknown$steps$flops, NA_real_)
})

test_that("a profile tells what each step took", {
  ran <- jz_run(test_db(), layer, x = matrix(1, 4, 10), w = matrix(1, 10, 5), profile = TRUE)
  expect_identical(as.vector(ran$value), rep(10, 20))
  steps <- ran$profile$steps
  expect_identical(steps$calls, c(1, 1))
  expect_identical(steps$bytes_written, c(160, 160))
  expect_true(all(steps$seconds > 0))
  expect_output(print(ran$profile), "; took ")
  expect_null(jz_run(test_db(), layer, x = matrix(1, 4, 10), w = matrix(1, 10, 5), details = TRUE)$profile)
})

test_that("steps of loops, calls and choices are told with what they are inside of", {
  twice <- jz_pipeline(function(x) x * 2)
  grown <- jz_pipeline(function(x) jz_iterate(function(s) jz_call(twice, s), x, max_iter = 3)$state)
  ran <- jz_run(test_db(), grown, x = 1, profile = TRUE)
  expect_identical(ran$value, 8)
  expect_identical(ran$profile$steps$op, c("iterate", "call", "multiply"))
  expect_identical(ran$profile$steps$depth, c(0, 1, 2))
  expect_identical(ran$profile$steps$calls, c(1, 3, 3))
})

test_that("of two sides one is computed", {
  scaled <- jz_pipeline(function(x) jz_cond(max(x) > 1, function() x / max(x), function() x), list(x = jz_dense("n")))
  expect_identical(jz_run(test_db(), scaled, x = c(1, 4)), c(0.25, 1))
  expect_identical(jz_run(test_db(), scaled, x = c(0.5, 1)), c(0.5, 1))
})

test_that("an operation tells all that is known of it", {
  topk <- jz_ops(test_db(), "topk")
  expect_identical(topk$results[[1]], c("values", "indices"))
  expect_identical(topk$parameters[[1]]$name, "k")
  expect_true(topk$parameters[[1]]$required)
  expect_identical(c(topk$library, topk$since), c("", "0.1"))
  expect_output(print(topk), "k: int, required")
  expect_true(topk$cancellable)
  svds <- jz_ops(test_db(), "svds")
  expect_false(svds$cancellable)
  expect_output(print(svds), "svds, which cannot be cancelled")
  expect_identical(jz_ops(test_db(), "tfidf")$optional_arguments, 1)
})
