# Sparse tensors to the classes of package Matrix.

#' @importClassesFrom Matrix dgCMatrix dgRMatrix dgTMatrix lgCMatrix lgRMatrix lgTMatrix ngCMatrix ngRMatrix ngTMatrix
#' @importClassesFrom Matrix dsparseVector isparseVector lsparseVector nsparseVector zsparseVector
#' @importClassesFrom Matrix generalMatrix CsparseMatrix RsparseMatrix TsparseMatrix sparseMatrix sparseVector Matrix
#' @importClassesFrom Matrix denseMatrix diagonalMatrix indMatrix
NULL

#' @noRd
decode_sparse <- function(tensor, received, path, sight, declared) {
  shape <- shape_of(tensor)
  type <- wire_type_of(tensor)
  layout <- sub("LAYOUT_", "", tensor$layout, fixed = TRUE)
  check_holdable(tensor, type, path, received$options)
  compressed <- layout %in% c("CSR", "CSC")
  if (!compressed && layout != "COO") refuse_malformed(path, "a layout that is not known")
  positions <- if (compressed) take(received)
  indices <- lapply(seq_len(if (compressed) 1L else length(shape)), function(number) take(received))
  if (received$options$tensors == "parts") {
    return(decode_parts(tensor, type, layout, shape, positions, indices, received, path, sight, declared))
  }
  elements <- sparse_elements(tensor, type, received, path, length(shape) == 1L)
  memory <- elements$memory
  if (identical(tensor$index_type, "INDEX_TYPE_INT64")) memory$index_type <- "int64"
  x <- if (length(shape) == 1L) {
    sparse_vector(shape, indices[[1L]], elements$x, path)
  } else {
    sparse_matrix(layout, shape, positions, indices, elements$x, path)
  }
  axes <- shown_axes(tensor, shape, sight, declared, native = length(shape) == 2L)
  if (!is.null(axes$dimnames)) x@Dimnames <- axes$dimnames
  memory <- c(memory, axes$memory, unit_memory(tensor, elements$x))
  if (length(memory) > 0L) attr(x, "comment") <- wire_comment(memory)
  x
}

#' The entries as what Matrix has: doubles or truth values (vectors: integers and complex numbers, too); no x for a
#' pattern.
#' @noRd
sparse_elements <- function(tensor, type, received, path, vector) {
  if (isTRUE(tensor$pattern)) return(list(x = NULL))
  if (type$name %in% c("int64", "uint64")) {
    exact <- received$options
    exact$bigint <- "numeric"
    data <- take(received)
    missing <- as.double(tensor$missing_entries %||% 0)
    validity <- if (missing > 0) take(received)
    return(decode_int64(
      data, type, list(options = exact), path,
      function(x, int64 = FALSE) if (missing > 0) set_missing(x, validity, int64)
    ))
  }
  elements <- decode_elements(tensor, type, received, path, FALSE)
  if (is.integer(elements$x) && !vector) {
    elements$x <- as.double(elements$x)
    elements$memory <- list(type = type$name)
  }
  elements
}

#' @noRd
sparse_matrix <- function(layout, shape, positions, indices, x, path) {
  narrow <- function(indices, limit) {
    if (is.integer(indices)) return(indices)
    r_indices(indices, 0L, limit, FALSE) %||% refuse_malformed(path, "indices that are out of range")
  }
  kind <- if (is.null(x)) "n" else if (is.logical(x)) "l" else "d"
  form <- c(CSC = "C", CSR = "R", COO = "T")[[layout]]
  made <- methods::new(paste0(kind, "g", form, "Matrix"))
  made@Dim <- as.integer(shape)
  if (layout == "COO") {
    made@i <- narrow(indices[[1L]], shape[[1L]])
    made@j <- narrow(indices[[2L]], shape[[2L]])
    if (!canonical_coordinates(list(made@i, made@j), shape)) {
      refuse_malformed(path, "entries that are not sorted, not unique or out of range")
    }
  } else {
    minor <- shape[[if (layout == "CSC") 1L else 2L]]
    positions <- narrow(positions, .Machine$integer.max)
    indices <- narrow(indices[[1L]], max(minor, 1))
    major <- shape[[if (layout == "CSC") 2L else 1L]]
    if (length(positions) != major + 1 || !canonical_compressed(positions, indices, minor)) {
      refuse_malformed(path, "indices that are not sorted, not unique or out of range")
    }
    made@p <- positions
    if (layout == "CSC") made@i <- indices else made@j <- indices
  }
  if (!is.null(x)) made@x <- x
  made
}

#' @noRd
sparse_vector <- function(length, indices, x, path) {
  kind <- if (is.null(x)) "n" else switch(typeof(x), logical = "l", integer = "i", double = "d", complex = "z")
  made <- methods::new(paste0(kind, "sparseVector"))
  far <- length > .Machine$integer.max
  made@length <- if (far) length else as.integer(length)
  made@i <- r_indices(indices, 1L, length, far) %||% refuse_malformed(path, "indices that are out of range")
  if (is.unsorted(made@i, strictly = TRUE)) refuse_malformed(path, "indices that are not sorted or not unique")
  if (!is.null(x)) made@x <- x
  made
}
