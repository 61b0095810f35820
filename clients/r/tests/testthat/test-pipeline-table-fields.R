# Tables that a pipeline makes and changes are those that R makes and changes of data frames.

frame <- function() data.frame(n = c(2.5, NA, -1, 2.5), k = c(3L, 1L, 2L, 1L), text = c("b", NA, "a", "é"))
type <- jz_table(list(n = "float64[4]?", k = "int32[4]", text = "string[4]?"))

of_frames <- list(
  function(x) x["k"], function(x) x[c("text", "n")], function(x) x[, c("text", "n")], function(x) x[, "k"],
  function(x) x[, "k", drop = FALSE], function(x) x[x$k > 1, c("n", "k")], function(x) x[2:1, "text"],
  function(x) {
    x$twice <- x$n * 2
    x
  },
  function(x) {
    x$n <- x$text
    x
  },
  function(x) {
    x[["a name"]] <- TRUE
    x
  },
  function(x) {
    x$k <- NULL
    x[["n"]] <- NULL
    x
  },
  function(x) {
    x$none <- NA
    x$kind <- factor("a", c("b", "a"))
    x$day <- as.Date("2024-02-29")
    x
  },
  function(x) transform(x, sum = n + k, k = k * 2L),
  function(x) {
    two <- 2
    transform(x[x$k > 1, ], n = n * two, m = mean(n))
  },
  function(x) data.frame(a = x$n, `b c` = x$k, yes = TRUE, part = 0.5, word = "é"),
  function(x) data.frame(`b c` = x$k, n = x$n, check.names = FALSE),
  function(x) {
    k <- x$k
    data.frame(k, mean = mean(k))
  },
  function(x) data.frame(x, twice = x$k * 2L), function(x) cbind(x, `a name` = x$k),
  function(x) rbind(x["k"], head(x["k"], 1)),
  function(x) {
    x$half <- x$n / 2
    x <- x[x$k > 1, ]
    x[order(x$half), "half"]
  }
)

test_that("tables are those that R makes of data frames", {
  db <- test_db()
  for (f in of_frames) {
    expected <- f(frame())
    if (is.data.frame(expected)) rownames(expected) <- NULL
    found <- jz_plain(jz_run(db, jz_pipeline(f, inputs = list(x = type)), x = frame()))
    expect_equal(found, expected, info = paste(deparse(f), collapse = " "))
  }
})

test_that("fields are changed and chosen where the input is not known to be a table", {
  db <- test_db()
  f <- jz_pipeline(function(x) {
    x$n <- NULL
    x$c <- 1L
    x[c("c", "k")]
  })
  expect_equal(jz_plain(jz_run(db, f, x = frame())), data.frame(c = 1L, k = frame()$k))
  f <- jz_pipeline(function(x) x[, c("k", "n")])
  expect_equal(jz_plain(jz_run(db, f, x = frame())), frame()[c("k", "n")])
})

test_that("a table has fields of any sort", {
  db <- test_db()
  f <- jz_pipeline(function(x, m) jz_frame(list(m = m, inner = x, one = 1)), inputs = list(x = type))
  m <- Matrix::sparseMatrix(c(1, 4), 2:1, x = c(1, 2), dims = c(4, 3))
  found <- jz_run(db, f, x = frame(), m = m)
  expect_named(found, c("m", "inner", "one"))
  expect_equal(as.matrix(found$m), as.matrix(m), ignore_attr = TRUE)
  expect_equal(jz_plain(found$inner), frame())
  expect_equal(as.vector(found$one), rep(1, 4))
})

test_that("rows keep their names", {
  db <- test_db()
  named <- data.frame(k = 3:1, row.names = c("a", "b", "c"))
  f <- jz_pipeline(function(x) {
    x$twice <- x$k * 2L
    x["twice"]
  })
  expect_equal(jz_plain(jz_run(db, f, x = named)), data.frame(twice = c(6L, 4L, 2L), row.names = c("a", "b", "c")))
})

