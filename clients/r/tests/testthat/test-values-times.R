vienna <- function(...) as.POSIXct(c(...), tz = "Europe/Vienna")
stamp <- function(counts, unit, zone = "UTC", ...) {
  wire_vector(
    "timestamp", text_to_int64(counts, FALSE), length(counts), time_unit = unit, zone = zone, options = list(...)
  )
}
unit_of_encoded <- function(x, ...) {
  sub("TIME_UNIT_", "", encode_value(x, jz_value_options(...))$header$tensor$type$time_unit)
}

with_zone <- function(zone, code) {
  before <- Sys.getenv("TZ", NA)
  on.exit(if (is.na(before)) Sys.unsetenv("TZ") else Sys.setenv(TZ = before))
  Sys.setenv(TZ = zone)
  force(code)
}

test_that("dates come back", {
  expect_there_and_back(as.Date(c("2024-02-29", NA, "1582-10-15", "9999-12-31", "0001-01-01")))
  expect_identical(there_and_back(structure(19000L, class = "Date")), structure(19000, class = "Date"))
})

test_that("dates that are not whole days are refused, or cut when asked", {
  expect_refused(encode_value(structure(c(1, 1.5), class = "Date")), "1.5 days at [2]")
  expect_refused(encode_value(structure(NaN, class = "Date")))
  expect_refused(encode_value(structure(Inf, class = "Date")))
  expect_refused(encode_value(structure(2^31, class = "Date")))
  expect_identical(there_and_back(structure(-1.5, class = "Date"), lossy = TRUE), structure(-2, class = "Date"))
})

test_that("times keep their zone and come back to the bit", {
  expect_there_and_back(vienna("2024-07-01 12:00:00", NA, "1969-12-31 23:59:59"))
  expect_there_and_back(as.POSIXct(1719828000.123456, origin = "1970-01-01", tz = "UTC"))
  expect_there_and_back(.POSIXct(c(-1e-6, 1e-9, 1234567890.987654321), "UTC"))
  set.seed(3)
  expect_there_and_back(.POSIXct(runif(1000, 1e8, 4e9), "America/St_Johns"))
  expect_there_and_back(.POSIXct(round(runif(1000, -2e9, 4e9), 6), "UTC"))
  expect_there_and_back(.POSIXct(seq(-500, 499) / 1e6, "UTC"))
})

test_that("times are microseconds if they are exact, else nanoseconds", {
  expect_identical(unit_of_encoded(.POSIXct(0.000001, "UTC")), "MICROSECOND")
  expect_identical(unit_of_encoded(.POSIXct(1719828000.123456, "UTC")), "MICROSECOND")
  expect_identical(unit_of_encoded(.POSIXct(1719828000.1234563, "UTC")), "NANOSECOND")
  expect_identical(unit_of_encoded(Sys.time() + (0:9) / 7), "NANOSECOND")
})

test_that("times that no count stands for are refused, or rounded when asked", {
  expect_refused(encode_value(.POSIXct(c(0, Inf), "UTC")), "at [2]")
  expect_refused(encode_value(.POSIXct(NaN, "UTC")))
  ages <- .POSIXct(c(1719828000.1234563, 16725225600), "UTC")
  expect_refused(encode_value(ages), "at [2]")
  expect_identical(there_and_back(ages, times = "nearest"), .POSIXct(c(1719828000.123456, 16725225600), "UTC"))
  expect_refused(encode_value(.POSIXct(1e300, "UTC"), jz_value_options(times = "nearest")))
})

test_that("times of the clock come back to the bit, their differences to the nanosecond", {
  begun <- .POSIXct(1719828000.1234567, "UTC")
  ended <- .POSIXct(1719828003.7654321, "UTC")
  expect_there_and_back(c(begun, ended))
  for (units in c("secs", "mins", "hours")) {
    span <- there_and_back(difftime(ended, begun, units = units))
    expect_lt(abs(as.double(span) - as.double(ended - begun, units = "secs")), 1e-9)
    expect_identical(there_and_back(span), span)
  }
  frame <- data.frame(at = c(begun, ended), since = c(begun, ended) - begun)
  back <- there_and_back(frame)
  expect_identical(back$at, frame$at)
  expect_equal(back$since, frame$since, tolerance = 1e-9)
  expect_identical(there_and_back(.POSIXct(1.23e-7, "UTC")), .POSIXct(1.23e-7, "UTC"))
  expect_identical(as.double(there_and_back(.POSIXct(1e-12, "UTC"))), 0)
  expect_no_error(there_and_back(data.frame(at = Sys.time(), since = Sys.time() - begun)))
})

