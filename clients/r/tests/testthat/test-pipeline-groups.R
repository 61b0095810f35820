# Rows of tables in groups are those that R's aggregate() and rowsum() give of data frames and matrices.

shop <- function() {
  data.frame(
    item = c("tea", "rice", NA, "tea", "salt", "rice"),
    city = factor(c("b", "a", "b", "a", "b", "a"), c("b", "c", "a")),
    sold = c(1, 2, 3, 4, NA, 6), price = c(0.5, 2, 1, 4, 8, 2.5)
  )
}
type <- jz_table(list(item = "string[n]?", city = "factor[n]", sold = "float64[n]?", price = "float64[n]"))

of_shop <- list(
  function(t) aggregate(t[c("sold", "price")], by = list(item = t$item), FUN = sum),
  function(t) aggregate(t[c("sold", "price")], by = list(item = t$item), FUN = sum, na.rm = TRUE),
  function(t) aggregate(t["price"], by = t["city"], FUN = mean),
  function(t) aggregate(t["price"], list(t$city, where = t$item), max),
  function(t) aggregate(t$price, by = list(item = t$item, city = t$city), FUN = min),
  function(t) aggregate(t["price"], by = t[c("item", "city")], FUN = median),
  function(t) aggregate(t["price"], by = t["item"], FUN = sd),
  function(t) aggregate(t["price"], by = t["city"], FUN = var),
  function(t) aggregate(t["price"], by = t["item"], FUN = "prod"),
  function(t) aggregate(t["sold"], by = t["city"], FUN = length),
  function(t) aggregate(price ~ item, data = t, FUN = sum),
  function(t) aggregate(cbind(sold, price) ~ city + item, data = t, FUN = sum),
  function(t) aggregate(. ~ city, data = t[c("city", "sold", "price")], FUN = mean),
  function(t) aggregate(price ~ ., data = t[c("price", "city", "item")], FUN = max),
  function(t) aggregate(t[t$price > 1, "price"], by = list(k = t[t$price > 1, ]$city), FUN = sum),
  function(t) transform(aggregate(t["price"], by = t["city"], FUN = sum), twice = price * 2)
)

plain <- function(frame) {
  frame[] <- lapply(frame, function(x) {
    x <- if (inherits(x, "integer64")) as.double(as.character(x)) else if (is.integer(x)) as.double(x) else x
    as.vector(if (is.factor(x)) as.character(x) else x)
  })
  attributes(frame) <- attributes(frame)[c("names", "class", "row.names")]
  frame
}

test_that("groups are those that R makes", {
  db <- test_db()
  t <- shop()
  for (f in of_shop) {
    found <- jz_run(db, jz_pipeline(f, inputs = list(t = type)), t = t)
    expect_equal(plain(found), plain(f(t)), info = deparse1(f))
  }
})

test_that("truth values are told of, too", {
  db <- test_db()
  t <- data.frame(k = c(2L, 1L, 2L), yes = c(TRUE, FALSE, FALSE))
  of_t <- jz_table(list(k = "int32[n]", yes = "bool[n]"))
  for (f in list(
    function(t) aggregate(t["yes"], by = t["k"], FUN = any), function(t) aggregate(t["yes"], by = t["k"], FUN = all)
  )) {
    expect_equal(plain(jz_run(db, jz_pipeline(f, inputs = list(t = of_t)), t = t)), plain(f(t)))
  }
})

test_that("jz_aggregate() has missing keys as a group, unless it leaves them out", {
  db <- test_db()
  f <- jz_pipeline(function(t) jz_aggregate(t, by = "item", total = c("price", "sum"), n = c("price", "size")))
  expect_equal(
    plain(jz_run(db, f, t = shop())),
    data.frame(item = c("rice", "salt", "tea", NA), total = c(4.5, 8, 4.5, 1), n = c(2, 1, 2, 1))
  )
  g <- jz_pipeline(function(t) {
    jz_aggregate(
      t, c("item", "city"), sold = c("sold", "count"), s = c("price", "sd"), na.rm = TRUE, dropna = TRUE, correction = 1
    )
  })
  expect_equal(
    plain(jz_run(db, g, t = shop())),
    data.frame(
      item = c("rice", "salt", "tea", "tea"), city = c("a", "b", "b", "a"), sold = c(2, 0, 1, 1),
      s = c(stats::sd(c(2, 2.5)), NaN, NaN, NaN)
    )
  )
})

