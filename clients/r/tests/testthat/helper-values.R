# Values there and back without a server: the header through protobuf, the body as bytes.

there_and_back <- function(x, ...) {
  options <- jz_value_options(...)
  encoded <- encode_value(x, options)
  header <- raw_to_message("jazz.v1.Value", message_to_raw("jazz.v1.Value", encoded$header))
  expect_identical(header, encoded$header)
  value_from_raw(header, body_of(encoded), options)
}

expect_there_and_back <- function(x, ...) expect_identical(there_and_back(x, ...), x)

data_buffer <- function(bytes) list(list(role = "BUFFER_ROLE_DATA", length = bytes))

received <- function(header, body, ...) value_from_raw(header, body, jz_value_options(...))

# A value of the wire of one buffer of data, given as a vector of R whose memory it is.
wire_vector <- function(type, data, shape = length(data), ..., order = "C", unit = "", options = list()) {
  body <- bytes_in(data)
  elements <- list(type = type_message(type, ...), missing = 0, unit = unit)
  header <- list(tensor = tensor_message(elements, shape, "DENSE", order, buffers = data_buffer(length(body))))
  do.call(received, c(list(header, body), options))
}

expect_same_bytes <- function(object, header, body, ...) {
  again <- encode_value(object, jz_value_options(...))
  expect_identical(again$header, header)
  expect_identical(body_of(again), body)
}

bits <- function(x) paste(rev(as.character(writeBin(x, raw()))), collapse = "")
double_of_bits <- function(hex) {
  bytes <- as.raw(strtoi(substring(hex, seq(1, 15, 2), seq(2, 16, 2)), 16L))
  readBin(rev(bytes), "double")
}

int64 <- function(...) {
  digits <- replace(c(...), is.na(c(...)), "-9223372036854775808")
  structure(text_to_int64(digits, FALSE), class = "integer64")
}

expect_refused <- function(object, expected = NULL, ...) {
  condition <- expect_error(object, class = "jazz_error_unrepresentable", ...)
  expect_s3_class(condition, "jazz_error_invalid_argument")
  expect_true(nzchar(condition$what) && nzchar(condition$advice))
  if (!is.null(expected)) expect_match(conditionMessage(condition), expected, fixed = TRUE)
  invisible(condition)
}

# Where a vector lies in memory.
address <- function(x) sub("^<(.*)>$", "\\1", sub(" .*", "", capture.output(.Internal(inspect(x)))[[1]]))

# The int64s in the body of an encoded vector, as digits.
int64_to_text_of <- function(encoded) {
  body <- body_of(encoded)
  as.vector(int64_to_text(receive_into(body, numeric(length(body) / 8)), FALSE))
}
