text <- function(type) format(jz_table(list(x = type)))

test_that("types are printed as they are written", {
  for (written in c(
    "float32[rows, 1024] csr", "int32|float64[*, n]?", "any[...] csr|csc strict", "timestamp[us, UTC][n]",
    "ordered factor[n]", "float64[] in kg/m**3", "float64[n] from -1 to 2.5", "any", "null", "lab/photo@2"
  )) expect_identical(text(written), sprintf("{x: %s, ...}", written))
})

test_that("functions and texts say the same", {
  pairs <- list(
    list(jz_csr("rows", 1024), "any[rows, 1024] csr"),
    list(jz_dense("n", type = "float64", nullable = TRUE), "float64[n]? dense"), list(jz_tensor(NA, 3), "any[*, 3]"),
    list(jz_any_value(), "any"), list(jz_of_kind("lab/photo"), "lab/photo"),
    list(jz_coo("i", type = c("int64", "int32")), "int32|int64[i] coo"),
    list(jz_tensor(unit = "m", min = 0), "any[...] in m from 0")
  )
  for (pair in pairs) expect_identical(text(pair[[1]]), text(pair[[2]]))
})

test_that("texts that say no type are refused with what was expected", {
  for (wrong in c(
    "float3[n]", "float64", "float64[n] foo", "float64[n] csr csr", "{a: b}", "float64[a b]", "", "int32|int32[n]",
    "timestamp[n]", "float64[n] from x", "float64[1.5]"
  )) {
    expect_error(text(wrong), class = "jazz_error_tracing", info = wrong)
  }
})

test_that("what has a type, and is none, is refused with how its type is said", {
  said <- function(type) conditionMessage(raised(jz_pipeline(function(t) t, inputs = list(t = type))))
  for (table in list(mtcars, list(a = "int32[n]"))) expect_match(said(table), "jz_table(list(a = ", fixed = TRUE)
  expect_match(said(jz_kind("int32[n]")), "its name stands for it", fixed = TRUE)
})

test_that("tensors of any layout have any number of dimensions", {
  expect_identical(text(jz_tensor("n")), text("any[n]"))
  expect_identical(text(jz_tensor(2, 3, "n")), text("any[2, 3, n]"))
})

test_that("what a type cannot be is refused, not left out of account", {
  for (wrong in list(
    quote(jz_dense("n", nullable = "yes")), quote(jz_dense("n", strict = NA)), quote(jz_dense("n", unit = NA)),
    quote(jz_dense("n", unit = c("m", "s"))), quote(jz_dense("n", min = "a")), quote(jz_dense("n", max = c(1, 2))),
    quote(jz_dense("n", min = 2, max = 1)), quote(jz_table(list(a = jz_dense("n")), closed = 1)),
    quote(jz_table(list(a = jz_dense("n"), a = jz_dense("n"))))
  )) {
    expect_error(eval(wrong), class = "jazz_error_invalid_argument", info = deparse(wrong))
  }
})

test_that("fields of a table are known by its type", {
  db <- test_db()
  types <- list(x = jz_table(list(
    a = jz_dense("n"), b = jz_dense("n", nullable = TRUE), inner = jz_table(list(c = jz_dense("m"))), t = "bool[n]"
  ), optional = c("inner", "t")))
  frame <- data.frame(a = c(3, 1, 2), b = c(1, NA, -1))
  sums <- jz_pipeline(function(x) x$a + x[["b"]] * 2, types)
  expect_identical(jz_run(db, sums, x = frame), frame$a + frame$b * 2)
  chosen <- jz_pipeline(function(x) x$a[x$a > 1], types)
  expect_identical(jz_run(db, chosen, x = frame), c(3, 2))
  expect_s3_class(jz_pipeline(function(x) c(x$inner$c, x$a), types), "jazz_pipeline")
  expect_error(jz_pipeline(function(x) x$t + x$t, types), class = "jazz_error_tracing")
  expect_match(raised(jz_pipeline(function(x) x$a + x$b))$message, "jz_table(list(a = jz_dense(\"n\")))", fixed = TRUE)
})