test_that("rows of vectors, matrices and tables are added up by groups", {
  db <- test_db()
  group <- c("b", "a", "b", "a")
  m <- matrix(c(1, 2, 3, 4, 5, 6, 7, 8), 4)
  sums <- jz_pipeline(
    function(m, group) rowsum(m, group), inputs = list(m = jz_dense("n", 2), group = "string[n]")
  )
  expect_equal(jz_run(db, sums, m = m, group = group), unname(rowsum(m, group)), ignore_attr = TRUE)
  of_vector <- jz_pipeline(function(m, group) rowsum(m, group), inputs = list(m = jz_dense("n"), group = "string[n]"))
  expect_equal(jz_run(db, of_vector, m = m[, 1], group = group), unname(rowsum(m[, 1], group)), ignore_attr = TRUE)
  as_seen <- jz_pipeline(
    function(m, group) rowsum(m, group, reorder = FALSE), inputs = list(m = jz_dense("n", 2), group = "string[n]?")
  )
  with_missing <- c("b", NA, "b", "a")
  expected <- suppressWarnings(rowsum(m, with_missing, reorder = FALSE))
  expect_equal(jz_run(db, as_seen, m = m, group = with_missing), unname(expected), ignore_attr = TRUE)
  sparse <- Matrix::Matrix(m * (m > 2), sparse = TRUE)
  of_sparse <- jz_pipeline(
    function(m, group) rowsum(m, group), inputs = list(m = "float64[n, p] csc", group = "string[n]")
  )
  expect_equal(jz_run(db, of_sparse, m = sparse, group = group), unname(rowsum(m * (m > 2), group)), ignore_attr = TRUE)
  of_table <- jz_pipeline(
    function(t) rowsum(t[c("price", "sold")], t$city, na.rm = TRUE), inputs = list(t = type)
  )
  expected <- rowsum(shop()[c("price", "sold")], shop()$city, na.rm = TRUE)
  expect_equal(plain(jz_run(db, of_table, t = shop())), data.frame(expected, row.names = NULL), ignore_attr = TRUE)
  as_seen <- jz_pipeline(function(t) rowsum(t["price"], t$item, reorder = FALSE), inputs = list(t = type))
  expected <- suppressWarnings(rowsum(shop()["price"], shop()$item, reorder = FALSE))
  expect_equal(plain(jz_run(db, as_seen, t = shop())), data.frame(price = expected$price), ignore_attr = TRUE)
})

test_that("what is told of groups is known", {
  dims <- NULL
  jz_pipeline(function(t) {
    found <- aggregate(t[c("m", "x")], by = t["k"], FUN = sum)
    dims <<- list(length(dims_of(found$m)), length(dims_of(found$k)), names(found@fields))
    found
  }, inputs = list(t = jz_table(list(k = "int64[n]", m = "float64[n, 3]", x = "float64[n]"))))
  expect_equal(dims, list(2L, 1L, c("k", "m", "x")))
})

test_that("fields of groups that a called pipeline tells of are known as if its steps stood there", {
  told <- jz_pipeline(function(t) jz_aggregate(t, "k", low = c("m", "min"), any = c("x", "any"), n = c("m", "size")))
  found <- lapply(c(jz_call, jz_inline), function(written) {
    ranks <- NULL
    jz_pipeline(function(t) {
      groups <- written(told, t)
      ranks <<- vapply(groups@fields, function(type) length(type_dims(type)), 0L)
      jz_sort_by(groups[groups$any & groups$low[, 1] > groups$n, ], "k")
    }, inputs = list(t = jz_table(list(k = "int64[n]", m = "float64[n, 3]", x = "float64[n]"))))
    ranks
  })
  expect_identical(found[[1]], c(k = 1L, low = 2L, any = 1L, n = 1L))
  expect_identical(found[[2]], found[[1]])
})

test_that("handles of blocks say that pipelines compute", {
  handle <- jz_block(test_db(), "groups/handle")
  for (f in list(function(x) aggregate(x, list(1), sum), function(x) rowsum(x, 1))) {
    expect_match(conditionMessage(expect_error(f(handle))), "x[] reads it", fixed = TRUE)
  }
})

