# Parts of values, as R writes them and as the contract does: positions count from 1 here and from 0 there.

#' Labels of an axis, where numbers would be taken for positions
#'
#' `rows`, `columns` and `along` of [jz_get()] take numbers for positions and texts for labels. Axes that come from
#' elsewhere may have labels that are numbers or times: this marks them.
#'
#' @param x A vector: numbers, Dates, times, texts.
#' @param type The type of numbers that the axis has, when it is none of R: `"int64"` for most that come from Python.
#'   The server's error says which one it is.
#' @return The vector, to be used in `rows`, `columns` or `along`.
#' @examples
#' jz_labels(c(2001L, 2002L))
#' jz_labels(2001, "int64")
#' @export
jz_labels <- function(x, type = NULL) {
  if (!(is.atomic(x) || inherits(x, "POSIXlt")) || is.null(x) || length(dim(x)) > 1L) stop_invalid("x", "a vector", x)
  structure(list(values = if (is.null(type)) x else jz_as_type(x, type)), class = "jazz_labels")
}

#' @export
print.jazz_labels <- function(x, ...) {
  cat("<jazz_labels>\n")
  print(unclass(x)$values)
  invisible(x)
}

#' The part that is wanted as a message `jazz.v1.Slice`; `NULL` for the whole value.
#'
#' @param lengths A function that gives the lengths of the dimensions of the item, for positions that are left out.
#' @noRd
slice_message <- function(item, rows, columns, along, lengths) {
  part <- without_null(list(
    item = if (!is.null(item)) check_item(item),
    rows = selection_message(rows, "rows", function() lengths()[1L]),
    columns = selection_message(columns, "columns", function() lengths()[2L]),
    axes = if (length(along) > 0L) axes_messages(along)
  ))
  if (length(part) > 0L) part
}

check_item <- function(item) {
  if (!is.character(item) || length(item) == 0L || anyNA(item)) {
    stop_invalid("item", "the name of a field, or several for a field of a field", item)
  }
  vapply(item, check_string, "", "item", USE.NAMES = FALSE)
}

axes_messages <- function(along) {
  if (!is.list(along) || is.null(names(along)) || !all(nzchar(names(along)))) {
    stop_invalid("along", "a named list: what is wanted of axes, by their names", along)
  }
  unname(Map(function(wanted, axis) {
    field <- sprintf("along$%s", axis)
    length_unknown <- function() stop_invalid(field, "positions to keep, or labels", I("positions to leave out"))
    selection <- selection_message(wanted, field, length_unknown)
    if (is.null(selection)) stop_invalid(field, "positions or labels", wanted)
    list(axis = check_string(axis, "along"), selection = selection)
  }, along, names(along)))
}

#' What is wanted of a dimension as a message `jazz.v1.Selection`.
#' @noRd
selection_message <- function(wanted, field, dimension) {
  if (is.null(wanted)) return(NULL)
  if (inherits(wanted, "jazz_labels")) return(list(labels = inline_value(encode_value(unclass(wanted)$values))))
  if (is.factor(wanted)) wanted <- as.character(wanted)
  if (is.character(wanted)) {
    if (anyNA(wanted)) stop_invalid(field, "labels", I("NA among them"))
    return(list(labels = inline_value(encode_value(unname(as.vector(wanted))))))
  }
  if (is.logical(wanted)) {
    if (anyNA(wanted)) stop_invalid(field, "TRUE and FALSE", I("NA among them"))
    return(list(positions = positions_message(which(wanted) - 1, of = length(wanted))))
  }
  if (inherits(wanted, "integer64")) wanted <- as.double(as.character(wanted))
  if (!is.numeric(wanted) || is.object(wanted)) {
    stop_invalid(field, "positions, TRUE and FALSE for each, or labels (jz_labels(x) where these are no texts)", wanted)
  }
  positions_of(as.vector(wanted), field, dimension)
}

positions_message <- function(positions, of = NULL) {
  c(
    list(), if (length(positions) > 0L) list(positions = as.double(positions)),
    if (!is.null(of)) list(of = as.double(of))
  )
}

