# Vectors of doubles without anything to them: of all values, small ones of these are sent most often, one after the
# other. So that little is done for each, their headers are made, and known again, as a whole. encode.R and decode.R say
# the same of them, step by step, as of all other values.

bare_most <- 10000L # elements of those that are encoded so; to look at all of more of them twice would take its time

#' The header of `count` doubles, one or more, that are not missing.
#' @noRd
bare_header <- function(count) {
  list(tensor = list(
    type = list(data_type = "DATA_TYPE_FLOAT64"), shape = count, layout = "LAYOUT_DENSE", order = "ORDER_C",
    buffers = list(list(role = "BUFFER_ROLE_DATA", length = 8 * count))
  ))
}

#' How many doubles a value is, by its header, and that it is nothing more; 0 for other values.
#' @noRd
bare_count <- function(header) {
  count <- header$tensor$shape
  if (length(count) == 1L && count > 0 && identical(header, bare_header(count))) count else 0
}

#' What encode_value() gives for a small vector; `NULL` for other values, and where elements are missing.
#' @noRd
encode_bare <- function(x) {
  if (!is.double(x) || !is.null(attributes(x))) return(NULL)
  count <- as.double(length(x))
  if (count == 0 || count > bare_most || missing_elements(x, FALSE)$count > 0) return(NULL)
  piece <- list(offset = 0, vector = x, from = 0, bytes = 8 * count, unseen = FALSE)
  list(header = bare_header(count), body_bytes = 8 * count, pieces = list(piece))
}
