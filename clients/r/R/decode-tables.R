# Tables to data frames and lists.

#' @noRd
decode_table <- function(table, received, path, sight, declared) {
  fields <- table$fields
  names <- vapply(fields, function(field) field$name, "")
  axis <- table_axis(fields, names, sight, declared)
  if (!is.null(axis)) return(decode_frame(fields, names, axis, received, path, sight))
  x <- vector("list", length(fields))
  for (number in seq_along(fields)) {
    value <- decode_node(fields[[number]]$value, received, sprintf("%s$%s", path, names[[number]]), sight)
    if (!is.null(value)) x[[number]] <- value
  }
  if (length(fields) > 0L) base::names(x) <- names
  if (is_series(x)) return(as_series(x))
  with_memory(x, list(axes = if (length(declared) > 0L) declared))
}

#' The axis that all fields of a table lie along, if it is a data frame: dense tensors along the one axis that the
#' table declares, or, if it declares none, along one around it.
#' @noRd
table_axis <- function(fields, names, sight, declared) {
  if (length(declared) > 1L) return(NULL)
  if (length(fields) == 0L) return(if (length(declared) == 1L) declared[[1L]])
  along <- unique(vapply(fields, function(field) {
    tensor <- field$value$tensor
    dense <- !is.null(tensor) && identical(tensor$layout, "LAYOUT_DENSE")
    if (!dense || length(tensor$axes) == 0L || sum(tensor$axes == tensor$axes[[1L]]) > 1L) "" else tensor$axes[[1L]]
  }, ""))
  if (length(along) != 1L || !nzchar(along)) return(NULL)
  if (length(declared) == 1L && declared[[1L]]$name != along) return(NULL)
  # Fields that declare the axis for themselves lie along others of the same name.
  own <- vapply(fields, function(field) any(vapply(field$value$axes, function(axis) axis$name == along, NA)), NA)
  axis <- if (!any(own)) sight[[along]]
  if (is.null(axis) || axis$length > .Machine$integer.max) return(NULL)
  # Its labels would be a column, and there is one of that name.
  if (!is.null(axis$labels) && along %in% names && !can_name_rows(axis$labels)) return(NULL)
  axis
}

#' Whether labels can be the row names of a data frame, and are the same labels when it is stored again.
#' @noRd
can_name_rows <- function(labels) {
  if (!is.null(attributes(labels)) || anyNA(labels) || anyDuplicated(labels)) return(FALSE)
  is.character(labels) || (is.integer(labels) && !identical(labels, seq_along(labels)))
}

#' @noRd
decode_frame <- function(fields, names, axis, received, path, sight) {
  columns <- vector("list", length(fields))
  for (number in seq_along(fields)) {
    value <- fields[[number]]$value
    columns[[number]] <- decode_column(value, received, sprintf("%s$%s", path, names[[number]]), sight)
  }
  base::names(columns) <- names
  rows <- .set_row_names(as.integer(axis$length))
  memory <- list(axis = if (axis$name != "rows") axis$name)
  if (!is.null(axis$labels)) {
    if (can_name_rows(axis$labels)) {
      rows <- axis$labels
    } else {
      columns <- c(structure(list(axis$labels), names = axis$name), columns)
      memory$index <- TRUE
    }
  }
  attr(columns, "row.names") <- rows
  class(columns) <- "data.frame"
  with_memory(columns, memory)
}

#' @noRd
decode_column <- function(value, received, path, sight) {
  declared <- lapply(value$axes, function(axis) {
    labels <- if (!is.null(axis$labels)) {
      decode_vector(axis$labels, received, sprintf("%s, labels of %s", path, dQuote(axis$name, FALSE)))
    }
    list(name = axis$name, length = as.double(axis$length %||% 0), labels = labels)
  })
  for (axis in declared) sight[[axis$name]] <- axis
  decode_tensor(value$tensor, received, path, sight, declared, column = TRUE)
}

#' Whether a list is what series_list() makes of a time series.
#' @noRd
is_series <- function(x) {
  if (!identical(names(x), c("tsp", "data"))) return(FALSE)
  tsp <- x$tsp
  if (!is.double(tsp) || !is.null(attributes(tsp)) || length(tsp) != 3L || !all(is.finite(tsp)) || tsp[[3L]] <= 0) {
    return(FALSE)
  }
  if (!is.atomic(x$data) || is.null(x$data) || is.object(x$data)) return(FALSE)
  if (!length(dim(x$data)) %in% c(0L, 2L)) return(FALSE)
  # As `tsp<-` checks it.
  count <- NROW(x$data)
  count > 0L && abs(tsp[[2L]] - tsp[[1L]] - (count - 1) / tsp[[3L]]) <= 1e-5
}

#' @noRd
as_series <- function(x) {
  data <- x$data
  attr(data, "tsp") <- x$tsp
  # Versions of R give several columns other classes.
  oldClass(data) <- if (is.matrix(data)) oldClass(stats::ts(matrix(0, 2L, 2L))) else "ts"
  data
}