test_that("what is made is stored, and the next pipeline takes it", {
  db <- test_db()
  f <- jz_pipeline(function(x) transform(x, twice = k * 2L), inputs = list(x = type))
  jz_run(db, f, x = frame(), into = "lab/made_table")
  expected <- transform(frame(), twice = k * 2L)
  expect_equal(jz_plain(jz_get(db, "lab/made_table")), expected)
  g <- jz_pipeline(function(t) sum(t$twice), inputs = list(t = jz_table(list(twice = "int32[n]"))))
  expect_equal(jz_plain(jz_run(db, g, t = jz_block(db, "lab/made_table"))), sum(expected$twice), ignore_attr = TRUE)
})

test_that("fields of a made table are known, with one number of rows", {
  steps <- jz_pipeline(function(x) {
    made <- data.frame(a = x$k, b = x$n)
    made$c <- made$a + made$b
    made <- made[made$c > 1, ]
    jz_drop(made, "a")$b * made$c
  }, inputs = list(x = jz_table(list(k = "float64[n]", n = "float64[n]"))))
  expect_s3_class(steps, "jazz_pipeline")
})

test_that("a pipeline that makes a table is called in another one", {
  db <- test_db()
  made <- jz_pipeline(function(x) data.frame(a = x$k, b = x$k * 2L), inputs = list(x = type))
  f <- jz_pipeline(function(x) jz_call(made, x = x)$b, inputs = list(x = type))
  expect_equal(jz_plain(jz_run(db, f, x = frame())), frame()$k * 2L)
})

test_that("what makes no table is refused while it is written", {
  type <- jz_table(list(k = "int32[n]", m = "float64[n, 2]", inner = jz_table(list(v = "bool[n]"))))
  refused <- function(f) conditionMessage(raised(jz_pipeline(f, inputs = list(x = type))))
  expect_match(refused(function(x) jz_frame(list())), "a named list of fields", fixed = TRUE)
  expect_match(refused(function(x) jz_frame(list(x$k))), "a named list of fields", fixed = TRUE)
  expect_match(refused(function(x) jz_frame(list(a = x$k, a = x$k))), "each name once", fixed = TRUE)
  expect_match(refused(function(x) jz_frame(list(a = x$k, x$k))), "names of fields", fixed = TRUE)
  expect_match(refused(function(x) jz_assign(x, x$k)), "a named list of fields", fixed = TRUE)
  expect_match(refused(function(x) jz_drop(x, character())), "names of fields", fixed = TRUE)
  expect_match(refused(function(x) x[c("k", "k")]), "each name once", fixed = TRUE)
  expect_match(refused(function(x) data.frame(x$k + 1L)), "vectors with names", fixed = TRUE)
  expect_match(refused(function(x) data.frame(m = x$m)), "jz_frame(list(a = x))", fixed = TRUE)
  expect_match(refused(function(x) cbind(x, x)), "vectors with names", fixed = TRUE)
  expect_match(refused(function(x) {
    x["k"] <- 1
    x
  }), "an assignment", fixed = TRUE)
  expect_match(refused(function(x) {
    x[[1]] <- 1
    x
  }), "an assignment", fixed = TRUE)
  expect_match(refused(function(x) {
    m <- x$m
    m$a <- 1
    m
  }), "an assignment", fixed = TRUE)
  expect_match(refused(function(x) jz_sort_by(x, "m")), "fields that are vectors", fixed = TRUE)
  expect_match(refused(function(x) jz_sort_by(x, c("k", "inner"))), "fields that are vectors", fixed = TRUE)
  unknown <- conditionMessage(raised(jz_pipeline(function(x) transform(x, a = k))))
  expect_match(unknown, "a table whose fields are known", fixed = TRUE)
})

test_that("other numbers of rows are refused with the name of the field", {
  db <- test_db()
  f <- jz_pipeline(function(x) {
    x$some <- x$k[x$k > 1]
    x
  }, inputs = list(x = type))
  expect_match(conditionMessage(raised(jz_run(db, f, x = frame()))), "assign.some.*expected 4 rows")
})
