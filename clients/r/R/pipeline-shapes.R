# Operations of the catalogue that change the shape, cut out parts, and put elements in order.

#' @rdname jz_op
#' @param shape The lengths of the dimensions; one may be -1, and follows from the others. Elements are taken in C
#'   order, the last dimension fastest, where R's `dim(x) <-` takes the first one fastest.
#' @export
jz_reshape <- function(x, shape) {
  lengths <- whole_numbers(shape, "shape", -1)
  if (sum(lengths == -1) > 1) stop_tracing("shape", "at most one -1", shown(shape))
  dims <- lapply(as.list(as.double(lengths)), function(n) if (n == -1) NA else n)
  settings <- list(shape = if (length(lengths) == 0) list() else lengths)
  apply_one("reshape", x, settings = settings, dims = dims, truth = is_truth(x))
}

#' @rdname jz_op
#' @export
jz_expand_dims <- function(x, axis = 1) {
  dims <- dims_of(x)
  number <- axis_number(axis)
  if (!is.null(dims)) dims <- append(dims, 1, after = number)
  apply_one("expand_dims", x, settings = list(axis = axis_setting(axis)), dims = dims, truth = is_truth(x))
}

#' @rdname jz_op
#' @export
jz_squeeze <- function(x, axis = NULL) {
  dims <- dims_of(x)
  if (is.null(axis)) {
    known <- all(vapply(dims, is.numeric, NA)) && !anyNA(dims)
    dims <- if (!is.null(dims) && known) Filter(function(d) d != 1, dims)
  } else if (!is.null(dims)) {
    dims[axis] <- NULL
  }
  apply_one("squeeze", x, settings = list(axis = axis_numbers(axis)), dims = dims, truth = is_truth(x))
}

#' @rdname jz_op
#' @export
jz_flip <- function(x, axis = NULL) {
  node <- apply_one("flip", x, settings = list(axis = axis_numbers(axis)), dims = dims_of(x), truth = is_truth(x))
  rows_from(node, x)
}

#' @rdname jz_op
#' @param repetitions How many times along each dimension, the last one last.
#' @export
jz_tile <- function(x, repetitions) {
  settings <- list(repetitions = whole_numbers(repetitions, "repetitions", 0))
  apply_one("tile", x, settings = settings, truth = is_truth(x))
}

#' @rdname jz_op
#' @export
jz_stack <- function(arrays, axis = 1) {
  if (!is.list(arrays) || length(arrays) == 0) stop_tracing("jz_stack", "a list of values", shown(arrays))
  dims <- broadcast_dims(arrays[[1]])
  if (!is.null(dims)) dims <- append(dims, as.double(length(arrays)), after = axis_number(axis))
  truth <- all(vapply(arrays, is_truth, NA))
  apply_op("stack", unname(arrays), list(axis = axis_setting(axis)), 1, list(dims), truth = truth)[[1]]
}

#' @rdname jz_op
#' @param start,stop,step The first position, the one before which it ends, and how far it is from one to the next, as
#'   slices of Python have them: counted from 0, from the end when negative.
#' @export
jz_slice <- function(x, start = NULL, stop = NULL, step = 1, axis = 1) {
  bound <- function(value, name) {
    if (is.null(value)) return(NULL)
    if (!is_whole(value)) stop_tracing(name, "a whole number", shown(value))
    as.integer(value)
  }
  if (!is_whole(step) || step == 0) stop_tracing("step", "a whole number that is not 0", shown(step))
  dims <- dims_of(x)
  if (axis_number(axis) < length(dims)) dims[[axis]] <- NA
  settings <- list(
    axis = axis_setting(axis), start = bound(start, "start"), step = if (step != 1) as.integer(step),
    stop = bound(stop, "stop")
  )
  rows_from(apply_one("slice", x, settings = settings, dims = dims, truth = is_truth(x)), x)
}

#' @rdname jz_op
#' @param sections How many equal parts.
#' @export
jz_split <- function(x, sections = NULL, indices = NULL, axis = 1) {
  if (is.null(sections) == is.null(indices)) {
    stop_tracing("jz_split", "either sections or indices", if (is.null(sections)) "neither" else "both")
  }
  given <- if (!is.null(indices)) whole_numbers(indices, "indices")
  if (!is.null(sections) && (!is_whole(sections) || sections < 1 || sections > 4096)) {
    stop_tracing("sections", "a whole number from 1 to 4096", shown(sections))
  }
  count <- if (is.null(sections)) length(given) + 1 else sections
  dims <- dims_of(x)
  if (axis_number(axis) < length(dims)) dims[[axis]] <- NA
  settings <- list(
    axis = axis_setting(axis), indices = given, sections = if (!is.null(sections)) as.integer(sections)
  )
  apply_op("split", list(x), settings, count, list(dims), truth = is_truth(x))
}

#' @rdname jz_op
#' @param mask A vector of truth values; for `jz_prune()` and `jz_sampled_matmul()` what is not 0 where elements stay.
#' @export
jz_filter <- function(x, mask, axis = 1) {
  dims <- dims_of(x)
  if (axis_number(axis) < length(dims)) dims[[axis]] <- NA
  settings <- list(axis = axis_setting(axis))
  rows_from(apply_one("filter", x, mask, settings = settings, dims = dims, truth = is_truth(x)), x)
}

#' @rdname jz_op
#' @param descending Whether the greatest comes first; `NaN` and what is missing are last in any case.
#' @export
jz_sort <- function(x, axis = NULL, descending = FALSE) {
  apply_one("sort", x, settings = order_settings(axis, descending), dims = dims_of(x), truth = is_truth(x))
}

#' @rdname jz_op
#' @export
jz_argsort <- function(x, axis = NULL, descending = FALSE) {
  apply_one("argsort", x, settings = order_settings(axis, descending), dims = dims_of(x))
}

# The last axis is left out.
order_settings <- function(axis, descending) {
  check_bool(descending, "descending")
  list(axis = if (!is.null(axis)) axis_number(axis), descending = if (descending) TRUE)
}

#' @rdname jz_op
#' @export
jz_unique <- function(x) {
  dims <- dims_of(x)
  nodes <- apply_op("unique", list(x), list(), 4, list(list(NA), list(NA), dims, list(NA)))
  stats::setNames(nodes, c("values", "indices", "inverse", "counts"))
}

# One whole number or several; several that are one are that one.
whole_numbers <- function(values, name, least = -Inf) {
  if (!is.numeric(values) || anyNA(values) || any(values != trunc(values) | values < least)) {
    expected <- if (least == -Inf) "whole numbers" else paste("whole numbers from", least, "on")
    stop_tracing(name, expected, shown(values))
  }
  as.integer(values)
}

axis_numbers <- function(axis) if (!is.null(axis)) vapply(axis, axis_number, 0L)
