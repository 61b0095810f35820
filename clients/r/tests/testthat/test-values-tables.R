test_that("data frames come back with their columns and row names", {
  expect_there_and_back(data.frame(
    n = c(1L, NA, 3L), x = c(0.5, NaN, NA), s = c("a", NA, ""), b = c(TRUE, NA, FALSE), z = c(1i, NA, 0),
    f = factor(c("u", NA, "w")), o = factor(c("u", "v", NA), ordered = TRUE), d = as.Date(c("2024-01-01", NA, NA)),
    t = as.POSIXct(c("2024-01-01 12:00", NA, NA), tz = "Europe/Vienna"), s2 = as.difftime(c(1, 2, NA), units = "secs")
  ))
  for (x in list(
    iris, airquality, mtcars, ToothGrowth, women, head(iris, 0), iris[0], iris[0, 0], iris[iris$Sepal.Length > 7, ],
    data.frame()
  )) {
    expect_there_and_back(x)
  }
})

test_that("row names that are automatic have no labels, others do", {
  expect_null(encode_value(iris)$header$axes[[1]]$labels)
  expect_null(encode_value(iris[1:3, ])$header$axes[[1]]$labels)
  expect_identical(encode_value(mtcars)$header$axes[[1]]$labels$type, type_message("string"))
  expect_identical(encode_value(iris[5:3, ])$header$axes[[1]]$labels$type, type_message("int32"))
})

test_that("columns can be matrices, and lists of raw vectors", {
  x <- data.frame(id = 1:2)
  x$m <- matrix(c(1, 2, NA, 4), 2, dimnames = list(NULL, c("u", "v")))
  x$plain <- matrix(1:6, 2)
  expect_there_and_back(x)
  x <- data.frame(id = 1:3)
  x$raws <- list(as.raw(1), NULL, raw(0))
  expect_identical(unclass(there_and_back(x)$raws)[1:3], x$raws)
})

test_that("tibbles are data frames", {
  skip_if_not_installed("tibble")
  x <- tibble::tibble(a = 1:2, b = c("x", NA))
  expect_identical(there_and_back(x), as.data.frame(x))
})

test_that("columns that are no vectors are refused", {
  x <- data.frame(id = 1:2)
  x$l <- list(1, "a")
  expect_refused(encode_value(x), "value$l")
  x <- data.frame(id = 1:2)
  x$d <- data.frame(a = 1:2)
  expect_refused(encode_value(x), "a data frame")
  x <- data.frame(a = 1, a = 2, check.names = FALSE)
  expect_refused(encode_value(x), "make.unique")
})

test_that("lists are tables", {
  expect_there_and_back(list(a = 1, b = NULL, c = "x", d = list(e = list(), f = TRUE), g = iris[1:2, ]))
  expect_there_and_back(list("\u00e9" = 1, " " = 2, "a$b" = NULL))
  expect_there_and_back(list(
    m = matrix(1:4, 2, dimnames = list(c("a", "b"), NULL)), n = matrix(1:4, 2, dimnames = list(c("c", "d"), NULL))
  ))
})

test_that("names in latin1 become UTF-8", {
  latin1 <- "\xe9"
  Encoding(latin1) <- "latin1"
  expect_identical(names(there_and_back(setNames(list(1), latin1))), "\u00e9")
})

test_that("lists without names, or with one twice, are refused", {
  expect_refused(encode_value(list(1, 2)), "without names")
  expect_refused(encode_value(list(a = 1, 2)), "none at [2]")
  expect_refused(encode_value(list(a = 1, a = 2)), "\"a\"")
  expect_refused(encode_value(setNames(list(1, 2), c("a", NA))))
  expect_refused(encode_value(matrix(list(1, 2), 1)), "dimensions")
})

test_that("32 values lie inside each other, not more", {
  x <- 1
  for (depth in 1:31) x <- list(a = x)
  expect_there_and_back(x)
  expect_refused(encode_value(list(a = x)), "at most 32")
  frame <- iris[1:2, ]
  for (depth in 1:30) frame <- list(a = frame)
  expect_there_and_back(frame)
  expect_refused(encode_value(list(a = frame)), "at most 32")
})

test_that("time series come back", {
  several <- ts(matrix(c(1.5, NA, 3, 4), 2, dimnames = list(NULL, c("a", "b"))), start = 1990)
  for (x in list(AirPassengers, ts(1:5, start = c(2000, 2), frequency = 4), several, sunspot.year)) {
    expect_there_and_back(x)
  }
  expect_there_and_back(presidents)
  expect_equal(there_and_back(EuStockMarkets), EuStockMarkets, ignore_attr = "class")
})

shared <- function() {
  genes <- list(name = "gene", length = 2, labels = c("g1", "g2"))
  x <- list(
    counts = matrix(1:6, 2, dimnames = list(gene = c("g1", "g2"), NULL)),
    var = data.frame(long = c(5, 6), row.names = c("g1", "g2"))
  )
  comment(x$var) <- wire_comment(list(axis = "gene"))
  comment(x) <- wire_comment(list(axes = list(genes)))
  x
}

test_that("axes that fields share are declared once", {
  x <- shared()
  header <- encode_value(x)$header
  expect_length(header$axes, 1)
  expect_null(header$table$fields[[1]]$value$axes)
  expect_null(header$table$fields[[2]]$value$axes)
  expect_there_and_back(x)
})

test_that("a field that has changed lies along axes of its own", {
  x <- shared()
  x$counts <- x$counts[1, , drop = FALSE]
  back <- there_and_back(x)
  expect_null(comment(back))
  expect_identical(back$counts, x$counts)
  expect_identical(back$var, x$var)
})

test_that("labels that row names cannot be are a column, and labels again", {
  time <- as.POSIXct(c("2024-01-02", "2024-01-01"), tz = "UTC")
  x <- data.frame(time = time, price = c(1.5, 2))
  comment(x) <- wire_comment(list(axis = "time", index = TRUE))
  header <- encode_value(x)$header
  expect_identical(header$axes[[1]]$labels$type$data_type, "DATA_TYPE_TIMESTAMP")
  expect_length(header$table$fields, 1)
  expect_there_and_back(x)
  sorted <- x[order(x$time), ]
  expect_identical(sort(there_and_back(sorted)$time), sort(time))
  expect_identical(there_and_back(sorted)$price, c(2, 1.5))
})

test_that("row names of no rows are row names", {
  for (x in list(mtcars[0, ], mtcars[0, "mpg", drop = FALSE], mtcars[0, 0])) expect_there_and_back(x)
})