test_that("mistakes are found while a pipeline is traced", {
  refused <- function(f, inputs = list(t = type)) {
    conditionMessage(expect_error(jz_pipeline(f, inputs = inputs), class = "jazz_error_invalid_argument"))
  }
  by_item <- function(fun) function(t) aggregate(t["price"], by = t["item"], FUN = fun)
  expect_match(refused(by_item(function(x) sum(x))), "one of length, sum", fixed = TRUE)
  expect_match(refused(by_item("summ")), "did you mean \"sum\"?", fixed = TRUE)
  expect_match(refused(function(t) aggregate(t["item"], by = t["item"], FUN = sum)), "names of keys", fixed = TRUE)
  expect_match(refused(function(t) aggregate(t["price"], by = t$item, FUN = sum)), "by as a list", fixed = TRUE)
  expect_match(refused(function(t) aggregate(t["price"], by = t["item"], FUN = sum, drop = FALSE)), "drop = TRUE")
  expect_match(refused(function(t) aggregate(t["price"], by = t["item"], FUN = sum, trim = 1)), "no further arguments")
  expect_match(refused(function(t) aggregate(prize ~ item, data = t, FUN = sum)), "found prize", fixed = TRUE)
  expect_match(refused(function(t) aggregate(log(price) ~ item, data = t, FUN = sum)), "found log(price)", fixed = TRUE)
  unknown <- refused(function(t) aggregate(price ~ item, data = t, FUN = sum), list(t = "any"))
  expect_match(unknown, "whose fields are known", fixed = TRUE)
  expect_match(refused(function(t) jz_aggregate(t, "item")), "results by name, .*found none")
  short <- refused(function(t) jz_aggregate(t, "item", b = c("price", "sum")))
  expect_match(short, "names that R does not take for the argument `by`, found b", fixed = TRUE)
  expect_match(refused(function(t) jz_aggregate(t, "item", c("price", "sum"))), "results by name, .*one without a name")
  expect_match(refused(function(t) jz_aggregate(t, n = c("price", "sum"))), "by: expected names", fixed = TRUE)
  maen <- refused(function(t) jz_aggregate(t, "item", n = c("price", "maen")))
  expect_match(maen, "one of size, sum.* found \"maen\" \\(did you mean \"mean\"\\?\\)")
  expect_match(refused(function(t) aggregate(prcie ~ item, t, sum)), "did you mean \"price\"?", fixed = TRUE)
  expect_match(refused(function(t) aggregate(t["price"], t["item"])), "expected FUN, such as sum", fixed = TRUE)
  subset <- refused(function(t) aggregate(price ~ item, data = t, FUN = sum, subset = item == "tea"))
  expect_match(subset, "no further arguments, found subset", fixed = TRUE)
  expect_match(refused(function(t) aggregate(list(t$price), t["item"], sum)), "a named list of fields", fixed = TRUE)
  expect_match(refused(function(t) jz_aggregate(t, "item", n = "price")), "c(\"x\", \"sum\")", fixed = TRUE)
  expect_match(refused(function(t) jz_aggregate(t, "item", item = c("price", "sum"))), "no key has", fixed = TRUE)
  expect_match(refused(function(t) rowsum(t$price, t$item, reorder = NA)), "reorder: expected TRUE or FALSE")
})

test_that("a name where a vector of keys belongs makes no single group of all rows", {
  for (f in list(
    function(t) aggregate(t["price"], by = list("item"), FUN = sum), function(t) rowsum(t$price, "item"),
    function(t) rowsum(t["price"], "item")
  )) {
    message <- conditionMessage(raised(jz_pipeline(f, inputs = list(t = type))))
    expect_match(message, "a vector as the key, such as t$k, found \"item\"", fixed = TRUE)
  }
})

test_that("a list of vectors is taken for a table, as in R", {
  db <- test_db()
  f <- function(t) aggregate(list(n = t$price), by = list(place = t$place), FUN = length)
  frame <- data.frame(place = c("b", "a", "b"), price = c(1, 2, 3))
  made <- jz_pipeline(f, inputs = list(t = jz_table(list(place = "string[n]", price = "float64[n]"))))
  expect_equal(jz_plain(jz_run(db, made, t = frame)), f(frame), ignore_attr = TRUE)
  unnamed <- function(t) aggregate(list(t$price), by = list(t$place), FUN = length)
  expect_error(jz_pipeline(unnamed), "a named list of fields", class = "jazz_error_tracing")
})
