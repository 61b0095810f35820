# What a traced function cannot be written with, and what is said of it.

told <- function(f, inputs = list()) {
  error <- raised(jz_pipeline(f, inputs = inputs))
  expect_s3_class(error, "jazz_error_tracing")
  conditionMessage(error)
}

test_that("keywords of R that need data are errors that name them and say what to write", {
  expect_match(told(function(x) if (x > 0) x else -x), "^if \\(x > 0\\) x else -x: .*ifelse\\(\\)")
  expect_match(told(function(x) while (sum(x) > 0) x), "^while .*jz_iterate\\(\\)")
  expect_match(told(function(x) for (i in x) i), "^for .*jz_iterate\\(\\)")
  expect_match(told(function(x) x && TRUE), "^x && TRUE: .*jz_where\\(\\)")
})

test_that("functions with loops are compiled, since the interpreter takes a value for a sequence", {
  before <- compiler::enableJIT(0)
  on.exit(compiler::enableJIT(before))
  expect_output(print(in_pipeline(function(x) for (i in x) i)), "<bytecode")
})

test_that("functions of R that need data are errors that name the call", {
  expect_match(told(function(x) sapply(x, exp)), "^sapply\\(x, exp\\): .*jz_operators")
  expect_match(told(function(x) mad(x)), "^mad\\(x\\): ")
  expect_match(told(function(x) fivenum(x)), "^fivenum\\(x\\): ")
  expect_match(told(function(x) rank(x)), "^rank\\(x\\): ")
  expect_match(told(function(x) which(x > 0)), "^which\\(x > 0\\): ")
  expect_match(told(function(x) as.numeric(x)), "^as.numeric\\(x\\): ")
  expect_match(told(function(x) paste("a", x)), "^paste\\(\"a\", x\\): ")
  expect_match(told(function(x) Filter(exp, x)), "^Filter\\(exp, x\\): ")
  expect_match(told(function(x) signif(x)), "^signif\\(x")
  inner <- function(y) lm(y ~ 1)
  expect_match(told(function(x) inner(x)), "^lm\\(y ~ 1\\): ")
})

test_that("assignments into a value of a pipeline are errors that show them", {
  expect_match(told(function(x) {
    x[x < 0] <- 0
    x
  }), "^x\\[x < 0\\] <- 0: .*ifelse")
  expect_match(told(function(x) {
    x$a <- 0
    x
  }), "^x\\$a <- 0: ")
  expect_match(told(function(x) {
    x[["a"]] <- 0
    x
  }), "^x\\[\\[\"a\"\\]\\] <- 0: ")
})

test_that("errors of the function's own stay what they are", {
  expect_error(jz_pipeline(function(x) stop("no such luck")), "^no such luck$")
  expect_error(jz_pipeline(function(x) x + not_there), "not_there")
  expect_error(jz_pipeline(function(x) if (NA) x), "missing value where TRUE/FALSE needed")
  caught <- jz_pipeline(function(x) tryCatch(stop("no"), error = function(error) x * 2))
  expect_s3_class(caught, "jazz_pipeline")
})

test_that("c() joins vectors, and is no list of outputs", {
  joined <- jz_pipeline(function(v, u) c(v, u, 1), list(v = jz_dense("n"), u = jz_dense("m")))
  expect_match(format(joined)[[2]], "concat")
  expect_match(told(function(x) c(x, 1)), "jz_concat(list(x, y))", fixed = TRUE)
  expect_match(told(function(x, y) c(a = x, b = y)), "list(a = x, b = y) gives several outputs", fixed = TRUE)
  expect_match(told(function(x) c(x, x), list(x = jz_dense("n", "m"))), "rbind")
  one <- c(2) # nolint: unneeded_concatenation_linter
  expect_identical(format(jz_pipeline(function(x) x * one))[[2]], format(jz_pipeline(function(x) x * 2))[[2]])
})

test_that("NULL is no value", {
  expect_match(told(function(x) x == NULL), "found NULL")
})
