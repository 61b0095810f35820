test_that("a value comes back as it was stored, with what is known of it", {
  db <- test_db()
  space <- test_space(db, "r-blocks")
  info <- jz_put(db, "r-blocks/iris", iris, attributes = c(source = "Anderson", a = "\u00e4"))
  expect_identical(jz_get(db, "r-blocks/iris"), iris)
  expect_identical(info$name, "r-blocks/iris")
  expect_identical(info$attributes, c(a = "\u00e4", source = "Anderson"))
  expect_identical(info$kind, NA_character_)
  expect_true(is.na(info$expires))
  expect_lt(abs(as.double(Sys.time() - info$created, units = "secs")), 60)
  again <- jz_info(db, "r-blocks/iris")
  expect_identical(again[names(again) != "header"], info[names(info) != "header"])
  expect_identical(again$header, info$header)
})

test_that("an NA that is found while a value travels is stored as well, and the value once", {
  db <- test_db()
  space <- test_space(db, "r-found")
  long <- replace(as.double(1:900000), 850000, NA)
  sparse <- Matrix::sparseMatrix(i = 1:900000, j = rep(1:9, each = 100000), x = long)
  early <- replace(as.double(1:900000), 3000, NA)
  for (x in list(long, early, complex(real = long, imaginary = 1), data.frame(a = 1:900000, b = long), sparse)) {
    info <- jz_put(db, "r-found/x", x)
    expect_identical(jz_get(db, "r-found/x"), x)
    expect_identical(info$header, encode_value(x)$header)
    expect_identical(nrow(jz_versions(db, "r-found/x")), 1L)
    jz_delete(db, "r-found/x")
  }
  warned <- 0
  withCallingHandlers(
    jz_put(db, "r-found/x", structure(long, note = "of mine")),
    jazz_warning_attributes = function(warning) {
      warned <<- warned + 1
      invokeRestart("muffleWarning")
    }
  )
  expect_identical(warned, 1)
})

test_that("versions are kept, named, compared, and conflict", {
  db <- test_db()
  space <- test_space(db, "r-versions")
  first <- jz_put(db, "r-versions/a", 1, if_version = 0)
  second <- jz_put(db, "r-versions/a", 2, if_version = first$version)
  expect_identical(jz_get(db, "r-versions/a", version = first$version), 1)
  expect_identical(jz_get(db, sprintf("r-versions/a@%.0f", first$version)), 1)
  expect_identical(jz_versions(db, "r-versions/a")$version, c(second$version, first$version))
  expect_s3_class(raised(jz_put(db, "r-versions/a", 3, if_version = first$version)), "jazz_error_version_conflict")
  expect_s3_class(raised(jz_put(db, "r-versions/a", 3, if_version = 0)), "jazz_error")
  expect_identical(jz_get(db, "r-versions/a"), 2)
  jz_delete(db, "r-versions/a", version = first$version)
  expect_s3_class(raised(jz_get(db, "r-versions/a", version = first$version)), "jazz_error_not_found")
})

test_that("blocks are listed in pages, by prefix", {
  db <- test_db()
  space <- test_space(db, "r-lists")
  for (name in c("b/2", "a", "b/1")) jz_put(db, paste0("r-lists/", name), name)
  listed <- jz_list(db, "r-lists")
  expect_identical(listed$name, c("r-lists/a", "r-lists/b/1", "r-lists/b/2"))
  expect_identical(jz_list(db, "r-lists/b/")$name, listed$name[2:3])
  expect_identical(nrow(jz_list(db, "r-lists/z")), 0L)
  expect_false("header" %in% names(listed))
  expect_identical(jz_list(db, "r-lists", full = TRUE)$header[[1]]$tensor$shape, 1)
  expect_output(print(listed), "r-lists/b/1")
  expect_output(print(listed, n = 1), "and 2 more")
  expect_s3_class(raised(jz_list(db, "r-no-such-space")), "jazz_error_not_found")
})

test_that("blocks are copied, changed, deleted", {
  db <- test_db()
  space <- test_space(db, "r-changes")
  jz_put(db, "r-changes/a", 1:3, attributes = c(x = "1"), ttl = 1000)
  expect_identical(jz_copy(db, "r-changes/a", "r-changes/b", if_version = 0)$name, "r-changes/b")
  expect_identical(jz_get(db, "r-changes/b"), 1:3)
  moment <- as.POSIXct(floor(as.double(Sys.time())) + 5000.25, origin = "1970-01-01", tz = "UTC")
  changed <- jz_update(db, "r-changes/a", expires = moment)
  expect_equal(as.double(changed$expires), as.double(moment))
  expect_identical(changed$attributes, c(x = "1"))
  changed <- jz_update(db, "r-changes/a", attributes = NULL, expires = NULL)
  expect_length(changed$attributes, 0)
  expect_true(is.na(changed$expires))
  expect_s3_class(raised(jz_update(db, "r-changes/a")), "jazz_error_invalid_argument")
  expect_true(jz_exists(db, "r-changes/a"))
  expect_null(jz_delete(db, "r-changes/a"))
  expect_false(jz_exists(db, "r-changes/a"))
  expect_s3_class(raised(jz_delete(db, "r-changes/a")), "jazz_error_not_found")
})

