# Tables that a pipeline joins by keys are those that R's merge() makes of data frames.

sold <- function() {
  data.frame(
    item = c("tea", "rice", NA, "tea", "salt"), n = c(2L, NA, 1L, 4L, 2L), x = c(0.5, 2, NaN, 4, 1),
    day = as.Date("2024-02-28") + c(0, 1, NA, 0, 2)
  )
}
items <- function() {
  data.frame(
    price = c(2.5, 4, 4.5, NA, 0.5), item = c("rice", "tea", "tea", "oil", NA), n = c(2L, 2L, 4L, 7L, NA),
    kind = factor(c("dry", "leaf", "leaf", "wet", NA), c("wet", "leaf", "dry"))
  )
}
types <- list(
  x = jz_table(list(item = "string[n]?", n = "int32[n]?", x = "float64[n]?", day = "date[n]?")),
  y = jz_table(list(price = "float64[m]?", item = "string[m]?", n = "int32[m]?", kind = "factor[m]?"))
)

expect_merged <- function(f, x = sold(), y = items(), inputs = types) {
  found <- jz_plain(jz_run(test_db(), jz_pipeline(f, inputs = inputs), x = x, y = y))
  expect_equal(found, f(x, y), info = paste(deparse(f), collapse = " "))
}

test_that("tables are those that R makes of data frames", {
  for (f in list(
    function(x, y) merge(x, y, by = "item"),
    function(x, y) merge(x, y, by = "item", all = TRUE),
    function(x, y) merge(x, y, by = "item", all.x = TRUE),
    function(x, y) merge(x, y, by = "item", all.y = TRUE),
    function(x, y) merge(x, y),
    function(x, y) merge(x, y, all = TRUE),
    function(x, y) merge(x, y, by = c("n", "item"), all.x = TRUE),
    function(x, y) merge(x, y, by = "n", suffixes = c("", "_y")),
    function(x, y) merge(x, y, by.x = "n", by.y = "price", all = TRUE),
    function(x, y) merge(x, y, by.x = "item", by.y = "kind"),
    function(x, y) merge(x, y, by.x = 2, by.y = 3),
    function(x, y) merge(y, x, c(FALSE, FALSE, TRUE, FALSE), by.y = "n", all.x = TRUE),
    function(x, y) merge(x, y["item"]),
    function(x, y) merge(x[2:4, c("n", "item")], y, by = "n"),
    function(x, y) merge(merge(x, y, by = "n"), y, by.x = "item.y", by.y = "item")["price.y"],
    function(x, y) merge(x, y, by = "item", all.x = FALSE, all.y = FALSE, no.dups = TRUE)
  )) expect_merged(f)
})

test_that("factors of other levels are joined as R joins them", {
  x <- data.frame(k = factor(c("z", "b", NA), c("z", "b")), i = 1:3)
  y <- data.frame(k = factor(c("a", "b", "c"), c("b", "c", "a")), j = 1:3)
  inputs <- list(
    x = jz_table(list(k = "factor[n]?", i = "int32[n]")), y = jz_table(list(k = "factor[m]", j = "int32[m]"))
  )
  for (f in list(
    function(x, y) merge(x, y, all = TRUE), function(x, y) merge(x, y), function(x, y) merge(x, y, all.x = TRUE),
    function(x, y) rbind(x["k"], y["k"]), function(x, y) data.frame(k = c(x$k, y$k))
  )) expect_merged(f, x, y, inputs)
})

test_that("a name of y that a key of x has gets the suffix of y alone", {
  expect_merged(function(x, y) merge(x, y, by.x = "n", by.y = "price"))
  expect_merged(function(x, y) merge(x["n"], y, by.x = "n", by.y = "price", suffixes = c("_x", "_y")))
})

test_that("a data frame is joined with a table, on either side", {
  known <- items()
  f <- jz_pipeline(function(x) merge(x, known, by = "item"), inputs = types["x"])
  g <- jz_pipeline(function(x) merge(known, x, by = "item"), inputs = types["x"])
  expect_equal(jz_plain(jz_run(test_db(), f, x = sold())), merge(sold(), known, by = "item"))
  expect_equal(jz_plain(jz_run(test_db(), g, x = sold())), merge(known, sold(), by = "item"))
})

