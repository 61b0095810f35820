# Objects of R to values: the header as a list that is a message jazz.v1.Value, and the pieces of the body.
#
# Buffers get their places in the order of docs/wire-format.md, in which they are added to a plan. Vectors of R whose
# memory is a buffer as it lies are pieces themselves; the others are made by functions in src/values_*.cpp.

no_fields <- structure(list(), names = character(0))

#' The header, the length of the body and the pieces of the body of an object.
#'
#' @param x Any object of the table in [jazz-types].
#' @param options What [jz_value_options()] gives.
#' @param ahead Whether to look at all of a long vector of doubles for NA. Else one that seems to have none is `unseen`:
#'   who sends it looks, in passing.
#' @return A list: `header`, a message `jazz.v1.Value`; `body_bytes`; `pieces`, each a list of `offset` in the body, a
#'   `vector`, and `bytes` of its memory, those after byte `from`, and whether it is `unseen`.
#' @noRd
encode_value <- function(x, options = jz_value_options(), ahead = TRUE) {
  bare <- encode_bare(x)
  if (!is.null(bare)) return(bare)
  plan <- new_plan(options, ahead)
  header <- encode_node(x, plan, "value", list(), 1L)
  if (!options$lossy) warn_dropped(plan$dropped)
  list(header = header, body_bytes = plan$end, pieces = plan_pieces(plan))
}

#' @noRd
new_plan <- function(options, ahead = TRUE) {
  force(options)
  force(ahead)
  end <- 0
  pieces <- NULL
  count <- 0L
  dropped <- character(0)
  environment()
}

#' Gives a vector its place in the body, and the message Buffer that says where.
#' @noRd
add_buffer <- function(plan, role, vector, unseen = FALSE) {
  bytes <- length(vector) * bytes_of[[typeof(vector)]]
  offset <- 64 * ceiling(plan$end / 64)
  plan$end <- offset + bytes
  if (bytes > 0) {
    # Each with those before it, since R would copy a list that grows.
    piece <- list(offset = offset, vector = vector, from = 0, bytes = bytes, unseen = unseen)
    plan$pieces <- list(piece = piece, before = plan$pieces)
    plan$count <- plan$count + 1L
  }
  without_null(list(
    role = paste0("BUFFER_ROLE_", role), offset = if (offset > 0) offset, length = if (bytes > 0) bytes
  ))
}

#' The pieces in their order.
#' @noRd
plan_pieces <- function(plan) {
  pieces <- vector("list", plan$count)
  chain <- plan$pieces
  place <- plan$count
  while (place > 0L) {
    pieces[[place]] <- chain$piece
    chain <- chain$before
    place <- place - 1L
  }
  pieces
}

#' The message Value of an object that lies inside of `depth` - 1 others.
#' @param sight The axes in sight, by name.
#' @noRd
encode_node <- function(x, plan, path, sight, depth) {
  if (depth > 32L) {
    refuse(path, "at most 32 values inside each other", "more", "Store the inner lists as blocks of their own.")
  }
  if (is.null(x)) return(list(null = no_fields))
  axes <- memory_of(x)$axes
  if (is.null(axes)) return(encode_content(x, plan, path, sight, depth, NULL))
  # Axes are remembered as they were declared. Where what is inside has changed and lies along others, they are not
  # declared here again, but where they are used.
  before <- mget(c("end", "pieces", "count", "dropped"), envir = plan)
  tryCatch(
    encode_content(x, plan, path, sight, depth, axes),
    jazz_axis_conflict = function(conflict) {
      list2env(before, envir = plan)
      encode_content(x, plan, path, sight, depth, NULL)
    }
  )
}

#' @noRd
encode_content <- function(x, plan, path, sight, depth, axes) {
  if (is.atomic(x) && !is.object(x)) return(encode_dense(x, plan, path, sight, axes))
  if (inherits(x, "jazz_parts")) return(encode_parts(x, plan, path, sight, axes))
  if (is.data.frame(x)) return(encode_frame(x, plan, path, sight, depth))
  if (isS4(x) && !inherits(x, "jazz_block")) {
    if (methods::is(x, "denseMatrix")) return(encode_dense(methods::as(x, "matrix"), plan, path, sight, axes))
    if (methods::is(x, "Matrix") || methods::is(x, "sparseVector")) return(encode_sparse(x, plan, path, sight, axes))
    refuse(
      path, "an object of the table in ?`jazz-types`", sprintf("an object of class %s", class(x)[1L]), s4_advice(x)
    )
  }
  if (inherits(x, "ts")) return(encode_table(series_list(x), plan, path, sight, depth, NULL))
  if (is.atomic(x) || is_blobs(x) || inherits(x, "POSIXlt")) return(encode_dense(x, plan, path, sight, axes))
  if (is.list(x) && (!is.object(x) || inherits(x, "AsIs"))) return(encode_table(x, plan, path, sight, depth, axes))
  found <- if (is.object(x)) {
    sprintf("an object of class %s", paste(class(x), collapse = "/"))
  } else {
    if (is.function(x)) "a function" else if (is.environment(x)) "an environment" else sprintf("a %s", typeof(x))
  }
  advice <- if (inherits(x, "jazz_block")) {
    "jz_copy() stores it under another name; x[] reads it."
  } else if (is.list(x)) {
    "Store unclass() of it, or the parts of it that are data."
  } else {
    "Store data: vectors, arrays, lists."
  }
  refuse(path, "an object of the table in ?`jazz-types`", found, advice)
}

