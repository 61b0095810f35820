# Values to objects of R. The buffers of a value are received into vectors that allocate_value() makes; what can be is
# widened and marked in place, so that the vector that received is the one that the user gets.

#' Vectors to receive the buffers of a value into, in the order in which they lie in the body.
#'
#' @param header A message `jazz.v1.Value` as a list.
#' @param options What [jz_value_options()] gives.
#' @return A list of lists: `offset` in the body, `vector`, and `bytes`, those to write from its begin. The vector can
#'   be longer, for it holds the elements in R's type later.
#' @noRd
allocate_value <- function(header, options = jz_value_options()) {
  count <- bare_count(header)
  if (count > 0) return(list(list(offset = 0, vector = unfilled_vector("double", count), bytes = 8 * count)))
  found <- new.env(parent = emptyenv())
  found$tensors <- list()
  collect_tensors(header, found, "value", 1L)
  end <- 0
  targets <- lapply(found$tensors, function(each) {
    buffers <- tensor_targets(each$tensor, each$path, options, each$labels, end)
    if (length(buffers) > 0L) end <<- buffers[[length(buffers)]]$offset + buffers[[length(buffers)]]$bytes
    buffers
  })
  unlist(targets, recursive = FALSE) %||% list()
}

#' Every tensor of a value in the order of the body, categories after their tensor.
#' @noRd
collect_tensors <- function(header, found, path, depth) {
  if (depth > 32L) refuse_malformed(path, "more than 32 values inside each other")
  note <- function(tensor, path, labels) {
    found$tensors[[length(found$tensors) + 1L]] <- list(tensor = tensor, path = path, labels = labels)
    if (!is.null(tensor$categories)) note(tensor$categories, sprintf("levels of %s", path), TRUE)
  }
  for (axis in header$axes) {
    if (!is.null(axis$labels)) note(axis$labels, sprintf("%s, labels of %s", path, dQuote(axis$name, FALSE)), TRUE)
  }
  if (!is.null(header$tensor)) note(header$tensor, path, FALSE)
  for (field in header$table$fields) collect_tensors(field$value, found, sprintf("%s$%s", path, field$name), depth + 1L)
}

#' The targets of the buffers of a tensor. Whatever a header says: nothing is written outside of a vector, and nothing
#' is allocated for buffers that do not follow from its shape.
#' @param end Where the buffer before them ends.
#' @noRd
tensor_targets <- function(tensor, path, options, labels, end) {
  type <- wire_type_of(tensor)
  count <- stored_count(tensor)
  if (!labels) check_holdable(tensor, type, path, options)
  buffers <- wanted_buffers(tensor, type, count, path)
  roles <- vapply(tensor$buffers, function(buffer) buffer$role %||% "", "")
  if (!identical(as.character(roles), buffers$roles)) refuse_malformed(path, "other buffers than its header needs")
  width <- index_width(tensor)
  lapply(seq_along(roles), function(number) {
    bytes <- as.double(tensor$buffers[[number]]$length %||% 0)
    wanted <- buffers$bytes[[number]]
    offset <- as.double(tensor$buffers[[number]]$offset %||% 0)
    if (!is.na(wanted) && bytes != wanted) refuse_malformed(path, "a buffer of another length than its elements have")
    if (offset != 64 * ceiling(end / 64)) {
      refuse_malformed(path, "a buffer at another place than after the one before it")
    }
    end <<- offset + bytes
    vector <- switch(roles[[number]],
      BUFFER_ROLE_INDPTR = ,
      BUFFER_ROLE_INDICES = unfilled_vector(if (width == 8) "double" else "integer", bytes / width),
      BUFFER_ROLE_OFFSETS = unfilled_vector("double", bytes / 8),
      BUFFER_ROLE_DATA = if (is.na(wanted)) {
        unfilled_vector("raw", bytes)
      } else {
        unfilled_vector(holders[[type$name]], count)
      },
      BUFFER_ROLE_VALIDITY = unfilled_vector("raw", bytes)
    )
    list(offset = offset, vector = vector, bytes = bytes)
  })
}