positions_of <- function(wanted, field, dimension) {
  if (!all(is.finite(wanted)) || any(wanted != trunc(wanted))) {
    stop_invalid(field, "whole numbers", I("others, or NA, among them"))
  }
  wanted <- wanted[wanted != 0]
  count <- length(wanted)
  if (count == 0L) return(list(positions = positions_message(numeric())))
  if (any(wanted < 0)) {
    if (any(wanted > 0)) stop_invalid(field, "positions to keep, or positions to leave out", I("both"))
    left_out <- sort(unique(-wanted))
    if (left_out[[length(left_out)]] == length(left_out)) {
      return(list(range = list(start = as.double(length(left_out)))))
    }
    of <- dimension()
    return(list(positions = positions_message(setdiff(seq_len(of), left_out) - 1, of = of)))
  }
  if (wanted[[count]] - wanted[[1L]] == count - 1 && (count == 1L || all(diff(wanted) == 1))) {
    return(list(range = list(start = wanted[[1L]] - 1, stop = as.double(wanted[[count]]))))
  }
  list(positions = positions_message(wanted - 1))
}

#' Sees that as many rows and columns came as were wanted: a range that goes beyond the end is cut off by the server,
#' and "subscript out of bounds" in R.
#'
#' @param lengths A function that gives the lengths of the dimensions, for a range that begins beyond the end; `NULL`
#'   where they cannot be asked for yet, and such a range passes.
#' @noRd
check_arrived <- function(header, part, lengths = NULL) {
  if (is.null(part)) return(invisible())
  shape <- dimension_lengths(header)
  for (dimension in 1:2) {
    field <- c("rows", "columns")[[dimension]]
    range <- part[[field]]$range
    if (is.null(range$stop) || dimension > length(shape) || is.na(shape[[dimension]])) next
    if (shape[[dimension]] < range$stop - range$start) {
      end <- range$start + shape[[dimension]]
      if (shape[[dimension]] == 0) {
        if (is.null(lengths)) next
        end <- lengths()[[dimension]]
      }
      expected <- sprintf("positions up to %.0f", end)
      stop_invalid(field, expected, I(sprintf("%.0f", range$stop)), reason = "INVALID_SLICE")
    }
  }
}

#' Says of a position that the server refused where it is, counted from 1.
#'
#' @param error The server's error.
#' @param lengths A function that gives the lengths of the dimensions.
#' @noRd
check_positions <- function(error, part, lengths) {
  if (!identical(error$reason, "INVALID_SLICE")) return(invisible())
  for (dimension in 1:2) {
    field <- c("rows", "columns")[[dimension]]
    positions <- part[[field]]$positions$positions
    if (!any(startsWith(error$violations$field, sprintf("slice.%s.positions", field)))) next
    length <- lengths()[dimension]
    beyond <- positions[!is.na(length) & positions >= length]
    if (length(beyond) > 0L) {
      stop_invalid(
        field, sprintf("positions up to %.0f", length), I(sprintf("%.0f", beyond[[1L]] + 1)), "INVALID_SLICE"
      )
    }
  }
}

#' The lengths of the first two dimensions: of a table, that which its tensors share, and the number of its fields.
#' @noRd
dimension_lengths <- function(header) {
  if (is.null(header$table)) header$tensor$shape else c(first_length(header$table), length(header$table$fields))
}

#' The length of the first dimension that the tensors of a table share.
#' @noRd
first_length <- function(table) {
  for (field in table$fields) {
    value <- field$value
    if (!is.null(value$tensor) && length(value$tensor$shape) > 0L) return(value$tensor$shape[[1L]])
    if (!is.null(value$table)) {
      inner <- first_length(value$table)
      if (!is.na(inner)) return(inner)
    }
  }
  NA_real_
}

#' A value inside of a message, `jazz.v1.InlineValue`.
#' @noRd
inline_value <- function(value) {
  body <- gather_body(value)
  c(list(header = value$header), if (length(body) > 0L) list(body = body))
}

#' A value out of a message.
#' @noRd
value_of_inline <- function(inline, options) {
  header <- inline$header %||% list()
  body <- inline$body %||% raw()
  targets <- allocate_value(header, options)
  scatter_body(body, targets)
  decode_value(header, targets, options)
}
