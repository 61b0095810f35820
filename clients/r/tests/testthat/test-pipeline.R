listing <- function(...) paste(format(jz_pipeline(...)), collapse = "\n")
refused <- function(expr) {
  error <- tryCatch(expr, jazz_error_tracing = identity)
  expect_s3_class(error, "jazz_error_tracing")
  error
}

test_that("a pipeline prints its steps, their settings and its outputs", {
  pipeline <- jz_pipeline(
    function(x, w) list(best = jz_topk(x %*% w, 2)$values, where = jz_topk(x %*% w, 2L)$indices),
    inputs = list(x = "float32[rows, 1024] csr")
  )
  expect_identical(format(pipeline), c(
    "pipeline(x: float32[rows, 1024] csr, w) -> best, where",
    "  %0 = matmul(x, w)", "  %1 = topk(%0, k = 2L)", "  %2 = matmul(x, w)", "  %3 = topk(%2, k = 2L)",
    "  best = %1", "  where = %3[1]"
  ))
  expect_output(print(pipeline), "matmul")
})

test_that("what is not used is not in it, and the order of writing does not matter", {
  a <- jz_pipeline(function(x) {
    first <- exp(x)
    second <- sqrt(x)
    jz_multiply(second, first)
  })
  b <- jz_pipeline(function(x) {
    unused <- x + 1
    second <- sqrt(x)
    jz_multiply(second, exp(x))
  })
  expect_identical(jz_pipeline_bytes(a), jz_pipeline_bytes(b))
})

test_that("functions that are called see values of the pipeline, and R's own functions stay R's own", {
  scaled <- function(x) sweep(x, 2, colMeans(x))
  expect_match(listing(function(x) scaled(x)), "mean(x, axis = 0L)", fixed = TRUE)
  expect_match(listing(function(x) x * rowSums(matrix(1:2, 1))), "multiply(x, 3)", fixed = TRUE)
})

test_that("a function of the user's that is called as one of R's is the user's", {
  rowSums <- function(x) x * 2
  expect_match(listing(function(x) rowSums(x)), "multiply(x, 2)", fixed = TRUE)
})

test_that("errors name the call that was written", {
  error <- refused(jz_pipeline(function(x) x[0, ]))
  expect_identical(error$violations$field, "x[0, ]")
  expect_s3_class(error, c("jazz_error_tracing", "jazz_error_invalid_argument", "jazz_error", "error"), exact = FALSE)
  expect_match(conditionMessage(refused(jz_pipeline(function(x) gamma(x %% 2)))), "gamma(x%%2)", fixed = TRUE)
})

test_that("what a value of a pipeline cannot do is refused with what to write instead", {
  for (f in list(
    function(x) dim(x), function(x) length(x), function(x) nrow(x), function(x) gamma(x), function(x) signif(x),
    function(x) var(x), function(x) var(x, x), function(x) quantile(x, 2), function(x) quantile(x, 0.5, type = 1),
    function(x) which.min(x), function(x) jz_argmin(x, 1:2), function(x) jz_round(x, 0.5),
    function(x) jz_norm(x, "nuc"), function(x) jz_var(x, correction = NA), function(x) jz_leaky_relu(x, "a"),
    function(x) sum(x, 1), function(x) log(x, -2), function(x) log(x, 2, 3), function(x) jz_sum(x, 3),
    function(x) x[x > 0], function(x) x[-1, ], function(x) x[c(TRUE, NA), ], function(x) x[[1]],
    function(x) apply(x, 1, sum), function(x) (x > 0) + (x > 1), function(x) x * NULL,
    function(x) x * list(x), function(x) diag(sum(x)), function(x) jz_sum(x, 0), function(x) jz_topk(x, -1),
    function(x) jz_cast(x, "text"), function(x) jz_clip(x, "a"), function(x) sweep(x, 3, 1),
    function(x) sweep(x, 1, 1, "&"), function(x) NULL
  )) {
    error <- refused(jz_pipeline(f, inputs = list(x = "any[r, c]")))
    expect_true(nzchar(error$violations$expected), info = deparse(f))
    expect_false(grepl("traced_call", error$violations$field), info = deparse(f))
  }
})

test_that("a name of R's functions that is a value stays one", {
  sd <- 3
  expect_match(listing(function(x) x / sd), "divide(x, 3)", fixed = TRUE)
})

test_that("powers are real and single numbers are truth values, as R has it", {
  expect_match(listing(function(x) x^2L), "pow(x, 2)", fixed = TRUE)
  expect_match(listing(function(x) (x > 0) & 1), "logical_and(%0, TRUE)", fixed = TRUE)
})

test_that("R's questions have an answer where something is missing", {
  expect_match(listing(function(x) is.finite(x)), "fill_na(%0, FALSE)", fixed = TRUE)
})

test_that("values of one pipeline are of no use in another", {
  kept <- NULL
  jz_pipeline(function(x) {
    kept <<- x
    x
  })
  refused(jz_pipeline(function(y) y * kept))
  refused(jz_relu(kept))
})

test_that("equal constants are one, of any length", {
  big <- as.double(1:5000)
  pipeline <- jz_pipeline(function(x) (x + big) * big, inputs = list(x = "any[5000]"))
  expect_length(pipeline$message$constants, 1)
  refused(jz_pipeline(function(x) x %*% matrix(0, 400, 400)))
})

