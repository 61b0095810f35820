# Sparse matrices and vectors of package Matrix.

#' @noRd
encode_sparse <- function(x, plan, path, sight, axes) {
  memory <- memory_of(x)
  note_slots(x, plan, path)
  parts <- sparse_parts(x, path)
  wanted <- wanted_axes(x, length(parts$shape), memory)
  places <- declare_axes(wanted, parts$shape, axes, plan, path, sight)
  count <- length(parts$indices[[1L]])
  index_type <- memory$index_type %||% parts$index_type %||% "int32"
  encode_entries(parts, count, index_type, memory, places, plan, path)
}

#' The message Value of parts whose axes are declared.
#' @noRd
encode_entries <- function(parts, count, index_type, memory, places, plan, path, fill = raw(0)) {
  int64 <- index_type == "int64"
  elements <- if (is.null(parts$data)) {
    elements_of("bool", NULL, count)
  } else {
    encode_elements(parts$data, plan, path, memory)
  }
  # Indices come before the elements, but what they are made of is known only now.
  indexed <- function(x, base) if (base == 0L && !int64 && is.integer(x)) x else wire_indices(x, base, int64)
  buffers <- list()
  if (!is.null(parts$positions)) buffers <- list(add_buffer(plan, "INDPTR", indexed(parts$positions, 0L)))
  for (indices in parts$indices) buffers <- c(buffers, list(add_buffer(plan, "INDICES", indexed(indices, parts$base))))
  elements <- add_elements(plan, elements, buffers)
  tensor <- tensor_message(
    elements, parts$shape, parts$layout, NULL, index_type, count, is.null(parts$data), places$names, elements$buffers,
    fill
  )
  c(if (length(places$declared) > 0L) list(axes = places$declared), list(tensor = tensor))
}

#' Layout, shape, indices (from `base`) and data of an object of package Matrix; data is NULL for a pattern.
#' @noRd
sparse_parts <- function(x, path) {
  if (methods::is(x, "sparseVector")) return(vector_parts(x))
  if (methods::is(x, "diagonalMatrix")) return(diagonal_parts(x))
  if (methods::is(x, "indMatrix")) return(permutation_parts(x))
  if (!methods::is(x, "generalMatrix")) x <- methods::as(x, "generalMatrix")
  data <- if (methods::.hasSlot(x, "x")) x@x
  shape <- as.double(x@Dim)
  if (methods::is(x, "CsparseMatrix") || methods::is(x, "RsparseMatrix")) {
    columns <- methods::is(x, "CsparseMatrix")
    indices <- if (columns) x@i else x@j
    if (!canonical_compressed(x@p, indices, shape[[if (columns) 1L else 2L]])) {
      refuse(
        path, "a valid sparse matrix", "indices that are not sorted, not unique, or out of range",
        "See validObject(x), and make it anew with sparseMatrix(i, j, x = x)."
      )
    }
    return(list(
      layout = if (columns) "CSC" else "CSR", shape = shape, positions = x@p, indices = list(indices), data = data,
      base = 0L
    ))
  }
  if (!methods::is(x, "TsparseMatrix")) {
    refuse(
      path, "a class of the table in ?`jazz-types`", sprintf("a matrix of class %s", class(x)[1L]),
      "Use as(x, \"CsparseMatrix\") or as.matrix(x)."
    )
  }
  entries <- list(i = x@i, j = x@j, x = data)
  if (!canonical_coordinates(list(x@i, x@j), shape)) {
    if (length(x@i) != length(x@j) || any(x@i < 0L, x@j < 0L, x@i >= shape[[1L]], x@j >= shape[[2L]])) {
      refuse(path, "a valid sparse matrix", "indices that are out of range", "See validObject(x).")
    }
    entries <- sorted_triplets(x@i, x@j, data)
  }
  list(layout = "COO", shape = shape, indices = list(entries$i, entries$j), data = entries$x, base = 0L)
}

#' @noRd
vector_parts <- function(x) {
  length <- as.double(x@length)
  list(
    layout = "COO", shape = length, indices = list(x@i), data = if (methods::.hasSlot(x, "x")) x@x, base = 1L,
    index_type = if (length > .Machine$integer.max) "int64"
  )
}

#' @noRd
diagonal_parts <- function(x) {
  length <- x@Dim[[1L]]
  one <- if (methods::is(x, "lMatrix")) TRUE else 1
  data <- if (methods::is(x, "nMatrix")) NULL else if (x@diag == "U") rep(one, length) else x@x
  list(
    layout = "CSC", shape = as.double(x@Dim), positions = seq.int(0L, length), indices = list(seq_len(length) - 1L),
    data = data, base = 0L
  )
}

#' @noRd
permutation_parts <- function(x) {
  rows <- !methods::.hasSlot(x, "margin") || x@margin == 1L
  list(
    layout = if (rows) "CSR" else "CSC", shape = as.double(x@Dim), positions = seq.int(0L, length(x@perm)),
    indices = list(x@perm), data = NULL, base = 1L
  )
}

#' Notes slots of classes that extend those of Matrix.
#' @noRd
note_slots <- function(x, plan, path) {
  known <- c(
    "i", "j", "p", "x", "perm", "margin", "length", "Dim", "Dimnames", "uplo", "diag", "factors", "class"
  )
  further <- further_attributes(x, known)
  if (length(further) > 0L) {
    plan$dropped <- c(plan$dropped, sprintf("%s: slot %s of class %s", path, further, class(x)[1L]))
  }
}