#' @noRd
s4_advice <- function(x) {
  if (methods::is(x, "Seurat") || methods::is(x, "SummarizedExperiment")) {
    return("Store its matrices and data frames in a list.")
  }
  "Store the parts of it that are data: slot(x, name)."
}

#' A message Tensor without the fields that are not set, in the order of their numbers.
#' @noRd
tensor_message <- function(elements, shape, layout, order = NULL, index_type = NULL, stored = 0, pattern = FALSE,
                           axes = character(0), buffers = list(), fill = raw(0)) {
  without_null(list(
    type = elements$type,
    shape = if (length(shape) > 0L) as.double(shape),
    layout = paste0("LAYOUT_", layout),
    order = if (!is.null(order)) paste0("ORDER_", order),
    index_type = if (!is.null(index_type)) paste0("INDEX_TYPE_", toupper(index_type)),
    stored_entries = if (stored > 0) as.double(stored),
    missing_entries = if (elements$missing > 0) elements$missing,
    pattern = if (pattern) TRUE,
    axes = if (any(nzchar(axes))) axes,
    buffers = if (length(buffers) > 0L) buffers,
    categories = elements$categories,
    fill = if (length(fill) > 0L) fill,
    unit = if (nzchar(elements$unit)) elements$unit
  ))
}

#' The message Value of a dense vector or array.
#' @param along The name of the axis of the first dimension, for columns of a data frame.
#' @noRd
encode_dense <- function(x, plan, path, sight, axes = NULL, along = NULL) {
  if (inherits(x, "POSIXlt")) x <- posixct_of(x)
  memory <- memory_of(x)
  note_dropped(x, plan, path)
  dim <- attr(x, "dim", exact = TRUE)
  shape <- if (is.null(dim)) length(unclass(x)) else as.double(dim)
  scalar <- is.null(dim) && is.null(along) && (is.raw(x) || (identical(memory$rank, 0) && shape == 1))
  if (scalar) shape <- numeric(0)
  if (is.raw(x)) {
    if (!is.null(dim)) {
      refuse(
        path, "bytes without dimensions", "a raw array", "Use jz_as_type(array(as.integer(x), dim(x)), \"uint8\")."
      )
    }
    if (!is.null(along)) {
      refuse(
        path, "a column of a type in ?`jazz-types`", "raw", "Use as.list(x), a list of raw vectors, or as.integer(x)."
      )
    }
  }
  wanted <- if (scalar) list() else wanted_axes(x, length(shape), memory)
  if (!is.null(along)) wanted[1L] <- list(list(name = along))
  places <- declare_axes(wanted, shape, axes, plan, path, sight)
  turned <- length(shape) > 1L && identical(memory$order, "C")
  elements <- encode_elements(x, plan, path, memory, if (turned) shape)
  elements <- add_elements(plan, elements)
  order <- if (length(shape) > 1L && !turned) "FORTRAN" else "C"
  tensor <- tensor_message(elements, shape, "DENSE", order, axes = places$names, buffers = elements$buffers)
  c(if (length(places$declared) > 0L) list(axes = places$declared), list(tensor = tensor))
}

#' Places the buffers of elements; `before` are those of a sparse tensor's indices.
#' @noRd
add_elements <- function(plan, elements, before = list()) {
  buffers <- before
  if (!is.null(elements$offsets)) buffers <- c(buffers, list(add_buffer(plan, "OFFSETS", elements$offsets)))
  if (!is.null(elements$data)) {
    buffers <- c(buffers, list(add_buffer(plan, "DATA", elements$data, elements$unseen)))
  }
  if (!is.null(elements$validity)) buffers <- c(buffers, list(add_buffer(plan, "VALIDITY", elements$validity)))
  elements$buffers <- buffers
  if (!is.null(elements$levels)) elements$categories <- encode_vector(elements$levels, plan)
  elements
}

#' The message Tensor of a vector without axes: of labels, or of categories as encode_elements() gave them.
#' @noRd
encode_vector <- function(elements, plan) {
  count <- elements$count
  elements <- add_elements(plan, elements)
  tensor_message(elements, count, "DENSE", "C", buffers = elements$buffers)
}

#' Notes the attributes of a vector that have no place in a value.
#' @noRd
note_dropped <- function(x, plan, path) {
  if (is.null(attributes(x))) return(invisible())
  kept <- c("names", "dim", "dimnames", "levels", "class", "tzone", "units", "tsp", "ptype", "balanced")
  if (is.raw(x) || identical(memory_of(x)$rank, 0)) kept <- setdiff(kept, "names")
  further <- further_attributes(x, kept)
  if (length(further) > 0L) plan$dropped <- c(plan$dropped, sprintf("%s: %s", path, further))
  # Dimensions that have no name lie along axes of these names, so that these cannot be told from none.
  dimnames <- attr(x, "dimnames", exact = TRUE)
  given <- attr(dimnames, "names", exact = TRUE)
  for (number in seq_along(given)) {
    if (!is.null(dimnames[[number]]) && identical(given[[number]], default_axis(number))) {
      plan$dropped <- c(
        plan$dropped,
        sprintf("%s: the name %s of a dimension, which stands for none", path, dQuote(given[[number]], FALSE))
      )
    }
  }
}