test_that("loops take what they use from around them", {
  pipeline <- jz_pipeline(function(a, x) jz_iterate(function(r) a %*% r, x, max_iter = 3)$state)
  expect_identical(vapply(pipeline$message$graphs[[1]]$inputs, `[[`, "", "name"), c("state_0", "captured_0"))
  refused(jz_pipeline(function(x) jz_iterate(function(r) list(r, r), x, max_iter = 3)))
  refused(jz_pipeline(function(x) jz_iterate(function(r) r, x, max_iter = -1)))
})

test_that("a pipeline that is called twice is read and written once", {
  # else thirty pipelines, each of which calls the one before it twice, would take 2^30 steps to write
  pipeline <- jz_pipeline(function(x) x + 1)
  for (layer in 1:30) {
    pipeline <- local({
      called <- pipeline
      jz_pipeline(function(x) jz_call(called, jz_call(called, x)))
    })
  }
  expect_length(pipeline$message$graphs, 30)
})

test_that("pipelines are called inside of pipelines", {
  twice <- jz_pipeline(function(x) x * 2)
  expect_identical(
    jz_pipeline_bytes(jz_pipeline(function(y) jz_inline(twice, x = jz_inline(twice, y)))),
    jz_pipeline_bytes(jz_pipeline(function(y) y * 2 * 2))
  )
  called <- jz_pipeline(function(y) jz_call(twice, x = jz_call(twice, y)))
  expect_identical(vapply(called$message$graph$steps, `[[`, "", "op"), c("call", "call"))
  expect_length(called$message$graphs, 1)
  refused(jz_call(twice, 1))
  refused(jz_pipeline(function(y) jz_call(twice, z = y)))
  refused(jz_pipeline(function(y) jz_call(twice)))
})

test_that("of two sides one is computed", {
  types <- list(x = jz_dense("n"), y = jz_dense("n"))
  chosen <- jz_pipeline(function(x, y) jz_cond(sum(x) > 1, function() x - y, function() x), types)
  expect_length(chosen$message$graphs, 2)
  refused(jz_pipeline(function(x) jz_cond(x, x, function() x)))
  refused(jz_pipeline(function(x) jz_cond(x, function(y) y, function() x)))
  refused(jz_pipeline(function(x) jz_cond(x, function() x, function() list(x, x))))
  refused(jz_cond(TRUE, function() 1, function() 2))
})

test_that("operations are applied by their names", {
  expect_identical(
    jz_pipeline_bytes(jz_pipeline(function(x) jz_apply("topk", x, k = 3, results = 2)[[2]])),
    jz_pipeline_bytes(jz_pipeline(function(x) jz_topk(x, 3)$indices))
  )
  refused(jz_pipeline(function(x) jz_apply(3, x)))
})

test_that("a pipeline may be as deep as it likes", {
  pipeline <- jz_pipeline(function(x) {
    for (k in 1:3000) x <- x * 0.5
    x
  })
  expect_length(pipeline$message$graph$steps, 3000)
})

test_that("what a called pipeline gives has dimensions, as far as they follow from its inputs", {
  double <- jz_pipeline(function(a) a * 2 + 1)
  score <- jz_pipeline(function(a, w) {
    list(p = jz_sigmoid(a %*% w), by = colMeans(a), at = jz_argmax(a, 2), n = jz_size(a))
  })
  types <- list(x = jz_dense("n", 3), y = jz_dense("n", 3), w = jz_dense(3, 2))
  dims <- list()
  jz_pipeline(function(x, y, w) {
    twice <- jz_call(double, x)
    scored <- jz_call(score, twice, w)
    dims <<- lapply(c(list(twice = twice), scored), dims_of)
    twice + y
  }, types)
  expect_identical(dims$twice, list("n", 3))
  expect_identical(dims$p, list("n", 2))
  expect_identical(dims$by, list(3))
  expect_identical(dims$at, list("n"))
  expect_identical(dims$n, list())
})

test_that("dimensions of called steps are those that the broadcasting of numpy gives, or not known", {
  expect_identical(stretched_dims(list("n", 3), list(3)), list("n", 3))
  expect_identical(stretched_dims(list(3), list("n", 1)), list("n", 3))
  expect_identical(stretched_dims(list("n"), list("m")), list(NA))
  expect_identical(stretched_dims(list("n"), list()), list("n"))
  expect_null(stretched_dims(NULL, list(1)))
  expect_null(step_dims("iterate", list(list("n")), list(), 1L)[[1]])
  expect_identical(step_dims("topk", list(list("n", 9)), list(k = 2), 1L)[[2]], list("n", 2))
  expect_identical(step_dims("take", list(list("n", 9), list(4)), list(axis = 1), 1L)[[1]], list("n", 4))
  expect_identical(step_dims("transpose", list(NULL), list(), 1L), list(NULL))
  expect_identical(step_dims("filter", list(list("n", 9), list("n")), list(), 1L), list(list(NA, 9)))
})

test_that("axes of called steps may be counted from the end", {
  expect_identical(step_dims("sum", list(list("n", 9)), list(axis = -1), 1L), list(list("n")))
  expect_identical(step_dims("sum", list(list("n", 9, 2)), list(axis = c(0, -1)), 1L), list(list(9)))
  expect_identical(step_dims("take", list(list("n", 9), list(4)), list(axis = -1), 1L), list(list("n", 4)))
  expect_identical(step_dims("sum", list(NULL), list(axis = -1), 1L), list(NULL))
})