test_that("times of integers come back as doubles", {
  expect_identical(there_and_back(structure(5L, class = c("POSIXct", "POSIXt"), tzone = "UTC")), .POSIXct(5, "UTC"))
})

test_that("broken-down times are times", {
  x <- as.POSIXlt("2024-07-01 12:00:00", tz = "Europe/Vienna")
  expect_identical(there_and_back(x), as.POSIXct(x))
})

test_that("times without a zone have the one of the session", {
  with_zone("Asia/Kolkata", {
    x <- as.POSIXct("2024-07-01 12:00:00")
    back <- there_and_back(x)
    expect_identical(attr(back, "tzone"), "Asia/Kolkata")
    expect_identical(format(back), format(x))
  })
  with_zone("Nowhere/Else", {
    expect_identical(encode_value(.POSIXct(0))$header$tensor$type$time_zone, "UTC")
  })
})

test_that("zones that others do not know are refused", {
  expect_refused(encode_value(.POSIXct(0, "Mars/Olympus")), "Mars/Olympus")
  expect_identical(encode_value(.POSIXct(0, "+05:30"))$header$tensor$type$time_zone, "+05:30")
})

test_that("offsets and wall clocks are shown in zones that R has, and stay what they were", {
  for (each in list(c("", "UTC"), c("+02:00", "Etc/GMT-2"), c("-03:30", "UTC"), c("+05:30", "UTC"), c("UTC", "UTC"))) {
    x <- stamp(c("0", "-1"), "us", each[[1]])
    expect_identical(attr(x, "tzone"), each[[2]])
    expect_identical(as.double(x), c(0, -1e-6))
    expect_identical(encode_value(x)$header$tensor$type$time_zone %||% "", each[[1]])
    # Shown in another zone it is an instant there.
    attr(x, "tzone") <- "Europe/Vienna"
    expect_identical(encode_value(x)$header$tensor$type$time_zone, "Europe/Vienna")
  }
})

test_that("counts of every unit come back as they were", {
  for (unit in c("s", "ms", "us", "ns")) {
    counts <- c("0", "1", "-1", "1709209800", "-86400")
    if (unit == "ns") counts <- c("0", "1000", "-1000", "1709209800123456000")
    x <- stamp(counts, unit)
    expect_identical(int64_to_text_of(encode_value(x)), counts)
    expect_identical(
      unit_of_encoded(x), c(s = "SECOND", ms = "MILLISECOND", us = "MICROSECOND", ns = "NANOSECOND")[[unit]]
    )
  }
})

test_that("counts that no double holds are refused, the nearest, or integers", {
  skip_if_not_installed("bit64")
  far <- "1709209800123456789"
  expect_refused(stamp(far, "ns"), "at [1]")
  expect_identical(as.double(stamp(far, "ns", times = "nearest")), 1709209800 + 0.123456789)
  expect_refused(stamp(far, "ns", "Europe/Vienna", times = "counts"), "bigint = \"integer64\"")
  x <- stamp(far, "ns", "Europe/Vienna", times = "counts", bigint = "integer64")
  expect_s3_class(x, "integer64")
  expect_identical(encode_value(x)$header$tensor$type, type_message("timestamp", "ns", "Europe/Vienna"))
  expect_identical(int64_to_text_of(encode_value(x)), far)
  lowest <- stamp("-9223372036854775808", "ns", times = "counts", bigint = "character")
  expect_identical(int64_to_text_of(encode_value(lowest)), "-9223372036854775808")
})

test_that("spans come back in seconds", {
  expect_there_and_back(as.difftime(c(1.5, NA, -0.000001), units = "secs"))
  for (units in c("mins", "hours", "days", "weeks")) {
    x <- as.difftime(c(0.1, 1 / 3, 2, NA), units = units)
    back <- there_and_back(x)
    expect_identical(units(back), "secs")
    units(back) <- units
    expect_equal(as.double(back), as.double(x), tolerance = 1e-15)
  }
  expect_refused(encode_value(structure(1, class = "difftime", units = "fortnights")), "fortnights")
  expect_refused(encode_value(as.difftime(Inf, units = "secs")))
})

test_that("spans of other units stay what they were", {
  x <- wire_vector("duration", text_to_int64(c("1500", "-1"), FALSE), time_unit = "ms")
  expect_identical(as.double(x), c(1.5, -0.001))
  expect_identical(unit_of_encoded(x), "MILLISECOND")
  expect_identical(unit_of_encoded(replace(x, 1, 1.500000001)), "NANOSECOND")
  expect_identical(unit_of_encoded(x / 7e3), "NANOSECOND")
})
