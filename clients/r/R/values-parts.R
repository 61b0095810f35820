# Sparse tensors of which neither R nor package Matrix has a class, as lists of their parts.

#' @noRd
decode_parts <- function(tensor, type, layout, shape, positions, indices, received, path, sight, declared) {
  shown <- function(x) if (is.double(x)) whole_doubles(x, path) else x
  elements <- if (isTRUE(tensor$pattern)) list() else decode_elements(tensor, type, received, path, FALSE)
  data <- if (!is.null(elements$x)) with_attributes(elements$x, elements$attributes)
  if (!is.null(data)) data <- with_memory(data, c(elements$memory, unit_memory(tensor, data)))
  fill <- if (length(tensor$fill) > 0L) decode_fill(tensor, type, received$options, path)
  axes <- shown_axes(tensor, shape, sight, declared, native = FALSE)
  parts <- structure(class = "jazz_parts", list(
    layout = tolower(layout), shape = shape, positions = if (!is.null(positions)) shown(positions),
    indices = lapply(indices, shown), data = data, fill = fill
  ))
  index_type <- if (identical(tensor$index_type, "INDEX_TYPE_INT64")) "int64"
  with_memory(parts, c(list(index_type = index_type), axes$memory))
}

#' Indices of the wire (int64) as doubles.
#' @noRd
whole_doubles <- function(x, path) {
  r_indices(x, 0L, 2^53, TRUE) %||% refuse(path, "indices up to 2^53", "larger ones", "Get a part of it.", FALSE)
}

#' The element that absent entries are, as a vector of length 1.
#' @noRd
decode_fill <- function(tensor, type, options, path) {
  one <- receive_into(tensor$fill, vector(holders[[type$name]], 1L))
  received <- new_reception(list(list(vector = one)), options)
  decode_vector(list(type = tensor$type, layout = "LAYOUT_DENSE", shape = 1), received, sprintf("fill of %s", path))
}

#' @noRd
encode_parts <- function(x, plan, path, sight, axes) {
  memory <- memory_of(x)
  parts <- unclass(x)
  parts$layout <- toupper(parts$layout)
  parts$base <- 0L
  count <- length(parts$indices[[1L]])
  data <- memory_of(parts$data)
  sound <- parts$layout %in% c("CSR", "CSC", "COO") && all(lengths(parts$indices) == count) &&
    (is.null(parts$data) || length(unclass(parts$data)) == count)
  if (!sound) {
    refuse(
      path, "parts as tensors = \"parts\" gives them", "indices and elements of different lengths",
      "Change them together."
    )
  }
  places <- declare_axes(wanted_axes(NULL, length(parts$shape), memory), parts$shape, axes, plan, path, sight)
  fill <- if (is.null(parts$fill)) raw(0) else fill_bytes(parts$fill, plan, path)
  encode_entries(parts, count, memory$index_type %||% "int32", data, places, plan, path, fill)
}

#' @noRd
fill_bytes <- function(fill, plan, path) {
  elements <- encode_elements(fill, plan, sprintf("fill of %s", path), memory_of(fill))
  if (elements$count != 1 || elements$missing > 0) {
    refuse(path, "one element that absent entries are", "another fill", "Set x$fill to one number.")
  }
  bytes_in(elements$data)
}

#' @export
print.jazz_parts <- function(x, ...) {
  parts <- unclass(x)
  attr(parts, "comment") <- NULL
  shape <- paste(format(parts$shape, scientific = FALSE, trim = TRUE), collapse = ", ")
  cat(sprintf("<jazz_parts> %s[%s], %s entries\n", parts$layout, shape, format(length(parts$indices[[1L]]))))
  print(without_null(parts))
  invisible(x)
}
