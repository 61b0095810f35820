# The words of the wire: types of elements, their sizes, what R receives them into.

number_types <- c(
  "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64",
  "complex64", "complex128"
)

sizes <- c(
  bool = 1, int8 = 1, int16 = 2, int32 = 4, int64 = 8, uint8 = 1, uint16 = 2, uint32 = 4, uint64 = 8, float16 = 2,
  float32 = 4, float64 = 8, complex64 = 8, complex128 = 16, timestamp = 8, date = 4, duration = 8, factor = 4
)

# The vector of R that the elements of a type are received into, and that holds them when they are widened in place.
holders <- c(
  bool = "logical", int8 = "integer", int16 = "integer", int32 = "integer", int64 = "double", uint8 = "integer",
  uint16 = "integer", uint32 = "double", uint64 = "double", float16 = "double", float32 = "double", float64 = "double",
  complex64 = "complex", complex128 = "complex", timestamp = "double", date = "double", duration = "double",
  factor = "integer"
)

time_units <- c(
  s = "TIME_UNIT_SECOND", ms = "TIME_UNIT_MILLISECOND", us = "TIME_UNIT_MICROSECOND", ns = "TIME_UNIT_NANOSECOND"
)
unit_of_word <- as.list(stats::setNames(names(time_units), time_units))
time_digits <- c(s = 0L, ms = 3L, us = 6L, ns = 9L)

# the wire's words for the types, and back
type_names <- c(names(sizes), "string", "bytes")
type_words <- stats::setNames(paste0("DATA_TYPE_", toupper(type_names)), type_names)
type_of_word <- as.list(stats::setNames(type_names, type_words))

bytes_of <- c(raw = 1, logical = 4, integer = 4, double = 8, complex = 16)

#' The type of a tensor's elements: name, time_unit ("us"), zone, ordered.
#' @noRd
wire_type_of <- function(tensor) {
  type <- tensor$type
  name <- type_of_word[[type$data_type %||% ""]]
  if (is.null(name)) refuse_malformed("the header", "a tensor without a known type")
  list(
    name = name, time_unit = unit_of_word[[type$time_unit %||% ""]], zone = type$time_zone %||% "",
    ordered = isTRUE(type$ordered)
  )
}

#' The message of a type.
#' @noRd
type_message <- function(name, time_unit = NULL, zone = "", ordered = FALSE) {
  without_null(list(
    data_type = type_words[[name]], time_unit = if (!is.null(time_unit)) time_units[[time_unit]],
    time_zone = if (nzchar(zone)) zone, ordered = if (ordered) TRUE
  ))
}

#' The shape of a tensor as doubles.
#' @noRd
shape_of <- function(tensor) as.double(tensor$shape %||% numeric(0))

#' What a tensor is, for messages: "float32[3, 4] csr".
#' @noRd
tensor_words <- function(tensor) {
  layout <- tolower(sub("LAYOUT_", "", tensor$layout %||% "", fixed = TRUE))
  shape <- paste(format(shape_of(tensor), scientific = FALSE, trim = TRUE), collapse = ", ")
  sprintf(
    "%s[%s]%s", wire_type_of(tensor)$name, if (length(tensor$shape)) shape else "",
    if (layout == "dense") "" else paste0(" ", layout)
  )
}

#' Numbers of bytes in the wire's form, as R's.
#' @noRd
received_numbers <- function(data, type, count) {
  x <- receive_into(data, vector(holders[[type]], count))
  widen(x, type)
  x
}
