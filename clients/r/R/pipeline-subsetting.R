# R's brackets, and its functions of parts, orders and dimensions, on values of a pipeline. Positions count from 1.

#' @rdname jz_operators
#' @export
setMethod("[", "jazz_node", function(x, i, j, ..., drop = TRUE) {
  call <- traced_call()
  indices <- nargs() - (!missing(drop)) - 1
  dims <- dims_of(x)
  if (indices == 1 && missing(i)) return(x)
  named <- is.null(dims) && !missing(j) && is.character(j)
  if ((is_table(x) || named) && indices == 2) {
    return(table_part(x, if (!missing(i)) i %||% integer(), if (!missing(j)) j, drop, call))
  }
  if (indices == 1 && is.character(i)) {
    if (is.null(dims)) return(chosen_fields(x, i, call))
    stop_tracing(call, "positions or truth values", shown(i), "x[[\"name\"]] and x$name are a field of a table")
  }
  if (indices == 1) {
    if (is_table(x)) {
      stop_tracing(call, "names of fields, x[c(\"a\", \"b\")], or rows, x[rows, ]", shown_index(i))
    }
    if (length(dims) != 1) {
      stop_tracing(
        call, "x[rows, ] or x[, columns] of a matrix, x[positions] of what is known to be a vector", "one index"
      )
    }
    return(taken(x, i, 1, call))
  }
  if (indices != 2) stop_tracing(call, "one index or two", as.character(indices))
  x@dims <- matrix_dims(x, "[", call)
  single <- function(index) isTRUE(drop) && (is_position(index) || is_single_true(index))
  rows <- if (!missing(i)) kept_positions(i %||% integer(), dims[1], call)
  columns <- if (!missing(j)) kept_positions(j %||% integer(), dims[2], call)
  if (!is.null(rows) && !single(rows)) x <- taken(x, rows, 1, call)
  if (!is.null(columns) && !single(columns)) x <- taken(x, columns, 2, call)
  # R makes a vector of a single row or column, and an element of both.
  if (!is.null(columns) && single(columns)) x <- dropped(x, columns, 2, call)
  if (!is.null(rows) && single(rows)) x <- dropped(x, rows, 1, call)
  x
})

shown_index <- function(index) if (is_node(index)) "one index, a value of the pipeline" else shown(index)

# One position, of which R keeps no dimension.
is_position <- function(index) is.numeric(index) && length(index) == 1 && !is.na(index) && index > 0

# A mask that is known now and leaves one.
is_single_true <- function(index) is.logical(index) && length(index) > 1 && !anyNA(index) && sum(index) == 1

# Those that stay, for positions to leave out.
kept_positions <- function(index, dims, call) {
  leaves_out <- is.numeric(index) && length(index) > 0 && !anyNA(index) && all(index < 0)
  if (leaves_out) left_positions(index, if (is.null(dims)) NA else dims[[1]], call) else index
}

dropped <- function(x, position, axis, call) {
  if (is.logical(position)) {
    x <- masked(x, position, axis, call)
    position <- 1L
  }
  check_counted(position, call)
  dims <- dims_of(x)
  if (!is.null(dims)) dims[axis] <- NULL
  settings <- list(axis = if (axis == 2) 1L)
  apply_one("take", x, as.integer(position) - 1L, settings = settings, dims = dims, call = call, truth = is_truth(x))
}

# The slices at positions from 1 on, all but those at negative ones, or those where a mask is true.
taken <- function(x, index, axis, call) {
  dims <- dims_of(x)
  setting <- list(axis = if (axis == 2) 1L)
  if (is_node(index)) {
    if (is_truth(index)) return(masked(x, index, axis, call))
    order <- order_behind(index)
    if (is.null(order)) {
      stop_tracing(
        call, "positions that are known now, what order() gives, or truth values", "another value of the pipeline",
        "jz_take(x, i, axis) takes positions that are counted from 0"
      )
    }
    found <- apply_one("take", x, order, settings = setting, dims = dims, call = call, truth = is_truth(x))
    return(rows_from(found, x))
  }
  if (is.logical(index)) return(masked(x, index, axis, call))
  index <- kept_positions(index, dims[axis], call)
  check_counted(index, call)
  if (!is.null(dims)) dims[[axis]] <- as.double(length(index))
  indices <- as.integer(index) - 1L
  if (length(indices) == 1) dim(indices) <- 1L
  rows_from(apply_one("take", x, indices, settings = setting, dims = dims, call = call, truth = is_truth(x)), x)
}