test_that("numbers are in their order where R has that of their digits", {
  x <- data.frame(a = c(10, 9), b = c(1, 1), i = 1:2)
  f <- function(x, y) merge(x, y)
  inputs <- list(
    x = jz_table(list(a = "float64[n]", b = "float64[n]", i = "int32[n]")),
    y = jz_table(list(a = "float64[m]", b = "float64[m]"))
  )
  found <- jz_plain(jz_run(test_db(), jz_pipeline(f, inputs = inputs), x = x, y = x[c("a", "b")]))
  expect_equal(f(x, x[c("a", "b")])$a, c(10, 9))
  expect_equal(found, x[2:1, ], ignore_attr = TRUE)
})

test_that("jz_merge() keeps the order of rows and of fields", {
  db <- test_db()
  f <- jz_pipeline(function(x, y) jz_merge(x, y, "left", on = "item", validate = "many_to_many"), inputs = types)
  found <- jz_plain(jz_run(db, f, x = sold(), y = items()))
  expect_named(found, c("item", "n_x", "x", "day", "price", "n_y", "kind"))
  expect_equal(found$item, c("tea", "tea", "rice", NA, "tea", "tea", "salt"))
  expect_equal(found$n_y, c(2L, 4L, 2L, NA, 2L, 4L, NA))
  for (how in c("semi", "anti")) {
    f <- jz_pipeline(function(x, y) jz_merge(x, y, how, "item"), inputs = types)
    kept <- sold()[(sold()$item %in% items()$item) == (how == "semi"), ]
    expect_equal(jz_plain(jz_run(db, f, x = sold(), y = items())), kept, ignore_attr = TRUE)
  }
})

test_that("tables that are not declared are joined by keys that are named", {
  f <- jz_pipeline(function(x, y) jz_merge(x, y, left_on = c("item", "n"), right_on = c("item", "n")))
  found <- jz_plain(jz_run(test_db(), f, x = sold(), y = items()))
  expect_equal(found$price, c(4, 4.5))
})

test_that("a sparse matrix is a field whose rows are joined", {
  counts <- Matrix::sparseMatrix(c(1, 3, 3), c(2, 1, 4), x = c(5, 6, 7), dims = c(3, 4), repr = "R")
  f <- jz_pipeline(function(x, y) jz_merge(x, y, on = "cell"))
  found <- jz_run(test_db(), f, x = list(cell = c(7, 3, 7), counts = counts), y = list(cell = 7, type = "T"))
  expect_equal(as.matrix(found$counts), as.matrix(counts[c(1, 3), ]), ignore_attr = TRUE)
  f <- jz_pipeline(function(x, y) jz_merge(x, y, "outer", on = "cell"))
  expect_error(
    jz_run(test_db(), f, x = list(cell = c(7, 3, 7), counts = counts), y = list(cell = 7, type = "T")),
    "expected a dense field, of which rows without a partner can be missing", class = "jazz_error_kind_mismatch"
  )
})

test_that("fields of joined tables are known, and so is that rows stay", {
  steps <- jz_pipeline(function(x, y) {
    both <- jz_merge(x, y[c("item", "price")], "left", on = "item", validate = "m:1")
    weights <- x$x
    transform(both, paid = price * weights, n = n + 1L)[!is.na(both$price), "paid"]
  }, inputs = types)
  expect_s3_class(steps, "jazz_pipeline")
  named <- jz_pipeline(function(x, y) within(merge(x, y, by = "n", all.y = TRUE), total <- price * x), inputs = types)
  outer <- jz_pipeline(function(x, y) transform(jz_call(named, x, y), same = item.x == item.y), inputs = types)
  expect_equal(
    jz_plain(jz_run(test_db(), outer, x = sold(), y = items())),
    transform(within(merge(sold(), items(), by = "n", all.y = TRUE), total <- price * x), same = item.x == item.y)
  )
})

