# Times beside values of a pipeline become constants; a single one has no dimensions, as a single number has none.

dims_of_constant <- function(time) {
  message <- raw_to_message("jazz.v1.Pipeline", jz_pipeline_bytes(jz_pipeline(function(x) x - time)))
  as.double(unlist(message$constants[[1]]$header$tensor$shape))
}

test_that("a single time is no vector", {
  expect_identical(dims_of_constant(as.Date("2024-02-29")), double())
  expect_identical(dims_of_constant(as.POSIXct("2024-02-29", tz = "UTC")), double())
  expect_identical(dims_of_constant(as.difftime(1, units = "hours")), double())
  expect_identical(dims_of_constant(as.Date(NA)), double())
})

test_that("a single time goes with values of any dimensions", {
  expect_s3_class(jz_pipeline(function(x) as.Date("2024-02-29") - x), "jazz_pipeline")
  expect_error(jz_pipeline(function(x) x - as.Date(c("2024-02-29", NA))), class = "jazz_error")
})

test_that("differences, sums and extremes are those of R, in seconds", {
  db <- test_db()
  begun <- as.POSIXct(c("2024-03-30 12:00", "2024-03-31 12:00", NA), tz = "Europe/Vienna")
  taken <- as.difftime(c(1.5, -2, 3), units = "hours")
  inputs <- list(x = "timestamp[us, Europe/Vienna][n]?", s = "duration[us][n]")
  run <- function(f) jz_run(db, jz_pipeline(f, inputs = inputs), x = begun, s = taken)
  start <- as.POSIXct("2024-01-01", tz = "UTC")
  expect_equal(as.double(run(function(x, s) x - start)), as.double(begun - start, units = "secs"))
  ended <- run(function(x, s) x + s)
  expect_equal(as.double(ended), as.double(begun + taken))
  expect_identical(attr(ended, "tzone"), "Europe/Vienna")
  expect_equal(run(function(x, s) s / as.difftime(1, units = "mins")), as.double(taken, units = "mins"))
  expect_equal(as.double(run(function(x, s) sum(-s * 2)), units = "secs"), as.double(sum(-taken * 2), units = "secs"))
  expect_equal(as.double(run(function(x, s) max(x, na.rm = TRUE))), as.double(max(begun, na.rm = TRUE)))
  expect_equal(as.double(run(function(x, s) mean(x, na.rm = TRUE))), as.double(mean(begun, na.rm = TRUE)))
  days <- as.Date(c("2024-02-29", NA))
  later <- jz_pipeline(function(x) x + as.difftime(1, units = "days"))
  expect_equal(as.Date(jz_run(db, later, x = days)), days + 1)
})

test_that("what R would take for days or for another zone is refused", {
  db <- test_db()
  expect_s3_class(raised(jz_run(db, jz_pipeline(function(x) x + 1), x = as.Date("2024-02-29"))), "jazz_error")
  here <- as.POSIXct("2024-02-29", tz = "Europe/Vienna")
  there <- as.POSIXct("2024-02-29", tz = "Asia/Tokyo")
  wrong <- raised(jz_run(db, jz_pipeline(function(x) pmax(x, there)), x = here))
  expect_match(conditionMessage(wrong), "timestamps in Europe/Vienna", fixed = TRUE)
})

test_that("range() is of all that has a least and a greatest element", {
  db <- test_db()
  both <- jz_pipeline(function(x) range(x))
  left <- jz_pipeline(function(x) range(x, na.rm = TRUE))
  days <- as.Date(c("2024-02-29", "2023-01-01", "2025-12-31"))
  expect_equal(as.Date(jz_run(db, both, x = days)), range(days))
  moments <- as.POSIXct(c("2024-03-31 12:00", NA, "2024-03-30 12:00"), tz = "Europe/Vienna")
  found <- jz_run(db, left, x = moments)
  expect_equal(as.double(found), as.double(range(moments, na.rm = TRUE)))
  expect_identical(attr(found, "tzone"), "Europe/Vienna")
  expect_identical(as.double(is.na(jz_run(db, both, x = moments))), c(1, 1))
  taken <- as.difftime(c(1.5, -2), units = "secs")
  expect_equal(as.double(jz_run(db, both, x = taken), units = "secs"), c(-2, 1.5))
  expect_identical(jz_plain(jz_run(db, left, x = c("b", NA, "\u00e9", "a"))), c("a", "\u00e9"))
  grade <- factor(c("good", "bad", "best"), c("bad", "good", "best"), ordered = TRUE)
  expect_equal(jz_plain(jz_run(db, both, x = grade)), range(grade))
  expect_identical(jz_plain(jz_run(db, both, x = c(2L, -1L, 5L))), c(-1L, 5L))
  expect_identical(jz_plain(jz_run(db, both, x = c(2, NaN))), c(NaN, NaN))
  expect_identical(jz_plain(jz_run(db, left, x = c(2, NA, -0.5))), c(-0.5, 2))
  m <- Matrix::sparseMatrix(1:2, 2:1, x = c(1, 2), dims = c(2, 3))
  expect_identical(jz_plain(jz_run(db, both, x = m)), range(m))
  expect_s3_class(raised(jz_run(db, both, x = factor(c("a", "b")))), "jazz_error")
  expect_s3_class(raised(jz_run(db, both, x = as.Date(character()))), "jazz_error")
})