#' The buffers that follow from the rest of the header of a tensor: their roles and their lengths, NA for any.
#' @noRd
wanted_buffers <- function(tensor, type, count, path) {
  shape <- shape_of(tensor)
  if (anyNA(shape) || any(shape < 0) || is.na(count) || count < 0) refuse_malformed(path, "negative lengths")
  layout <- tensor$layout %||% ""
  dense <- layout == "LAYOUT_DENSE"
  compressed <- layout == "LAYOUT_CSR" || layout == "LAYOUT_CSC"
  width <- index_width(tensor)
  variable <- type$name == "string" || type$name == "bytes"
  sound <- if (compressed) length(shape) == 2L else dense || (layout == "LAYOUT_COO" && length(shape) > 0L)
  if (!sound || (!dense && (variable || type$name == "factor"))) {
    refuse_malformed(path, "a layout that it cannot have")
  }
  if (type$name == "factor" && is.null(tensor$categories)) refuse_malformed(path, "a factor without categories")
  if ((type$name == "timestamp" || type$name == "duration") && is.null(type$time_unit)) {
    refuse_malformed(path, "times without a unit")
  }
  indices <- if (compressed) 1L else if (dense) 0L else length(shape)
  missing <- as.double(tensor$missing_entries %||% 0) > 0
  list(
    roles = c(
      if (compressed) "BUFFER_ROLE_INDPTR", rep("BUFFER_ROLE_INDICES", indices), if (variable) "BUFFER_ROLE_OFFSETS",
      if (!isTRUE(tensor$pattern)) "BUFFER_ROLE_DATA", if (missing) "BUFFER_ROLE_VALIDITY"
    ),
    bytes = c(
      if (compressed) (shape[[if (layout == "LAYOUT_CSR") 1L else 2L]] + 1) * width, rep(count * width, indices),
      if (variable) (count + 1) * 8, if (!isTRUE(tensor$pattern)) if (variable) NA else count * sizes[[type$name]],
      if (missing) ceiling(count / 8)
    )
  )
}

#' @noRd
index_width <- function(tensor) if (identical(tensor$index_type, "INDEX_TYPE_INT64")) 8 else 4

#' @noRd
stored_count <- function(tensor) {
  if (identical(tensor$layout, "LAYOUT_DENSE")) prod(shape_of(tensor)) else as.double(tensor$stored_entries %||% 0)
}

#' Refuses, before anything is received, what no object of R holds.
#' @noRd
check_holdable <- function(tensor, type, path, options) {
  shape <- shape_of(tensor)
  dense <- identical(tensor$layout, "LAYOUT_DENSE")
  if (dense && length(shape) <= 1L) return(invisible())
  most <- .Machine$integer.max
  if (options$tensors == "parts" && !dense) return(invisible())
  if (any(shape > most) && (length(shape) > 1L)) {
    refuse(
      path, sprintf("dimensions below 2^31, as in R"), tensor_words(tensor),
      "Get rows or columns of it; or, if it is sparse, say tensors = \"parts\".", FALSE
    )
  }
  if (dense) return(invisible())
  because <- if (length(shape) > 2L) {
    "a sparse array of more than 2 dimensions"
  } else if (length(tensor$fill) > 0L) {
    "absent entries that are not zero"
  } else if (type$name %in% c("timestamp", "date", "duration")) {
    "sparse times"
  } else if (length(shape) == 2L && type$name %in% c("complex64", "complex128")) {
    "a sparse matrix of complex numbers"
  } else if (as.double(tensor$stored_entries %||% 0) > most) {
    "2^31 stored entries or more"
  }
  if (is.null(because)) return(invisible())
  refuse(
    path, "what package Matrix has a class for", sprintf("%s: %s", because, tensor_words(tensor)),
    "Say tensors = \"parts\" to get its indices and elements; or get rows or columns of it; or make it dense before.",
    FALSE
  )
}