check_counted <- function(positions, call) {
  if (!is.numeric(positions) || anyNA(positions) ||
    any(positions < 1 | positions != trunc(positions) | positions > .Machine$integer.max)) {
    stop_tracing(call, "positions from 1 on, negative ones to leave out, or truth values", shown(positions))
  }
}

left_positions <- function(index, length, call) {
  if (!is.numeric(length) || is.na(length)) {
    stop_tracing(
      call, "positions from 1 on", paste("negative ones, and a length that is not known:", shown(index)),
      "tail(x, -n) leaves out the first n, head(x, -n) the last"
    )
  }
  seq_len(length)[index]
}

masked <- function(x, mask, axis, call) {
  dims <- dims_of(x)
  if (is.logical(mask) && anyNA(mask)) stop_tracing(call, "truth values that are not NA", shown(mask))
  along <- dims_of(mask)
  unequal <- length(along) == 1 && !is.null(dims) && !may_be_equal(along[[1]], dims[[axis]]) &&
    !identical(along[[1]], dims[[axis]])
  if (length(along) > 1 || unequal || (is.logical(mask) && length(mask) == 1)) {
    wanted <- shown_dims(if (is.null(dims)) dims else dims[axis])
    stop_tracing(
      call, paste("a truth value for each of", wanted), shown_dims(along),
      "jz_where(mask, x, 0) takes masks of any dimensions"
    )
  }
  if (!is.null(dims)) dims[[axis]] <- NA
  settings <- list(axis = if (axis == 2) 1L)
  rows_from(apply_one("filter", x, mask, settings = settings, dims = dims, call = call, truth = is_truth(x)), x)
}

# Of positions that order() made, those that are counted from 0.
order_behind <- function(index) {
  source <- index@source
  if (source$kind != "output" || source$step$op != "add") return(NULL)
  first <- source$step$arguments[[1]]
  if (first$kind != "output" || first$step$op != "argsort") return(NULL)
  new_node(first$trace, first, index@dims)
}

# R's order(): of one vector, what is missing last.
ordered_positions <- function(x, ..., na.last = TRUE, decreasing = FALSE, method = "radix") {
  call <- traced_call()
  if (...length() > 0) {
    advice <- "jz_sort_by(t, c(\"a\", \"b\")) has the rows of a table in the order of several fields"
    stop_tracing(call, "order(x) of one vector", "several values, of which later ones break ties", advice)
  }
  vector_dims(x, "order()", call)
  check_bool(decreasing, "decreasing")
  if (!isTRUE(na.last)) stop_tracing(call, "na.last = TRUE", shown(na.last))
  jz_argsort(x, descending = decreasing) + 1L
}

vector_dims <- function(x, what, call) {
  if (is_table(x)) stop_tracing(call, paste("a vector for", what), "a table", "x$name is a field of it")
  dims <- dims_of(x)
  if (!is.null(dims) && length(dims) != 1) stop_tracing(call, paste("a vector for", what), shown_dims(dims))
  dims
}

#' @rdname jz_operators
#' @param decreasing,na.last As in R: `sort()` leaves out what is missing unless `na.last = TRUE`.
#' @export
sort.jazz_node <- function(x, decreasing = FALSE, na.last = NA, ...) {
  no_more(...)
  call <- traced_call()
  vector_dims(x, "sort(); jz_sort(x, axis) takes any", call)
  if (isFALSE(na.last)) stop_tracing(call, "na.last = NA or TRUE", "FALSE")
  jz_sort(if (is.na(na.last)) jz_drop_na(x) else x, descending = decreasing)
}

#' @rdname jz_operators
#' @export
rev.jazz_node <- function(x) {
  dims <- vector_dims(x, "rev(); jz_flip(x, axis) takes any", traced_call())
  apply_one("slice", x, settings = list(step = -1L), dims = dims, truth = is_truth(x))
}

