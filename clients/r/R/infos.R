# What the server tells about blocks.

#' What is known of a block
#'
#' A list of class `jazz_info` with
#' * `name` and `version`, which is greater than that of every write before it;
#' * `kind`, the kind that it was put with, or `NA`;
#' * `attributes`, a named character vector;
#' * `created`, `updated` and `expires` (`NA` for never), of class POSIXct;
#' * `nbytes` and `crc32c` of its body;
#' * `summary`, its type in a line, such as `"float64[150, 4] dense"`;
#' * `header`, the header of its value as a list, or `NULL` where it was not asked for.
#'
#' @name jazz_info
#' @seealso [jz_info()], [jz_put()], [jz_list()]
NULL

no_attributes <- stats::setNames(character(), character())

#' From the message; the header is the given one when the message has none.
#' @noRd
block_info <- function(message, header = NULL) {
  info <- list(
    name = message$name, version = message$version, kind = message$kind %||% NA_character_,
    attributes = if (length(message$attributes) > 0L) unlist(pairs_list(message$attributes)) else no_attributes,
    created = moment_of(message$create_time), updated = moment_of(message$update_time),
    expires = moment_of(message$expire_time), nbytes = message$body_bytes %||% 0, crc32c = message$crc32c %||% 0,
    summary = message$summary %||% "", header = message$header %||% header
  )
  class(info) <- "jazz_info"
  info
}

#' @export
format.jazz_info <- function(x, ...) {
  attributes <- if (length(x$attributes) > 0L) {
    paste0(", ", paste0(names(x$attributes), "=", x$attributes, collapse = ", "))
  }
  sprintf(
    "<jazz_info %s@%s: %s, %s%s>", x$name, show_version(x$version), x$summary, show_size(x$nbytes), attributes %||% ""
  )
}

#' @export
print.jazz_info <- function(x, ...) {
  cat(format(x), "\n", sep = "")
  invisible(x)
}

#' @export
summary.jazz_info <- function(object, ...) structure(list(info = object), class = "summary.jazz_info")

#' @export
print.summary.jazz_info <- function(x, ...) {
  info <- x$info
  rows <- c(
    list(
      type = info$summary, size = show_size(info$nbytes), version = show_version(info$version), kind = info$kind,
      created = show_moment(info$created),
      updated = if (isTRUE(info$updated != info$created)) show_moment(info$updated) else "",
      expires = show_moment(info$expires)
    ),
    as.list(info$attributes)
  )
  cat(info$name, show_rows(rows), sep = "\n")
  invisible(x)
}

#' @export
str.jazz_info <- function(object, ...) cat("", format(object), "\n")

#' The dimensions that a value has in R, from its header; `NULL` for vectors and lists.
#' @noRd
header_dim <- function(header) {
  if (!is.null(header$table)) {
    axis <- frame_axis(header)
    return(if (!is.null(axis)) small_integers(c(axis$length %||% 0, length(header$table$fields))))
  }
  shape <- header$tensor$shape
  if (length(shape) >= 2L) small_integers(shape)
}

#' Lengths as integers where these hold them, as R has them.
#' @noRd
small_integers <- function(lengths) if (all(lengths <= .Machine$integer.max)) as.integer(lengths) else lengths

#' How many elements a value has in R, from its header: of vectors and arrays all, of tables the fields.
#' @noRd
header_length <- function(header) {
  if (!is.null(header$table)) return(length(header$table$fields))
  small_integers(if (is.null(header$tensor)) 0 else prod(header$tensor$shape))
}

header_names <- function(header) {
  if (!is.null(header$table)) fields_of(header$table$fields, "name")
}

#' The axis along which all fields of a table are vectors, or `NULL`: then the table is a list in R, not a data frame.
#' @noRd
frame_axis <- function(header) {
  fields <- header$table$fields
  if (length(header$axes) != 1L) return(NULL)
  axis <- header$axes[[1L]]
  along <- function(field) {
    tensor <- field$value$tensor
    length(field$value$axes) == 0L && length(tensor$shape) == 1L && identical(tensor$axes, axis$name)
  }
  if (all(vapply(fields, along, NA))) axis
}

#' A data frame from infos, one row each.
#' @noRd
info_frame <- function(infos) {
  column <- function(name, empty) {
    values <- lapply(infos, .subset2, name)
    if (length(values) == 0L) empty else do.call(c, values)
  }
  frame <- data.frame(
    name = column("name", character()), version = column("version", numeric()), type = column("summary", character()),
    nbytes = column("nbytes", numeric()), kind = column("kind", character()),
    created = column("created", moment_of(NULL)[0L]), updated = column("updated", moment_of(NULL)[0L]),
    expires = column("expires", moment_of(NULL)[0L]), stringsAsFactors = FALSE
  )
  frame$attributes <- lapply(infos, .subset2, "attributes")
  headers <- lapply(infos, .subset2, "header")
  if (!all(vapply(headers, is.null, NA))) frame$header <- headers
  as_listing(frame)
}
