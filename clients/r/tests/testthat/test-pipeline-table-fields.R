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
  function(x) {
    within(x, {
      sum <- n + k
      n <- sum * 2
      one <- 1
    })
  },
  function(x) within(x[x$k > 1, ], half <- k / 2),
  function(x) {
    within(x, {
      a <- k
      b <- a
      rm(k)
      a <- 2 * b
      text <- NULL
    })
  },
  function(x) {
    within(x, {
      gone <- n
      rm(gone, n)
      n <- k
      rm(k)
      k <- 0L
    })
  },
  function(x) {
    double <- function(v) v * 2
    within(x, for (name in c("n", "k")) assign(paste(name, "twice"), double(get(name))))[c("n", "k twice")]
  },
  function(x) within(x, c(n, k)), function(x) within(x, k <- k), function(x) within(x, k <- n),
  function(x) within(x, rm(n, k)),
  function(x) within(x["k"], {
    .hidden <- k
    rm(k)
  }),
  function(x) with(x, k), function(x) with(x, n + k), function(x) with(x["k"], data.frame(k, twice = k * 2L)),
  function(x) {
    two <- 2
    half <- with(x[x$k > 1, ], {
      two <- two * 2
      function(v) v * two / k
    })
    data.frame(a = half(4), b = two)
  },
  function(x) with(x, with(data.frame(k = n), k)), function(x) with(within(x, s <- n * 2), transform(x, s = s)),
  function(x) cbind(data.frame(a = 4:1), k = x$k), function(x) data.frame(frame()["n"], twice = x$k * 2L),
  function(x) rbind(frame()["k"], x["k"])[2:6, "k"],
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

test_that("fields are functions of the table as it is with those before", {
  db <- test_db()
  scaled <- function(t) t$half * colMeans(cbind(t$half, 4))[2]
  f <- jz_pipeline(function(x) {
    jz_assign(x, list(one = 1L, half = function(t) t$k / 2, k = scaled, two = function(t) 2, last = function(t) t$two))
  }, inputs = list(x = type))
  half <- frame()$k / 2
  expected <- cbind(transform(frame(), k = half * 4), one = 1L, half = half, two = 2, last = 2)
  expect_equal(jz_plain(jz_run(db, f, x = frame())), expected)
})

