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

test_that("parts are those of POSIXlt, which counts some from 0", {
  db <- test_db()
  part <- function(x, part) {
    pipeline <- jz_pipeline(eval(bquote(function(x) jz_time_part(x, .(part)))))
    as.integer(jz_run(db, pipeline, x = x))
  }
  set.seed(1)
  for (zone in c("UTC", "Europe/Vienna", "Australia/Lord_Howe", "Asia/Kolkata")) {
    x <- .POSIXct(c(floor(stats::runif(200, -2e9, 2e9)), 1711846799, 1711846800, 1729990800, NA), zone)
    parts <- as.POSIXlt(x)
    expect_identical(part(x, "year"), as.integer(parts$year + 1900))
    expect_identical(part(x, "month"), as.integer(parts$mon + 1))
    expect_identical(part(x, "day"), as.integer(parts$mday))
    expect_identical(part(x, "day_of_week"), as.integer((parts$wday + 6) %% 7))
    expect_identical(part(x, "day_of_year"), as.integer(parts$yday + 1))
    expect_identical(part(x, "hour"), as.integer(parts$hour))
    expect_identical(part(x, "minute"), as.integer(parts$min))
    expect_identical(part(x, "second"), as.integer(parts$sec))
    expect_identical(paste0("Q", part(x[1:200], "quarter")), quarters(x[1:200]))
  }
  days <- as.Date(c("2024-02-29", NA, "1899-12-31"))
  expect_identical(part(days, "month"), c(2L, NA, 12L))
  expect_identical(part(as.difftime(c(36.5, -1), units = "hours"), "days"), c(1L, -1L))
})

test_that("trunc() has the units that R has, and jz_time_floor() further ones", {
  db <- test_db()
  x <- seq(as.POSIXct("2024-03-30", tz = "Europe/Vienna"), by = 9973, length.out = 2500)
  for (unit in c("secs", "mins", "hours", "days", "months", "years")) {
    found <- jz_run(db, jz_pipeline(eval(bquote(function(x) trunc(x, .(unit))))), x = x)
    expect_equal(as.double(found), as.double(as.POSIXct(trunc(x, unit))))
    expect_identical(attr(found, "tzone"), "Europe/Vienna")
  }
  days <- as.Date(c("2024-02-29", NA, "1899-12-31"))
  expect_equal(as.Date(jz_run(db, jz_pipeline(function(x) trunc(x, "months")), x = days)), trunc(days, "months"))
  weeks <- as.Date(cut(days, "week"))
  expect_equal(as.Date(jz_run(db, jz_pipeline(function(x) jz_time_floor(x, "week")), x = days)), weeks)
  quarter <- jz_run(db, jz_pipeline(function(x) jz_time_floor(x, "minute", every = 15)), x = x)
  expect_equal(as.double(quarter), as.double(x) %/% 900 * 900)
  expect_equal(jz_plain(jz_run(db, jz_pipeline(function(x) trunc(x)), x = c(1.5, -1.5))), c(1, -1))
})

test_that("what gives texts of times, and units and parts that there are not, say what to write", {
  told <- function(f) conditionMessage(raised(jz_pipeline(f)))
  for (f in list(
    function(x) format(x, "%Y-%m"), function(x) strftime(x, "%Y"), function(x) months(x), function(x) base::weekdays(x),
    function(x) quarters(x), function(x) as.POSIXlt(x)$mon
  )) {
    expect_match(told(f), "expected jz_time_part(x, \"month\")", fixed = TRUE)
  }
  expect_match(told(function(x) cut(x, "month")), "trunc(x, \"months\")", fixed = TRUE)
  expect_match(told(function(x) as.Date(x)), "trunc(x, \"days\")", fixed = TRUE)
  expect_match(told(function(x) trunc(x, "weeks")), "secs, mins, hours, days, months, years, found \"weeks\"")
  expect_match(told(function(x) trunc(x, "m")), "found \"m\"")
  expect_match(told(function(x) jz_time_part(x, "mon")), "part: expected one of year, .*, found \"mon\"")
  expect_match(told(function(x) jz_time_floor(x, "days")), "unit: expected one of year, .*, found \"days\"")
  expect_match(told(function(x) jz_time_floor(x, "day", 0)), "every: expected a whole number from 1 to")
  expect_match(told(function(x) jz_time_floor(x, "second", 3e9)), "every: expected a whole number from 1 to")
})

test_that("parts are keys of groups", {
  db <- test_db()
  when <- as.POSIXct(c("2024-01-31 23:30", "2024-02-01 00:30", "2024-02-29 10:00"), tz = "Europe/Vienna")
  sales <- data.frame(when = when, amount = c(5, 2.5, 4))
  by_month <- jz_pipeline(function(t) {
    t$month <- jz_time_part(t$when, "month")
    aggregate(amount ~ month, data = t, FUN = sum)
  }, list(t = jz_table(list(when = "timestamp[us, Europe/Vienna][n]", amount = "float64[n]"))))
  found <- jz_run(db, by_month, t = sales)
  expect_identical(as.integer(found$month), 1:2)
  expect_equal(as.double(found$amount), c(5, 6.5))
})

test_that("what times are not changed by says what to write", {
  for (case in list(
    list(function(x) round(x, "hours"), "found \"hours\" \\(trunc\\(x, units\\)"),
    list(function(x) round(x, units = "hours"), "found \"hours\" \\(trunc\\(x, units\\)"),
    list(function(x) difftime(x, x, units = "days"), "x - y, in seconds"),
    list(function(x) as.difftime(x, units = "days"), "x \\* as.difftime\\(1"),
    list(function(x) as.numeric(x), "x / as.difftime\\(1"),
    list(function(x) as.POSIXct(x), "the dates themselves"),
    list(function(x) jz_time_part(x, "mnth"), "did you mean \"month\""),
    list(function(x) jz_time_floor(x, "weeks"), "did you mean \"week\"")
  )) {
    expect_error(jz_pipeline(case[[1]]), case[[2]], class = "jazz_error_tracing", info = deparse1(case[[1]]))
  }
})
