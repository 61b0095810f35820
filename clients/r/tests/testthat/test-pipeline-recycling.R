# What R computes on real matrices, a run of the pipeline gives; or the pipeline is refused while it is written.

shapes <- list(
  single = 2, vector = c(1, 2, 3), other = c(1, 2, 3, 4), matrix = matrix(1:12 / 4, 3), square = matrix(1:9 / 2, 3),
  row = matrix(1:4 + 0, 1), column = matrix(1:3 + 0, 3)
)
types <- c(
  single = "float64[1]", vector = "float64[3]", other = "float64[4]", matrix = "float64[3, 4]",
  square = "float64[3, 3]", row = "float64[1, 4]", column = "float64[3, 1]"
)
operations <- list(
  "+" = function(a, b) a + b, "-" = function(a, b) a - b, "*" = function(a, b) a * b, "/" = function(a, b) a / b,
  ">" = function(a, b) a > b, pmax = function(a, b) pmax(a, b), ifelse = function(a, b) ifelse(a > 1, a, b),
  sweep = function(a, b) sweep(a, 2, b), "sweep 1" = function(a, b) sweep(a, 1, b, "+")
)

# What R gives; no number where it refuses, or does it with a warning.
in_r <- function(f, a, b) {
  tryCatch(f(a, b), error = function(e) "R refuses", warning = function(w) paste("R warns:", conditionMessage(w)))
}

traced <- function(f, a, b, types) {
  tryCatch(jz_pipeline(f, inputs = list(a = types[[a]], b = types[[b]])), jazz_error_tracing = function(e) NULL)
}

test_that("known shapes are recycled as R does, or refused", {
  db <- test_db()
  kept <- 0
  for (op in names(operations)) for (a in names(shapes)) for (b in names(shapes)) {
    pipeline <- traced(operations[[op]], a, b, types)
    if (is.null(pipeline)) next
    found <- tryCatch(jz_run(db, pipeline, a = shapes[[a]], b = shapes[[b]]), jazz_error = function(e) NULL)
    if (is.null(found)) next
    expect_equal(jz_plain(found), in_r(operations[[op]], shapes[[a]], shapes[[b]]), info = paste(op, a, b))
    kept <- kept + 1
  }
  expect_gt(kept, 100)
})

test_that("symbols are never stretched, whatever lengths they turn out to be", {
  db <- test_db()
  symbols <- c(
    single = "float64[n]", vector = "float64[n]", other = "float64[m]", matrix = "float64[r, c]",
    square = "float64[s, s]", row = "float64[p, q]", column = "float64[k, l]"
  )
  for (op in names(operations)) for (a in names(shapes)) for (b in names(shapes)) {
    pipeline <- traced(operations[[op]], a, b, symbols)
    if (is.null(pipeline)) next
    found <- tryCatch(jz_run(db, pipeline, a = shapes[[a]], b = shapes[[b]]), jazz_error = function(e) NULL)
    if (is.null(found)) next
    expect_equal(jz_plain(found), in_r(operations[[op]], shapes[[a]], shapes[[b]]), info = paste(op, a, b))
  }
})

test_that("R's way along the columns is taken where a symbol says so", {
  lines <- format(jz_pipeline(function(x, v) x + v, inputs = list(x = "any[r, c]", v = "any[r]")))
  expect_match(paste(lines, collapse = "\n"), "transpose(x)", fixed = TRUE)
  expect_error(
    jz_pipeline(function(x, v) x + v, inputs = list(x = "any[r, c]", v = "any[c]")), class = "jazz_error_tracing"
  )
})