test_that("within() changes no field that is left as it is", {
  f <- jz_pipeline(function(x) within(x, a <- k), inputs = list(x = type))
  expect_identical(jz_pipeline_bytes(f), jz_pipeline_bytes(jz_pipeline(function(x) {
    x$a <- x$k
    x
  }, inputs = list(x = type))))
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

test_that("fields of a table that a called pipeline gives are known as if its steps stood there", {
  types <- list(x = jz_table(list(k = "float64[n]", b = "bool[n]", m = "float64[n, 2]")), v = jz_dense("n"))
  known <- function(called, f) {
    called <- jz_pipeline(called)
    found <- list()
    for (written in c(jz_call, jz_inline)) {
      jz_pipeline(function(x, v) {
        t <- written(called, x, v)
        found <<- c(found, list(vapply(t@fields, function(type) length(type_dims(type)), 0L)))
        f(t)
      }, inputs = types)
    }
    expect_identical(found[[1]], found[[2]])
    found[[1]]
  }
  same <- function(t) t$k + t$m[, 1]
  expect_identical(known(function(x, v) x, same), c(k = 1L, b = 1L, m = 2L))
  expect_named(known(function(x, v) jz_drop(x, "b"), same), c("k", "m"))
  made <- known(function(x, v) jz_frame(list(v = v, s = 1, x = x)), function(t) t$v * t$s + t$x$k)
  expect_identical(made, c(v = 1L, s = 1L, x = 0L))
  known(function(x, v) jz_assign(x, list(m = v, w = 2)), function(t) t$k * t$m + t$w)
  known(function(x, v) jz_filter(x, jz_field(x, "b")), function(t) t[t$b, ]$k + t[t$b, ]$m[, 2])
  known(function(x, v) jz_filter(jz_assign(x, list(w = v)), v > 0), function(t) t$k + t$w)
  known(function(x, v) jz_assign(x, list(high = v > 0)), function(t) within(t[t$high, ], k <- k + m[, 1]))
  known(function(x, v) jz_concat(list(x, jz_flip(x))), function(t) jz_sort_by(t, "k")$k + t$m[, 1])
  known(function(x, v) jz_sort_by(x, "k"), same)
  expect_length(known(function(x, v) jz_multiply(x$k, v), function(k) cbind(k, 1 + k) * k), 0)
})

test_that("rows of tables that calls give are not taken for those of other ones", {
  some <- jz_pipeline(function(x) jz_filter(x, jz_field(x, "k") > 0))
  type <- jz_table(list(k = "float64[n]", m = "float64[n, 2]"))
  for (written in c(jz_call, jz_inline)) {
    error <- raised(jz_pipeline(function(x) written(some, x)$m * written(some, x)$k, inputs = list(x = type)))
    expect_match(conditionMessage(error), "equal dimensions", fixed = TRUE)
  }
})

test_that("with() gives what its expression gives, whatever that is", {
  jz_pipeline(function(x) {
    expect_null(with(x, NULL))
    expect_identical(with(x, list(1, "a")), list(1, "a"))
    expect_error(with(x, absent), "object 'absent' not found", fixed = TRUE)
    x
  }, inputs = list(x = type))
  wide <- jz_table(stats::setNames(rep(list("int32[n]"), 50), paste0("f", 1:50)))
  expect_length(jz_pipeline(function(x) with(x, f7), inputs = list(x = wide))$message$graph$steps, 1)
})

test_that("fields of tables that choices and loops give, and of constants, are known", {
  types <- list(x = jz_table(list(k = "float64[n]", b = "bool[n]", m = "float64[n, 2]")), p = "bool[]")
  known <- function(f, use = function(t) t$k + t$m[, 1]) {
    found <- NULL
    jz_pipeline(function(x, p) {
      t <- f(x, p)
      found <<- vapply(t@fields, function(type) length(type_dims(type)), 0L)
      use(t)
    }, inputs = types)
    found
  }
  ranks <- c(k = 1L, b = 1L, m = 2L)
  expect_identical(known(function(x, p) jz_cond(p, function() x, function() x)), ranks)
  expect_identical(known(function(x, p) jz_cond(p, function() x[x$b, ], function() x)), ranks)
  expect_identical(known(function(x, p) jz_cond(p, function() list(1, x), function() list(2, head(x, 1)))[[2]]), ranks)
  known(function(x, p) jz_cond(p, function() x, function() jz_flip(x)), function(t) t[t$b, ]$k)
  expect_identical(known(function(x, p) jz_iterate(function(u) u[u$b, ], x, max_iter = 2)$state), ranks)
  known(function(x, p) jz_iterate(function(u) within(u, k <- k + m[, 1]), x, max_iter = 2)$state)
  known(function(x, p) jz_iterate(function(i, u) list(i, u[u$b, ]), 1, x, max_iter = 2)$state[[2]])
  turned <- jz_pipeline(function(x) jz_iterate(function(u) jz_flip(u), x, max_iter = 2)$state)
  expect_identical(known(function(x, p) jz_call(turned, x)), ranks)

  constant <- data.frame(k = c(1, 2), b = NA)
  constant$m <- matrix(0, 2, 2)
  same <- jz_pipeline(function(x) x)
  expect_identical(known(function(x, p) jz_take(constant, 1:0)), ranks)
  expect_identical(known(function(x, p) jz_call(same, constant)), ranks)
  expect_identical(known(function(x, p) jz_call(same, as.list(constant))), ranks)
  expect_identical(known(function(x, p) jz_call(jz_pipeline(function() jz_flip(constant)))), ranks)
  expect_identical(known(function(x, p) rbind(x, constant)), ranks)
  expect_identical(known(function(x, p) jz_assign(constant, list(k = 1))), ranks)
  expect_identical(known(function(x, p) jz_drop(constant, "b")), ranks[c("k", "m")])
  expect_identical(known(function(x, p) jz_cond(p, function() constant, function() x)), ranks)
  expect_identical(known(function(x, p) jz_frame(list(t = constant))$t), ranks)
  expect_identical(known(function(x, p) jz_iterate(function(u) u, constant, max_iter = 1)$state), ranks)
})

test_that("rows of tables that choices and loops give are not taken for those of other ones", {
  types <- list(x = jz_table(list(k = "float64[n]", m = "float64[n, 2]", b = "bool[n]")), p = "bool[]")
  fewer <- list(
    function(x, p) jz_cond(p, function() x[x$b, ], function() x),
    function(x, p) jz_iterate(function(u) u[u$b, ], x, max_iter = 2)$state,
    function(x, p) jz_call(jz_pipeline(function(x) jz_iterate(function(u) jz_drop_na(u), x, max_iter = 2)$state), x)
  )
  for (f in fewer) {
    error <- raised(jz_pipeline(function(x, p) f(x, p)$m * x$k, inputs = types))
    expect_match(conditionMessage(error), "equal dimensions", fixed = TRUE)
  }
  error <- raised(jz_pipeline(function(x, p) jz_iterate(function(u) transform(u, m = m * x$k), x, max_iter = 2), types))
  expect_match(conditionMessage(error), "equal dimensions", fixed = TRUE)
})

test_that("names that no field has are refused where a table has no others", {
  closed <- jz_table(list(item = "string[n]?", price = "float64[n]"), closed = TRUE)
  refused <- function(f) conditionMessage(raised(jz_pipeline(f, inputs = list(t = closed))))
  meant <- "expected some of the fields item, price, found itme (did you mean \"item\"?)"
  for (f in list(
    function(t) t$itme, function(t) t["itme"], function(t) jz_drop(t, "itme"), function(t) jz_sort_by(t, "itme"),
    function(t) jz_merge(t, t, on = "itme"), function(t) merge(t, t, by = "itme"),
    function(t) jz_aggregate(t, "itme", n = c("price", "size")), function(t) t[t$price > 1, ]$itme,
    function(t) jz_aggregate(t, "price", n = c("itme", "max"))
  )) {
    expect_match(refused(f), meant, fixed = TRUE, info = deparse1(f))
  }
  made <- "some of the fields item, n, found m"
  expect_match(refused(function(t) jz_aggregate(t, "item", n = c("price", "sum"))$m), made, fixed = TRUE)
  open <- jz_table(list(item = "string[n]?"))
  expect_s3_class(jz_pipeline(function(t) jz_aggregate(t, "itme", n = c("x", "sum")), list(t = open)), "jazz_pipeline")
})

test_that("lengths that choices and loops change are not taken for those from before", {
  types <- list(x = "float64[n]", m = "float64[n, 2]", p = "bool[]")
  fewer <- list(
    function(x, m, p) jz_cond(p, function() m, function() m[m[, 1] > 1, ]),
    function(x, m, p) jz_iterate(function(s) s[s[, 1] > 1, ], m, max_iter = 2)$state
  )
  for (f in fewer) {
    error <- raised(jz_pipeline(function(x, m, p) f(x, m, p) * x, inputs = types))
    expect_match(conditionMessage(error), "equal dimensions", fixed = TRUE)
    expect_s3_class(jz_pipeline(function(x, m, p) f(x, m, p)[, 1] * 2, inputs = types), "jazz_pipeline")
  }
  same <- function(x, m, p) jz_cond(p, function() m * 2, function() -m) * x
  expect_s3_class(jz_pipeline(same, inputs = types), "jazz_pipeline")
})

test_that("choices and loops compute tables", {
  db <- test_db()
  f <- jz_pipeline(function(x) {
    high <- jz_cond(max(x$k) > 2, function() x[x$k > 1, ], function() x)
    jz_iterate(function(u) transform(u, k = k * 2L), high, max_iter = 2)$state
  }, inputs = list(x = type))
  expected <- transform(frame()[frame()$k > 1, ], k = k * 4L)
  rownames(expected) <- NULL
  expect_equal(jz_plain(jz_run(db, f, x = frame())), expected)
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
  expect_match(refused(function(x) data.frame(all = "k", sum = sum(x$k))), "jz_expand_dims(x) is", fixed = TRUE)
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
  unknown <- conditionMessage(raised(jz_pipeline(function(x) with(x, k))))
  expect_match(unknown, "a table whose fields are known", fixed = TRUE)
  unknown <- conditionMessage(raised(jz_pipeline(function(x) within(x, a <- k))))
  expect_match(unknown, "a table whose fields are known", fixed = TRUE)
  expect_match(refused(function(x) within(x, a <- function() k)), "a value, found a function", fixed = TRUE)
  expect_match(refused(function(x) within(x, k[1] <- 2L)), "an assignment", fixed = TRUE)
  expect_match(refused(function(x) jz_assign(x, list(a = function(t) NULL))), "a value, found NULL", fixed = TRUE)
})

test_that("other numbers of rows are refused with the name of the field", {
  db <- test_db()
  f <- jz_pipeline(function(x) {
    x$some <- x$k[x$k > 1]
    x
  }, inputs = list(x = type))
  expect_match(conditionMessage(raised(jz_run(db, f, x = frame()))), "assign.some.*expected 4 rows")
})
