# Lists and data frames to tables.

#' @noRd
encode_table <- function(x, plan, path, sight, depth, axes) {
  if (!is.null(attr(x, "dim", exact = TRUE))) {
    refuse(path, "a list without dimensions", "a list with", "Store one list for each row.")
  }
  further <- further_attributes(x, c("names", "class", "row.names"))
  if (length(further) > 0L) plan$dropped <- c(plan$dropped, sprintf("%s: %s", path, further))
  names <- field_names(
    x, path, "Name the elements of the list, each by another name.", "setNames(x, make.unique(names(x)))"
  )
  places <- declare_axes(list(), numeric(0), axes, plan, path, sight)
  fields <- vector("list", length(x))
  for (number in seq_along(names)) {
    # `[[` of a list gives an element as it is; NULL stays NULL.
    value <- encode_node(x[[number]], plan, sprintf("%s$%s", path, names[[number]]), places$sight, depth + 1L)
    fields[[number]] <- list(name = names[[number]], value = value)
  }
  table_message(places$declared, fields)
}

#' @noRd
table_message <- function(declared, fields) {
  c(
    if (length(declared) > 0L) list(axes = declared),
    list(table = if (length(fields) > 0L) list(fields = fields) else no_fields)
  )
}

#' The names of fields in UTF-8.
#' @noRd
field_names <- function(x, path, unnamed, repeated) {
  names <- attr(x, "names", exact = TRUE)
  if (length(x) == 0L) return(character(0))
  if (is.null(names)) refuse(path, "names", "a list without names", unnamed)
  names <- enc2utf8(names)
  wrong <- which(is.na(names) | !nzchar(names))
  if (length(wrong) > 0L) refuse(path, "a name for each element", sprintf("none at [%d]", wrong[[1L]]), unnamed)
  wrong <- which(!validUTF8(names) | Encoding(names) == "bytes")
  if (length(wrong) > 0L) {
    refuse(
      path, "names that UTF-8 can encode", sprintf("another one at [%d]", wrong[[1L]]),
      "Use iconv(names(x), from, \"UTF-8\")."
    )
  }
  twice <- names[duplicated(names)]
  if (length(twice) > 0L) {
    refuse(path, "names that are all different", dQuote(twice[[1L]], FALSE), sprintf("Use %s.", repeated))
  }
  names
}

#' @noRd
encode_frame <- function(x, plan, path, sight, depth) {
  if (depth >= 32L && length(x) > 0L) {
    refuse(path, "at most 32 values inside each other", "more", "Store the inner data frames as blocks of their own.")
  }
  known <- c("names", "row.names", "class", ".internal.selfref", "groups", "sorted", "index")
  further <- further_attributes(x, known)
  if (length(further) > 0L) plan$dropped <- c(plan$dropped, sprintf("%s: %s", path, further))
  memory <- memory_of(x)
  axis <- list(name = memory$axis %||% "rows")
  rows <- frame_labels(x)
  axis["labels"] <- list(rows)
  names <- field_names(x, path, "Name the columns, each by another name.", "names(x) <- make.unique(names(x))")
  columns <- seq_along(names)
  if (isTRUE(memory$index) && axis$name %in% names && is.null(rows)) {
    index <- match(axis$name, names)
    axis["labels"] <- list(.subset2(x, index))
    columns <- columns[-index]
  }
  axis["text"] <- list(if (!is.null(axis$labels)) label_texts(axis$labels))
  count <- .row_names_info(x, 2L)
  places <- declare_axes(list(axis), count, NULL, plan, path, sight)
  fields <- lapply(columns, function(number) {
    where <- sprintf("%s$%s", path, names[[number]])
    column <- frame_column(.subset2(x, number), count, rows, plan, where)
    list(name = names[[number]], value = encode_dense(column, plan, where, places$sight, along = axis$name))
  })
  table_message(places$declared, fields)
}

#' The row names of a data frame as labels, or NULL where they are automatic.
#' @noRd
frame_labels <- function(x) {
  rows <- attr(x, "row.names")
  if (is.integer(rows) && identical(rows, seq_along(rows))) return(NULL)
  rows
}

#' A column of a data frame, ready to be stored along the axis of the rows.
#' @noRd
frame_column <- function(column, count, rows, plan, path) {
  if (inherits(column, "POSIXlt")) column <- posixct_of(column)
  if (is.data.frame(column)) {
    refuse(path, "a column of a type in ?`jazz-types`", "a data frame", "Make its columns columns of the outer one.")
  }
  if (isS4(column) || !(is.atomic(column) || is_blobs(column) || is_missing_blobs(column))) {
    found <- if (typeof(column) == "list") "a list" else sprintf("an object of class %s", class(column)[1L])
    refuse(
      path, "a column of a type in ?`jazz-types`", found,
      "Store the column beside the data frame, in a list, or as texts."
    )
  }
  if (is_missing_blobs(column)) class(column) <- "blob"
  dim <- attr(column, "dim", exact = TRUE)
  length <- if (is.null(dim)) length(unclass(column)) else dim[[1L]]
  if (length != count) {
    refuse(path, sprintf("%d rows", count), format(length), "The data frame is broken: make it anew with data.frame().")
  }
  inner <- if (is.null(dim)) attr(column, "names", exact = TRUE) else attr(column, "dimnames", exact = TRUE)[[1L]]
  if (!is.null(inner) && !identical(as.character(inner), as.character(rows %||% seq_len(count)))) {
    plan$dropped <- c(plan$dropped, sprintf("%s: names of its rows", path))
  }
  if (inherits(column, "ts")) {
    plan$dropped <- c(plan$dropped, sprintf("%s: tsp", path))
    attr(column, "tsp") <- NULL
    class(column) <- setdiff(oldClass(column), c("mts", "ts", "matrix", "array"))
  }
  column
}

#' @noRd
is_missing_blobs <- function(x) {
  typeof(x) == "list" && !is.object(x) && length(x) > 0L && all(vapply(x, is.null, NA))
}

#' A time series as a list that comes back as one: when it begins, ends, and how many observations there are in a unit
#' of time; and the observations.
#' @noRd
series_list <- function(x) {
  tsp <- as.double(attr(x, "tsp", exact = TRUE))
  attr(x, "tsp") <- NULL
  class <- setdiff(oldClass(x), c("mts", "ts", "matrix", "array"))
  oldClass(x) <- if (length(class) > 0L) class
  list(tsp = tsp, data = x)
}