test_that("a key again is refused where it is to be there once", {
  f <- jz_pipeline(function(x, y) jz_merge(x, y, on = "item", validate = "one_to_one"), inputs = types)
  expect_error(
    jz_run(test_db(), f, x = sold(), y = items()), "found the key of row 0 again in row 3",
    class = "jazz_error_invalid_argument"
  )
})

test_that("what says no keys is refused while the function is traced", {
  refused <- function(f, wrong, inputs = types) {
    expect_error(jz_pipeline(f, inputs = inputs), wrong, fixed = TRUE, class = "jazz_error_tracing")
  }
  refused(function(x, y) merge(x, y, by = "itm"), "by.x: expected some of the fields item, n, x, day, found itm")
  refused(function(x, y) merge(x, y, by = NULL), "by.x: expected names of fields, found NULL")
  refused(function(x, y) merge(x, y, by = 0), "by.x: expected names of fields")
  refused(function(x, y) merge(x, y, by.x = 1:2, by.y = "n"), "expected as many keys of both tables, found 2 and 1")
  refused(function(x, y) merge(x["day"], y), "on: expected a field that both have, as one of day, found none")
  refused(function(x, y) merge(x, y, all = NA), "all.x: expected TRUE or FALSE")
  refused(function(x, y) merge(x, y, suffixes = "a"), "suffixes: expected two texts")
  refused(function(x, y) jz_merge(x, y, "n"), "how: expected one of inner, left, right, outer, semi, anti, found \"n\"")
  refused(function(x, y) jz_merge(x, y, "lefft", on = "n"), "did you mean \"left\"")
  refused(function(x, y) merge(x, y, incomparables = NA), "expected incomparables = NULL")
  refused(function(x, y) merge(x, y, sorted = TRUE), "expected no further arguments, found sorted")
  refused(function(x, y) merge(x, y), "expected a table whose fields are known", list())
  refused(function(x, y) jz_merge(x, y), "on: expected names of keys, such as on = \"key\", found none", list())
  refused(function(x, y) jz_merge(x, y, on = "n", left_on = "n"), "on: expected on, or left_on and right_on")
  refused(function(x, y) jz_merge(x, y, left_on = "n"), "right_on: expected names of fields, found NULL")
  refused(function(x, y) jz_merge(x, y, on = "n", validate = "once"), "validate: expected one_to_one, one_to_many")
  refused(function(x, y) jz_merge(x, y, on = "n", coalesce = 1), "coalesce: expected TRUE or FALSE")
})

test_that("tables of the types of what is at hand need not have as many rows", {
  db <- test_db()
  sold <- data.frame(item = c("a", "b", "a"), sold = c(1, 2, 3))
  items <- data.frame(item = c("a", "b"), price = c(5, 7))
  types <- list(x = jz_type_of(db, sold), y = jz_type_of(db, items))
  joined <- jz_pipeline(function(x, y) merge(x, y), inputs = types)
  expect_equal(jz_plain(jz_run(db, joined, x = sold, y = items)), merge(sold, items), ignore_attr = TRUE)
  narrow <- list(a = matrix(1:6, 3), b = matrix(0, 3, 2))
  wide <- list(a = matrix(1:20, 4), b = matrix(0, 4, 5))
  types <- c(types, list(m = jz_type_of(db, narrow), n = jz_type_of(db, wide)))
  both <- jz_pipeline(function(m, n) list(m = sum(m$a), n = sum(n$a)), inputs = types[c("m", "n")])
  expect_equal(lapply(jz_run(db, both, m = narrow, n = wide), as.numeric), list(m = 21, n = 210))
  alone <- jz_pipeline(function(x) transform(x, half = sold / 2), inputs = types["x"])
  expect_match(format(types$x), "string[rows]", fixed = TRUE)
  expect_equal(jz_plain(jz_run(db, alone, x = sold))$half, sold$sold / 2)
})