# R keeps the order in which elements are first seen.
#' @rdname jz_operators
#' @param incomparables As in R: `FALSE`.
#' @export
unique.jazz_node <- function(x, incomparables = FALSE, ...) {
  no_more(...)
  if (!isFALSE(incomparables)) stop_tracing(traced_call(), "incomparables = FALSE", shown(incomparables))
  if (is_table(x)) {
    each <- "jz_aggregate(x, c(\"a\", \"b\"), n = c(\"a\", \"size\")) has a row for each a and b that occur"
    stop_tracing(traced_call(), "a vector for unique()", "a table", each)
  }
  vector_dims(x, "unique(); jz_unique(x) takes any", traced_call())
  found <- jz_unique(x)
  apply_one("take", found$values, jz_argsort(found$indices), dims = list(NA), truth = is_truth(x))
}

#' @rdname jz_operators
#' @param n How many elements or rows; negative to leave out so many from the other end.
#' @importFrom utils head tail
#' @export
head.jazz_node <- function(x, n = 6L, ...) {
  no_more(...)
  check_end(n)
  part(x, list(stop = as.integer(n)), n)
}

#' @rdname jz_operators
#' @export
tail.jazz_node <- function(x, n = 6L, ...) {
  no_more(...)
  check_end(n)
  part(x, if (n == 0) list(stop = 0L) else list(start = -as.integer(n)), n)
}

check_end <- function(n) if (!is_whole(n)) stop_tracing(traced_call(), "n as a whole number", shown(n))

part <- function(x, settings, n) {
  dims <- dims_of(x)
  if (length(dims) > 0) {
    known <- is.numeric(dims[[1]]) && !is.na(dims[[1]])
    dims[[1]] <- if (!known) NA else if (n >= 0) min(n, dims[[1]]) else max(dims[[1]] + n, 0)
  }
  rows_from(apply_one("slice", x, settings = settings, dims = dims, truth = is_truth(x)), x)
}

#' @rdname jz_operators
#' @param value The dimensions; elements stay in R's order, the first dimension fastest. `NULL` for a vector.
#' @export
setMethod("dim<-", "jazz_node", function(x, value) {
  call <- traced_call()
  value <- if (is.null(value)) -1 else value
  if (!is.numeric(value) || length(value) == 0 || anyNA(value)) {
    stop_tracing(call, "whole numbers as dimensions", shown(value))
  }
  vector <- length(dims_of(x)) == 1
  flat <- if (vector) x else apply_one("transpose", x, dims = rev(dims_of(x)), call = call, truth = is_truth(x))
  shaped <- jz_reshape(flat, rev(value))
  if (length(value) == 1) return(shaped)
  apply_one("transpose", shaped, dims = as.list(as.double(value)), call = call, truth = is_truth(x))
})

# Vectors beside each other, or beside matrices, are columns in cbind() and rows in rbind().
joined <- function(parts, axis) {
  call <- traced_call()
  parts <- unname(Filter(Negate(is.null), parts))
  if (axis == 1 && any(vapply(parts, has_fields, NA))) return(stacked(parts, call))
  parts <- recycled(parts, axis, call)
  is_vector <- vapply(parts, function(part) length(dims_of(part)) == 1, NA)
  if (all(is_vector)) return(jz_stack(parts, axis))
  parts[is_vector] <- lapply(parts[is_vector], jz_expand_dims, axis = axis)
  dims <- lapply(parts, matrix_dims, what = "cbind() and rbind()", call = call)
  lengths <- vapply(dims, function(d) if (is.numeric(d[[axis]])) d[[axis]] else NA_real_, 0)
  result <- dims[[1]]
  result[[axis]] <- if (anyNA(lengths)) NA else sum(lengths)
  truth <- all(vapply(parts, is_truth, NA))
  apply_op("concat", parts, list(axis = if (axis == 2) 1L), 1, list(result), call, truth)[[1]]
}

# Single numbers beside others are columns, or rows, of equal elements.
recycled <- function(parts, axis, call) {
  dims <- lapply(parts, dims_of)
  single <- vapply(dims, function(dims) !is.null(dims) && length(dims) == 0, NA)
  if (!any(single)) return(parts)
  beside <- function(dims) if (length(dims) == 2) dims[[3 - axis]] else if (length(dims) == 1) dims[[1]]
  lengths <- lapply(dims[!single], beside)
  known <- Filter(function(length) is.numeric(length) && !is.na(length), lengths)
  if (length(known) == 0 || any(vapply(parts[single], is_node, NA))) {
    stop_tracing(
      call, "matrices and vectors", "a single number, to be repeated along what is not known now",
      "make the column or row of it an input, such as rep(1, n)"
    )
  }
  parts[single] <- lapply(parts[single], rep, known[[1]])
  parts
}