test_that("parts are read as R takes them", {
  db <- test_db()
  space <- test_space(db, "r-parts")
  m <- matrix(as.double(1:12), 3, dimnames = list(c("a", "b", "c"), NULL))
  jz_put(db, "r-parts/m", m)
  get <- function(...) jz_get(db, "r-parts/m", ...)
  expect_identical(get(rows = 2:3), m[2:3, , drop = FALSE])
  expect_identical(get(rows = 2, columns = 4), m[2, 4, drop = FALSE])
  expect_identical(get(rows = c("c", "a")), m[c("c", "a"), ])
  expect_identical(get(rows = c(TRUE, FALSE, TRUE)), m[c(1, 3), ])
  expect_identical(get(rows = -2, columns = -1), m[-2, -1])
  expect_identical(get(columns = c(4, 1, 1)), m[, c(4, 1, 1)])
  expect_identical(get(along = list(rows = "b")), m["b", , drop = FALSE])
  expect_identical(dim(get(rows = integer())), c(0L, 4L))
})

test_that("positions and labels that are not there are errors, counted from 1", {
  db <- test_db()
  space <- test_space(db, "r-beyond")
  jz_put(db, "r-beyond/m", matrix(0, 3, 4, dimnames = list(letters[1:3], NULL)))
  for (wanted in list(2:4, 4, 9:10, c(1, 4), c(3, 1, 7))) {
    error <- raised(jz_get(db, "r-beyond/m", rows = wanted))
    expect_s3_class(error, "jazz_error_invalid_argument")
    expect_match(conditionMessage(error), "rows: expected positions up to (3|the length)")
  }
  expect_match(
    conditionMessage(raised(jz_get(db, "r-beyond/m", columns = c(5, 1)))),
    "columns: expected positions up to 4, found 5"
  )
  expect_s3_class(raised(jz_get(db, "r-beyond/m", rows = "z")), "jazz_error_not_found")
  expect_s3_class(raised(jz_get(db, "r-beyond/m", rows = c(TRUE, FALSE))), "jazz_error_invalid_argument")
  expect_s3_class(raised(jz_get(db, "r-beyond/m", item = "x")), "jazz_error")
})

test_that("fields of tables are read alone, several, and deep", {
  db <- test_db()
  space <- test_space(db, "r-fields")
  value <- list(inner = list(deep = 1:3, other = "x"), flag = TRUE)
  jz_put(db, "r-fields/list", value)
  jz_put(db, "r-fields/frame", airquality)
  expect_identical(jz_get(db, "r-fields/list"), value)
  expect_identical(jz_get(db, "r-fields/list", item = "flag"), TRUE)
  expect_identical(jz_get(db, "r-fields/list", item = c("inner", "deep"), rows = 2:3), 2:3)
  expect_identical(jz_get(db, "r-fields/frame", columns = c("Temp", "Ozone"), rows = 5:6), {
    part <- airquality[5:6, c("Temp", "Ozone")]
    row.names(part) <- NULL
    part
  })
  expect_identical(jz_get(db, "r-fields/frame", columns = 2, rows = 1)$Solar.R, 190L)
  expect_s3_class(raised(jz_get(db, "r-fields/list", item = "nothing")), "jazz_error_not_found")
})

test_that("a large value travels whole", {
  db <- test_db()
  space <- test_space(db, "r-large")
  x <- as.double(seq_len(3e6)) / 7
  jz_put(db, "r-large/x", x)
  expect_identical(jz_get(db, "r-large/x"), x)
  expect_identical(jz_get(db, "r-large/x", rows = 2999999:3000000), x[2999999:3000000])
})

test_that("infos look like what they tell", {
  db <- test_db()
  space <- test_space(db, "r-looks")
  info <- jz_put(db, "r-looks/a", matrix(1.5, 2, 3), attributes = c(k = "v"))
  expect_match(format(info), "^<jazz_info r-looks/a@[0-9]+: float64\\[2, 3\\].*, 48 B, k=v>$")
  expect_output(print(summary(info)), "size: *48 B")
  expect_output(str(info), "jazz_info")
  expect_output(print(db), "jazz_connection unix:")
  expect_output(print(summary(db)), "operations in a batch")
})

test_that("a block is described where it is", {
  db <- test_db()
  space <- test_space(db, "r-describe")
  jz_put(db, "r-describe/air", airquality)
  told <- jz_describe(db, "r-describe/air")
  expect_identical(told$field, names(airquality))
  expect_equal(told$missing, unname(colSums(is.na(airquality))))
  expect_equal(told$mean, unname(colMeans(airquality, na.rm = TRUE)))
  expect_equal(as.numeric(told$least[4]), min(airquality$Temp))
  expect_output(print(told), "Ozone")
  expect_equal(vapply(told$histogram, function(bins) sum(bins$counts), 0), told$total - told$missing)
  before <- jz_put(db, "r-describe/words", c("b", "a", "b"))
  jz_put(db, "r-describe/words", c(1, Inf))
  expect_identical(jz_describe(db, "r-describe/words")$infinite, 1)
  words <- jz_describe(db, "r-describe/words", version = before$version)
  expect_identical(words$frequent, "b")
  expect_identical(words$distinct, 2)
  expect_identical(jz_describe(db, "r-describe/air", item = "Temp")$total, 153)
})
