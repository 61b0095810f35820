# Rows of tables in a pipeline are those that R takes of data frames.

frame <- function() data.frame(n = c(2.5, NA, -1, 2.5), k = c(3L, 1L, 2L, 1L), text = c("b", NA, "a", "é"))

of_frames <- list(
  function(x) x[c(3, 1, 1), ], function(x) x[2, ], function(x) x[-1, ], function(x) x[-(2:3), ],
  function(x) x[x$k > 1, ],
  function(x) x[c(TRUE, FALSE, TRUE, FALSE), ], function(x) x[order(x$k), ], function(x) x[order(x$n), ],
  function(x) x[order(x$k, decreasing = TRUE), ], function(x) x[integer(), ], function(x) x[2:3, "k"],
  function(x) x[x$k > 1, "text"], function(x) x[, "k"], function(x) head(x, 2), function(x) head(x, -1),
  function(x) tail(x, 3),
  function(x) rbind(x, head(x, 1)), function(x) head(x[order(x$k), ], 2)$k, function(x) x[x$k > 1, ][1, ]
)

test_that("rows of tables are those of data frames", {
  db <- test_db()
  type <- jz_table(list(n = "float64[4]?", k = "int32[4]", text = "string[4]?"))
  for (f in of_frames) {
    expected <- f(frame())
    if (is.data.frame(expected)) rownames(expected) <- NULL
    found <- jz_plain(jz_run(db, jz_pipeline(f, inputs = list(x = type)), x = frame()))
    expect_equal(found, expected, info = paste(deparse(f), collapse = " "))
  }
})

test_that("rows have the names that they had", {
  named <- data.frame(k = 3:1, row.names = c("a", "b", "c"))
  db <- test_db()
  f <- jz_pipeline(function(x) x[order(x$k), ], inputs = list(x = jz_table(list(k = "int32[n]"))))
  expect_identical(rownames(jz_run(db, f, x = named)), c("c", "b", "a"))
})

test_that("fields of some rows are known as those of all, with one number of rows", {
  type <- jz_table(list(k = "float64[n]", m = "float64[n, 2]", inner = jz_table(list(v = "bool[n]"))))
  steps <- jz_pipeline(function(x) {
    some <- x[x$inner$v, ]
    some$m * some$k + jz_drop_na(some[some$inner$v, ])$m[1, 1]
  }, inputs = list(x = type))
  expect_s3_class(steps, "jazz_pipeline")
})

test_that("rows in the order of several fields are known as those of all", {
  types <- list(x = jz_table(list(n = "float64[n]", k = "int32[n]")))
  ordered <- jz_pipeline(function(x) transform(jz_sort_by(x, c("n", "k")), sum = n + k), types)
  expect_s3_class(ordered, "jazz_pipeline")
  expect_s3_class(jz_pipeline(function(x) x$n[1:2] + jz_take(x$k, 0:1), types), "jazz_pipeline")
})

test_that("what is no part of a table is refused while it is written", {
  type <- jz_table(list(k = "int32[n]", m = "float64[n, 2]"))
  refused <- function(f) conditionMessage(raised(jz_pipeline(f, inputs = list(x = type))))
  expect_match(refused(function(x) x[-1, ]), "negative ones, and a length that is not known", fixed = TRUE)
  expect_match(refused(function(x) x$k["k"]), "x$name", fixed = TRUE)
  expect_match(refused(function(x) x[1:2]), "names of fields, x[c(\"a\", \"b\")], or rows, x[rows, ]", fixed = TRUE)
  expect_match(refused(function(x) x[x$k > 1]), "found one index, a value of the pipeline", fixed = TRUE)
  expect_match(refused(function(x) x[["k", "m"]]), "the name of one field", fixed = TRUE)
  expect_match(refused(function(x) x[1:2, 2]), "the name of a field", fixed = TRUE)
  expect_match(refused(function(x) sort(x)), "a vector for sort()", fixed = TRUE)
  expect_match(refused(function(x) unique(x)), "a vector for unique()", fixed = TRUE)
  expect_match(refused(function(x) t(x)), "a matrix for t()", fixed = TRUE)
  expect_match(refused(function(x) cbind(x, x)), "table", fixed = TRUE)
  expect_match(refused(function(x) jz_sort_by(x, character())), "names of fields", fixed = TRUE)
  expect_match(refused(function(x) jz_sort_by(x, "k", c(TRUE, FALSE))), "one for each field", fixed = TRUE)
})

test_that("rows are ordered by several fields", {
  db <- test_db()
  f <- jz_pipeline(function(x) jz_sort_by(x, c("k", "n"), c(FALSE, TRUE))$text)
  expect_identical(jz_plain(jz_run(db, f, x = frame())), c("é", NA, "a", "b"))
})
