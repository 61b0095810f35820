# Texts, factors and times beside values of a pipeline, in comparisons on either side.

steps_of <- function(f, ...) {
  message <- raw_to_message("jazz.v1.Pipeline", jz_pipeline_bytes(jz_pipeline(f, ...)))
  list(ops = vapply(message$graph$steps, function(step) step$op, ""), constants = length(message$constants))
}

test_that("a single text is a literal, everything else becomes a constant", {
  expect_identical(steps_of(function(x) x == "a"), list(ops = "equal", constants = 0L))
  expect_identical(steps_of(function(x) "a" < x), list(ops = "less", constants = 0L))
  operands <- list(
    NA_character_, factor("a"), factor("a", ordered = TRUE), as.Date("2024-01-01"), as.POSIXct("2024-01-01"),
    as.POSIXlt("2024-01-01"), as.difftime(1, units = "hours"), as.raw(1)
  )
  for (operand in operands) {
    expect_identical(steps_of(function(x) x != operand), list(ops = "not_equal", constants = 1L))
    expect_identical(steps_of(function(x) operand >= x), list(ops = "greater_equal", constants = 1L))
  }
})

test_that("vectors of texts and levels recycle as R recycles", {
  expect_identical(steps_of(function(x) x == c("a", "b"), inputs = list(x = "string[2]"))$ops, "equal")
  expect_identical(steps_of(function(x) x == factor(c("a", "b")), inputs = list(x = "factor[n]"))$ops, "equal")
  expect_error(jz_pipeline(function(x) x == c("a", "b"), inputs = list(x = "string[3]")), class = "jazz_error")
})

test_that("rows are those that R has for texts, factors and dates", {
  db <- test_db()
  trips <- data.frame(
    city = c("Wien", "\u0141\u00f3d\u017a", "Z\u00fcrich"),
    size = factor(c("small", "big", "big"), c("small", "big"), ordered = TRUE),
    day = as.Date(c("2024-02-28", "2024-02-29", "2024-03-01"))
  )
  asked <- function(f) as.logical(jz_run(db, jz_pipeline(f), t = trips))
  expect_identical(asked(function(t) t$city == "Wien"), trips$city == "Wien")
  expect_identical(asked(function(t) t$city == "nowhere"), trips$city == "nowhere")
  expect_identical(asked(function(t) t$size == "huge"), trips$size == "huge")
  expect_identical(asked(function(t) t$size > "small"), trips$size > "small")
  expect_identical(asked(function(t) t$day >= as.Date("2024-02-29")), trips$day >= as.Date("2024-02-29"))
  expect_identical(asked(function(t) t$city %in% c("Wien", "nowhere")), trips$city %in% c("Wien", "nowhere"))
  expect_identical(asked(function(t) t$size %in% "big"), trips$size %in% "big")
  expect_identical(asked(function(t) t$day %in% trips$day[2:3]), trips$day %in% trips$day[2:3])
  expect_error(asked(function(t) t$city %in% 1:2), class = "jazz_error")
  expect_error(asked(function(t) t$city < 1), class = "jazz_error")
  expect_error(asked(function(t) t$size < "huge"), class = "jazz_error")
})

test_that("%in% has R's answers for what is missing, and rows are those that are among others", {
  db <- test_db()
  cities <- data.frame(city = c("Wien", NA, "Graz", "Linz"), n = c(1, NA, 3, 4))
  asked <- function(f, ...) as.logical(jz_run(db, jz_pipeline(f), t = cities, ...))
  tables <- list("Wien", c("Wien", "Linz"), c("Wien", NA), NA_character_, character(), factor(c("Graz", NA)), NULL)
  for (some in tables) {
    wanted <- cities$city %in% some
    expect_identical(asked(function(t) t$city %in% some), wanted)
    expect_identical(asked(function(t) is.element(t$city, some)), wanted)
    if (length(some) > 0) expect_identical(asked(function(t, some) t$city %in% some, some = some), wanted)
  }
  for (some in list(c(1, 4), c(NA, 3), NA_real_)) {
    expect_identical(asked(function(t) t$n %in% some), cities$n %in% some)
    expect_identical(asked(function(t) !(some %in% t$n)), !(some %in% cities$n))
  }
  rows <- jz_table(list(city = "string[n]?", n = "float64[n]?"))
  kept <- jz_pipeline(function(t) t[t$city %in% c("Graz", NA), ], inputs = list(t = rows))
  expect_identical(jz_run(db, kept, t = cities)$n, c(NA, 3))
  expect_error(jz_pipeline(function(t) match(t$city, "Wien")), class = "jazz_error_tracing")
})
