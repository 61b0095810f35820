test_that("the table of reasons is that of the Python client", {
  lines <- readLines(repository_file("clients", "python", "src", "jazz", "errors.py"))
  pattern <- "^ *\"([A-Z_]+)\": Reason\\(_CODE\\.([A-Z_]+), ([A-Za-z]+)\\),$"
  rows <- regmatches(lines, regexec(pattern, lines))
  rows <- do.call(rbind, rows[lengths(rows) > 0])
  snake <- tolower(gsub("([a-z])([A-Z])", "\\1_\\2", rows[, 4]))
  expect_identical(reasons$reason, rows[, 2])
  expect_identical(code_names[reasons$code + 1L], rows[, 3])
  expect_identical(reasons$class, snake)
})

outcome <- function(code, details = NULL, text = "text") {
  status <- list(code = code, message = "a sentence", details = lapply(names(details), function(type) {
    list(type_url = paste0("type.googleapis.com/", type), value = message_to_raw(type, details[[type]]))
  }))
  list(code = code, text = text, details = if (is.null(details)) raw() else message_to_raw("google.rpc.Status", status))
}

test_that("the server's own message decides", {
  error <- condition_from_call(outcome(3L, list(
    "google.rpc.ErrorInfo" = list(reason = "OTHER", domain = "jazz"),
    "jazz.v1.Error" = list(
      reason = "KIND_MISMATCH", message = "not of the kind", details = list(list(key = "block", value = "a/b")),
      violations = list(list(field = "w", expected = "2", found = "3"), list(expected = "x"))
    )
  )), "here")
  expect_s3_class(
    error, c("jazz_error_kind_mismatch", "jazz_error_invalid_argument", "jazz_error", "error"), exact = FALSE
  )
  expect_identical(error$reason, "KIND_MISMATCH")
  expect_identical(error$metadata, list(block = "a/b"))
  expect_identical(error$violations, data.frame(field = c("w", ""), expected = c("2", "x"), found = c("3", "")))
  expect_identical(conditionMessage(error), "not of the kind\n  - w: expected 2, found 3\n  - : expected x, found ")
})

test_that("without it the standard messages decide, and without them the code", {
  info <- list(reason = "QUOTA_EXCEEDED", domain = "jazz", metadata = list(list(key = "space", value = "lab")))
  error <- condition_from_call(outcome(8L, list("google.rpc.ErrorInfo" = info)), "here")
  expect_s3_class(error, "jazz_error_resource_exhausted")
  expect_identical(error$metadata, list(space = "lab"))
  wrong <- list(field_violations = list(list(field = "name", description = "is empty")))
  error <- condition_from_call(outcome(3L, list("google.rpc.BadRequest" = wrong)), "here")
  expect_identical(error$violations$found, "is empty")
  expect_s3_class(condition_from_call(outcome(10L), "here"), "jazz_error_version_conflict")
  expect_match(
    conditionMessage(condition_from_call(outcome(14L), "here:1")), "no Jazz server answers at here:1 \\(text\\)"
  )
  expect_match(conditionMessage(condition_from_call(outcome(4L), "here:1")), "within the timeout")
  expect_match(conditionMessage(condition_from_call(outcome(12L), "here:1")), "does not know this call")
})

test_that("a reason that is not known has the class of its code, a code that is not known none", {
  expect_s3_class(jazz_condition("NEW_REASON", "m", code = 5L), "jazz_error_not_found")
  expect_identical(class(jazz_condition("NEW_REASON", "m", code = 99L)), c("jazz_error", "error", "condition"))
})

test_that("details that cannot be read leave the code", {
  error <- condition_from_call(list(code = 5L, text = "gone", details = as.raw(1:9)), "here")
  expect_s3_class(error, "jazz_error_not_found")
  expect_identical(conditionMessage(error), "gone")
})

test_that("an error says what the user called", {
  error <- raised(jz_connect(target = 7))
  expect_identical(deparse(conditionCall(error)), "jz_connect(target = 7)")
})

test_that("only what cannot act twice is made again, and only for faults that pass", {
  calls <- 0
  db <- list(target = "here")
  failing <- function(code) {
    calls <<- 0
    function(left) {
      calls <<- calls + 1
      if (calls < 3) list(code = code, text = "no", details = raw()) else list(code = 0L)
    }
  }
  soon <- steady_seconds() + 60
  expect_identical(repeated(db, soon, TRUE, failing(14L))$code, 0L)
  expect_identical(calls, 3)
  expect_s3_class(raised(repeated(db, soon, FALSE, failing(14L))), "jazz_error_unavailable")
  expect_identical(calls, 1)
  expect_s3_class(raised(repeated(db, soon, TRUE, failing(5L))), "jazz_error_not_found")
  expect_identical(calls, 1)
  expect_s3_class(raised(repeated(db, steady_seconds(), TRUE, failing(14L))), "jazz_error_unavailable")
  expect_identical(calls, 1)
})

test_that("waiting and request ids leave R's random numbers alone", {
  set.seed(1)
  before <- .Random.seed
  ids <- replicate(50, new_uuid())
  new_fraction()
  expect_identical(.Random.seed, before)
  # nor do calls make a state where there is none
  rm(".Random.seed", envir = globalenv())
  message_to_raw("jazz.v1.KindReference", list(name = new_uuid()))
  expect_false(exists(".Random.seed", globalenv()))
  expect_match(ids, "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
  expect_false(anyDuplicated(ids) > 0)
})