#' The object of R of a value whose buffers were received.
#'
#' @param header,options As allocate_value() had them.
#' @param targets What allocate_value() gave. Their vectors are taken out of them: they are changed in place.
#' @noRd
decode_value <- function(header, targets, options = jz_value_options()) {
  if (bare_count(header) > 0) {
    x <- take_vector(targets, 0L)
    check_seeming(x, options, "value")
    return(x)
  }
  decode_node(header, new_reception(targets, options), "value", list())
}

#' What was received, of which one vector after the other is taken.
#' @noRd
new_reception <- function(targets, options) {
  force(targets)
  force(options)
  next_one <- 0L
  environment()
}

#' The vector of the next buffer.
#' @noRd
take <- function(received) {
  place <- received$next_one
  if (place >= length(received$targets)) refuse_malformed("the header", "fewer buffers than elements need")
  received$next_one <- place + 1L
  take_vector(received$targets, place)
}

#' @noRd
decode_node <- function(header, received, path, sight) {
  declared <- lapply(header$axes, function(axis) {
    where <- sprintf("%s, labels of %s", path, dQuote(axis$name, FALSE))
    labels <- if (!is.null(axis$labels)) decode_vector(axis$labels, received, where)
    list(name = axis$name, length = as.double(axis$length %||% 0), labels = labels)
  })
  for (axis in declared) sight[[axis$name]] <- axis
  if (!is.null(header$tensor)) return(decode_tensor(header$tensor, received, path, sight, declared))
  if (!is.null(header$table)) return(decode_table(header$table, received, path, sight, declared))
  NULL
}

#' A vector without axes: labels.
#' @noRd
decode_vector <- function(tensor, received, path) {
  elements <- decode_elements(tensor, wire_type_of(tensor), received, path, FALSE)
  x <- with_attributes(elements$x, elements$attributes)
  with_memory(x, c(elements$memory, unit_memory(tensor, x)))
}

#' What is remembered of a unit: it, and the elements that are counted in it.
#' @noRd
unit_memory <- function(tensor, x) {
  if (!nzchar(tensor$unit %||% "") || is.null(x)) return(list())
  list(unit = tensor$unit, unit_of = fingerprint(x))
}

#' @noRd
with_attributes <- function(x, attributes) {
  for (name in names(attributes)) x <- with_attribute(x, name, attributes[[name]])
  x
}

#' @param column Whether it is a column of a data frame, whose first axis is that of the rows.
#' @noRd
decode_tensor <- function(tensor, received, path, sight, declared, column = FALSE) {
  if (!identical(tensor$layout, "LAYOUT_DENSE")) return(decode_sparse(tensor, received, path, sight, declared))
  shape <- shape_of(tensor)
  elements <- decode_elements(tensor, wire_type_of(tensor), received, path, length(shape) == 0L)
  x <- elements$x
  memory <- elements$memory
  if (length(shape) == 0L && !is.raw(x)) memory$rank <- 0
  if (length(shape) > 1L && identical(tensor$order, "ORDER_C")) {
    x <- reverse_indices(x, rev(shape))
    if (received$options$keep_order) memory$order <- "C"
  }
  # The class first: R would look for the methods of a class.
  x <- with_attributes(x, elements$attributes)
  axes <- shown_axes(tensor, shape, sight, declared, column)
  if (length(shape) > 1L || !is.null(axes$dimnames)) x <- with_attribute(x, "dim", as.integer(shape))
  if (!is.null(axes$dimnames)) x <- with_attribute(x, "dimnames", axes$dimnames)
  if (!is.null(axes$names)) x <- with_attribute(x, "names", axes$names)
  with_memory(x, c(memory, axes$memory, unit_memory(tensor, x)))
}
