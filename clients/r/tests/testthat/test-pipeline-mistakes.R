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
  expect_match(told(function(x) sprintf("%s", x)), "^sprintf\\(\"%s\", x\\): ")
  expect_match(told(function(x) Filter(exp, x)), "^Filter\\(exp, x\\): ")
  expect_match(told(function(x) signif(x)), "^signif\\(x")
  inner <- function(y) lm(y ~ 1)
  expect_match(told(function(x) inner(x)), "^lm\\(y ~ 1\\): ")
})

test_that("attributes that would be lost are errors", {
  expect_match(told(function(x) {
    attr(x, "tzone") <- "UTC"
    x
  }), "^attr\\(x, \"tzone\"\\) <- \"UTC\": .*nothing in a pipeline has attributes")
  expect_match(told(function(x) unclass(x)), "nothing in a pipeline has attributes")
})

test_that("assignments into a value of a pipeline are errors that show them", {
  expect_match(told(function(x) {
    x[x < 0] <- 0
    x
  }), "^x\\[x < 0\\] <- 0: .*ifelse")
  expect_match(told(function(x) {
    x$a <- 0
    x
  }, list(x = jz_dense("n"))), "^x\\$a <- 0: ")
  expect_match(told(function(x) {
    x[["a"]] <- 0
    x
  }, list(x = jz_dense("n"))), "^x\\[\\[\"a\"\\]\\] <- 0: ")
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

test_that("single values are joined to a vector", {
  db <- test_db()
  x <- c(1, 2, 6)
  both <- jz_pipeline(function(x) c(mean(x), sd(x), x[2:3], 0), list(x = jz_dense("n")))
  expect_equal(jz_run(db, both, x = x), c(mean(x), sd(x), x[2:3], 0))
})

test_that("values can be looked at while a function is traced", {
  expect_output(jz_pipeline(function(x) {
    str(x)
    x
  }), "<jazz_node: input 0")
})

test_that("NULL is no value", {
  expect_match(told(function(x) x == NULL), "found NULL")
})

test_that("arguments of R that would give another answer are refused, not left out of account", {
  vector <- list(x = jz_dense("n"))
  expect_match(told(function(x) mean(x, trim = 0.1), vector), "^mean\\(x, trim = 0.1\\): .*arguments, found trim")
  expect_match(told(function(x) mean(x, 0.1), vector), "found one without a name")
  expect_match(told(function(x) unique(x, fromLast = TRUE), vector), "found fromLast")
  expect_match(told(function(x) unique(x, incomparables = 1), vector), "incomparables = FALSE")
  expect_match(told(function(x) sort(x, partial = 2), vector), "found partial")
  expect_match(told(function(x) median(x, FALSE, 1), vector), "no further arguments")
  expect_match(told(function(x) quantile(x, names = TRUE), vector), "names = FALSE")
  expect_match(told(function(x) order(x, x), vector), "order\\(x\\) of one vector.*jz_sort_by")
  expect_match(told(function(x) head(x, 2, TRUE), vector), "no further arguments")
  by_function <- function(x) sweep(x, 2, colSums(x), function(a, b) a - b)
  expect_match(told(by_function), "found a function", fixed = TRUE)
})

test_that("what R would answer at once, of an object that it does not know, is refused", {
  for (f in list(
    function(x) if (is.matrix(x)) x else t(x), function(x) if (is.numeric(x)) x, function(x) if (is.null(names(x))) x,
    function(x) if (inherits(x, "Matrix")) x, function(x) if (identical(x, 1)) x, function(x) levels(x),
    function(x) if (is.null(dimnames(x))) x
  )) {
    expect_match(told(f), "it has no data yet", fixed = TRUE)
  }
  expect_match(told(function(x) x[which(x > 0)], list(x = jz_dense("n"))), "expected x\\[mask\\]")
  plain <- list(1, "a")
  expect_s3_class(jz_pipeline(function(x) if (is.list(plain) && is.character(plain[[2]])) x * 2), "jazz_pipeline")
})

test_that("functions of R that know nothing of values of a pipeline say what to write instead", {
  table <- list(t = jz_table(list(k = "string[n]", x = "float64[n]?")))
  for (f in list(
    function(t) na.omit(t), function(t) stats::na.omit(t), function(t) t[complete.cases(t), ], function(t) anyNA(t$x),
    function(t) if (isTRUE(all(t$x > 0))) t, function(t) if (class(t$x) == "numeric") t, function(t) nlevels(t$k),
    function(t) jz_assign(t, list(y = format(t$x)))
  )) {
    expect_match(told(f, table), "it has no data yet", fixed = TRUE)
  }
  expect_match(told(function(t) na.omit(t), table), "expected jz_drop_na(x)", fixed = TRUE)
  expect_match(told(function(t) split(t$x, t$k), table), "expected aggregate()", fixed = TRUE)
  expect_match(told(function(t) duplicated(t), table), "c(\"x\", \"first\")", fixed = TRUE)
  expect_match(told(function(t) unique(t), table), "jz_aggregate(x", fixed = TRUE)
  expect_match(told(function(t) subset(t, x > 1, select = k), table), "expected t[t$x > 1, c(", fixed = TRUE)
  expect_match(told(function(t) unlist(t), table), "c(t$x, t$y)", fixed = TRUE)
  plain <- c(1, NA)
  expect_s3_class(jz_pipeline(function(t) if (anyNA(plain)) t$x * length(na.omit(plain)), table), "jazz_pipeline")
})

test_that("drop() is of what has no dimension of 1", {
  product <- jz_pipeline(function(x, w) drop(x %*% w), list(x = jz_dense("n", "m"), w = jz_dense("m")))
  expect_length(format(product), 3)
  expect_match(told(function(x) drop(x), list(x = jz_dense("n", 1))), "jz_squeeze", fixed = TRUE)
  expect_match(told(function(x) drop(x)), "jz_squeeze", fixed = TRUE)
})

test_that("what is written instead gives what R does", {
  db <- test_db()
  x <- c(2.5, 1, 7, 4)
  type <- list(x = jz_dense("n"))
  run <- function(f) c(jz_plain(jz_run(db, jz_pipeline(f, type), x = x)))
  expect_equal(run(function(x) jz_argsort(jz_argsort(x)) + 1), rank(x))
  expect_equal(run(function(x) jz_subtract(tail(x, -1), head(x, -1))), diff(x))
  expect_equal(run(function(x) jz_bin(x, c(1, 3, 5, 9))), findInterval(x, c(1, 3, 5, 9)))
})

test_that("R's functions are ours also where a package masks them", {
  skip_if_not_installed("bit64")
  plain <- masked <- function(x) x[order(x)] %in% 2
  environment(masked) <- list2env(list(order = bit64::order, `%in%` = bit64::`%in%`), parent = globalenv())
  types <- list(x = jz_dense("n"))
  expect_identical(jz_pipeline_bytes(jz_pipeline(masked, types)), jz_pipeline_bytes(jz_pipeline(plain, types)))
})

test_that("functions of R are meant by their full names, too", {
  twins <- list(
    list(function(x) base::rowSums(x), function(x) rowSums(x)),
    list(function(x) Matrix::colMeans(x), function(x) colMeans(x)),
    list(function(x) stats::sd(x), function(x) sd(x)),
    list(function(x) base::ifelse(x > 0, 1, 0), function(x) ifelse(x > 0, 1, 0))
  )
  types <- list(x = jz_dense("n", "m"))
  for (twin in twins) {
    expect_identical(jz_pipeline_bytes(jz_pipeline(twin[[1]], types)), jz_pipeline_bytes(jz_pipeline(twin[[2]], types)))
  }
  expect_match(told(function(x) stats::mad(x)), "^stats::mad\\(x\\): ")
  expect_match(told(function(x) base::which(x > 0)), "^base::which\\(x > 0\\): ")
})

test_that("what is refused inside of brackets is told as it is outside", {
  message <- told(function(x) x[nrow(x), ], list(x = jz_dense("n", "m")))
  expect_match(message, "expected jz_size(x, 1)", fixed = TRUE)
  expect_no_match(message, "selecting a method")
})

test_that("functions that R has compiled are traced like others", {
  shaped <- function(x) {
    dim(x) <- c(3, 2)
    x
  }
  types <- list(x = jz_dense(2, 3))
  compiled <- jz_pipeline(compiler::cmpfun(shaped), types)
  expect_identical(jz_pipeline_bytes(compiled), jz_pipeline_bytes(jz_pipeline(shaped, types)))
  changed <- function(x) {
    x[x < 0] <- 0
    x
  }
  expect_match(told(compiler::cmpfun(changed)), "ifelse(x < 0, 0, x)", fixed = TRUE)
})

test_that("truth values are no numbers where R would count with them", {
  square <- list(x = jz_dense("n", "n"))
  for (f in list(
    function(x) crossprod(x > 0), function(x) (x > 0) %*% (x > 1), function(x) kronecker(x > 0, x > 0),
    function(x) exp(x > 0), function(x) sqrt(x > 0), function(x) log2(x > 0), function(x) abs(x > 0)
  )) {
    expect_match(told(f, square), "truth values.*jz_cast")
  }
  expect_s3_class(jz_pipeline(function(x) (x > 0) %*% x, square), "jazz_pipeline")
  expect_s3_class(jz_pipeline(function(x) jz_matmul(x > 0, x > 0, "or_and"), square), "jazz_pipeline")
})

test_that("each input is said once", {
  expect_match(
    raised(jz_pipeline(function(x) x, list(x = jz_dense("n"), x = jz_csr("n", "m"))))$message, "each input once"
  )
  expect_match(raised(jz_pipeline(function(x) x, jz_dense("n")))$message, "a named list of types, found an object")
})
