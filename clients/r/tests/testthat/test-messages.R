round_trip <- function(type, fields) raw_to_message(type, message_to_raw(type, fields))

test_that("a message is the list of the fields that are set", {
  value <- list(
    axes = list(list(name = "gène", length = 3)),
    tensor = list(
      type = list(data_type = "DATA_TYPE_FLOAT64"), shape = c(2, 3), layout = "LAYOUT_DENSE", axes = c("", "gène"),
      buffers = list(list(role = "BUFFER_ROLE_DATA", length = 48)), fill = as.raw(1:3)
    )
  )
  expect_identical(round_trip("jazz.v1.Value", value), value)
})

test_that("an empty message is an empty list, a field that is NULL is absent", {
  expect_length(round_trip("jazz.v1.Value", list(null = list()))$null, 0)
  expect_named(round_trip("jazz.v1.Value", list(null = list(), table = NULL)), "null")
  expect_length(round_trip("jazz.v1.Value", list()), 0)
})

test_that("all types of fields go there and back", {
  settings <- list(volatile = TRUE, versions_kept = 2^32 - 1, quota_bytes = 2^53, kind = "a/b")
  expect_identical(round_trip("jazz.v1.SpaceSettings", settings), settings)
  literals <- list(values = list(
    list(bool_value = FALSE), list(int_value = -2^53), list(float_value = 1e300), list(string_value = "\U1F600")
  ))
  expect_identical(round_trip("jazz.v1.Literals", literals), literals)
})

test_that("what does not fit is an error that names the field", {
  expect_error(message_to_raw("jazz.v1.Value", list(tensor = list(shape = c(1, 1.5)))), "Value\\$tensor\\$shape\\[2\\]")
  expect_error(message_to_raw("jazz.v1.Value", list(tensor = list(size = 1))), "Value\\$tensor\\$size.*another name")
  expect_error(message_to_raw("jazz.v1.Value", list(null = list(), table = list())), "one member of value")
  expect_error(message_to_raw("jazz.v1.Tensor", list(layout = "DENSE")), "a name of jazz.v1.Layout")
  expect_error(message_to_raw("jazz.v1.Field", list(name = NA_character_)), "NA")
  expect_error(message_to_raw("jazz.v1.Field", list(name = c("a", "b"))), "one element")
  expect_error(message_to_raw("jazz.v1.Tensor", list(pattern = 1)), "TRUE or FALSE")
  expect_error(message_to_raw("jazz.v1.SpaceSettings", list(quota_bytes = 2^54)), "whole number")
  expect_error(message_to_raw("jazz.v1.Field", list("a")), "named list")
  expect_error(message_to_raw("jazz.v1.Nothing", list()), "no message jazz.v1.Nothing")
})

test_that("integers that no double holds are an error, integer64 sends them", {
  skip_if_not_installed("bit64")
  bytes <- message_to_raw("jazz.v1.Literal", list(int_value = bit64::as.integer64("9007199254740993")))
  expect_error(raw_to_message("jazz.v1.Literal", bytes), "2\\^53")
})

test_that("texts are sent in UTF-8, and bytes are none", {
  latin1 <- "caf\xe9"
  Encoding(latin1) <- "latin1"
  expect_identical(round_trip("jazz.v1.Field", list(name = latin1))$name, "caf\u00e9")
  bytes <- "caf\xe9"
  Encoding(bytes) <- "bytes"
  expect_error(message_to_raw("jazz.v1.Field", list(name = bytes)), "bytes")
})

test_that("bytes that are no message are NULL", {
  expect_null(raw_to_message("jazz.v1.Value", as.raw(1:20)))
})

test_that("the contract is that of the repository", {
  there <- repository_file("proto", "jazz", "v1")
  here <- system.file("proto", "jazz", "v1", package = "rjazz")
  expect_identical(sort(dir(here)), sort(dir(there)))
  for (name in dir(there)) {
    expect_identical(readLines(file.path(here, name)), readLines(file.path(there, name)), label = name)
  }
})

test_that("what is NULL is left out of a list, and whatever else stays as it is", {
  expect_identical(without_null(list(a = NULL, b = 1, c = list(), d = NULL)), list(b = 1, c = list()))
  expect_identical(without_null(list(a = NULL)), stats::setNames(list(), character()))
  expect_identical(without_null(list(a = 1)), list(a = 1))
  expect_identical(without_null(list()), list())
})

test_that("a copy of the library lives beside it in one process", {
  library_file <- getLoadedDLLs()[["rjazz"]][["path"]]
  copy <- tempfile("rjazz-copy-", fileext = .Platform$dynlib.ext)
  file.copy(library_file, copy)
  # its name decides which init function R calls: none, so that routines are found by their symbols
  loaded <- dyn.load(copy)
  message_of <- getNativeSymbolInfo("_rjazz_message_to_raw", loaded)
  expect_identical(
    .Call(message_of, "jazz.v1.KindReference", list(name = "a/b")),
    message_to_raw("jazz.v1.KindReference", list(name = "a/b"))
  )
})
