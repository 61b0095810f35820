# Reductions by name, and what adds up along a line.

reduce <- function(op, x, axis = NULL, keepdims = FALSE, na.rm = FALSE, settings = list(), truth = FALSE) {
  check_bool(keepdims, "keepdims")
  check_bool(na.rm, "na.rm")
  numbers <- if (!is.null(axis)) vapply(axis, axis_number, 0L)
  dims <- reduced_dims(dims_of(x), axis, keepdims)
  own <- list(axis = numbers, keepdims = if (keepdims) TRUE, skipna = if (na.rm) TRUE)
  apply_one(op, x, settings = c(settings, own), dims = dims, truth = truth)
}

# A reduction along one dimension only.
reduce_line <- function(op, x, axis, keepdims, na.rm) {
  if (length(axis) > 1) stop_tracing("axis", "one dimension", shown(axis))
  reduce(op, x, axis, keepdims, na.rm)
}

#' @rdname jz_op
#' @export
jz_sum <- function(x, axis = NULL, keepdims = FALSE, na.rm = FALSE) reduce("sum", x, axis, keepdims, na.rm)
#' @rdname jz_op
#' @export
jz_mean <- function(x, axis = NULL, keepdims = FALSE, na.rm = FALSE) reduce("mean", x, axis, keepdims, na.rm)
#' @rdname jz_op
#' @export
jz_max <- function(x, axis = NULL, keepdims = FALSE, na.rm = FALSE) reduce("max", x, axis, keepdims, na.rm)
#' @rdname jz_op
#' @export
jz_min <- function(x, axis = NULL, keepdims = FALSE, na.rm = FALSE) reduce("min", x, axis, keepdims, na.rm)
#' @rdname jz_op
#' @export
jz_argmax <- function(x, axis = NULL, keepdims = FALSE, na.rm = FALSE) reduce_line("argmax", x, axis, keepdims, na.rm)
#' @rdname jz_op
#' @export
jz_count_nonzero <- function(x, axis = NULL, keepdims = FALSE, na.rm = FALSE) {
  reduce("count_nonzero", x, axis, keepdims, na.rm)
}
#' @rdname jz_op
#' @export
jz_count_na <- function(x, axis = NULL, keepdims = FALSE) reduce("count_na", x, axis, keepdims)

#' @rdname jz_op
#' @param ord The order of the norm: 1, 2, `Inf` or "fro", which is 2 along both dimensions of a matrix.
#' @export
jz_norm <- function(x, ord = 2, axis = NULL, keepdims = FALSE, na.rm = FALSE) {
  if (length(ord) != 1 || !ord %in% list(1, 2, Inf, "fro")) {
    stop_tracing("jz_norm", "ord as 1, 2, Inf or \"fro\"", shown(ord))
  }
  order <- if (identical(as.double(if (is.numeric(ord)) ord else 2), 1)) 1L else if (identical(ord, Inf)) Inf
  reduce("norm", x, axis, keepdims, na.rm, list(ord = order))
}

#' @rdname jz_op
#' @export
jz_prod <- function(x, axis = NULL, keepdims = FALSE, na.rm = FALSE) reduce("prod", x, axis, keepdims, na.rm)
#' @rdname jz_op
#' @export
jz_any <- function(x, axis = NULL, keepdims = FALSE, na.rm = FALSE) {
  reduce("any", x, axis, keepdims, na.rm, truth = TRUE)
}
#' @rdname jz_op
#' @export
jz_all <- function(x, axis = NULL, keepdims = FALSE, na.rm = FALSE) {
  reduce("all", x, axis, keepdims, na.rm, truth = TRUE)
}
#' @rdname jz_op
#' @export
jz_argmin <- function(x, axis = NULL, keepdims = FALSE, na.rm = FALSE) reduce_line("argmin", x, axis, keepdims, na.rm)
#' @rdname jz_op
#' @export
jz_logsumexp <- function(x, axis = NULL, keepdims = FALSE, na.rm = FALSE) {
  reduce("logsumexp", x, axis, keepdims, na.rm)
}

#' @rdname jz_op
#' @param correction What is taken from the number of elements. It is 0, as in numpy, where R's `var()` and `sd()`
#'   have 1.
#' @export
jz_var <- function(x, axis = NULL, correction = 0, keepdims = FALSE, na.rm = FALSE) {
  reduce("var", x, axis, keepdims, na.rm, list(correction = correction_setting(correction)))
}
#' @rdname jz_op
#' @export
jz_std <- function(x, axis = NULL, correction = 0, keepdims = FALSE, na.rm = FALSE) {
  reduce("std", x, axis, keepdims, na.rm, list(correction = correction_setting(correction)))
}

correction_setting <- function(correction) {
  if (!is.numeric(correction) || length(correction) != 1 || is.na(correction)) {
    stop_tracing("correction", "a number", shown(correction))
  }
  if (correction != 0) correction
}

#' @rdname jz_op
#' @param q The share of the elements that is below, from 0 to 1; or several, which are the first dimension of the
#'   result.
#' @param method What stands between the two elements that are next to `q * (n - 1)`: "linear" is R's type 7.
#' @export
jz_quantile <- function(x, q, axis = NULL, method = c("linear", "lower", "higher", "nearest", "midpoint"),
                        keepdims = FALSE, na.rm = FALSE) {
  method <- match.arg(method)
  if (!is.numeric(q) || length(q) == 0 || anyNA(q) || any(q < 0 | q > 1)) {
    stop_tracing("q", "numbers from 0 to 1", shown(q))
  }
  result <- reduce("quantile", x, axis, keepdims, na.rm, list(q = q, method = if (method != "linear") method))
  if (length(q) > 1 && !is.null(result@dims)) result@dims <- c(list(as.double(length(q))), result@dims)
  result
}

#' @rdname jz_op
#' @export
jz_cumsum <- function(x, axis = NULL, na.rm = FALSE) {
  check_bool(na.rm, "na.rm")
  dims <- if (!is.null(axis) || length(dims_of(x)) == 1) dims_of(x) else list(NA)
  settings <- list(axis = if (!is.null(axis)) axis_number(axis), skipna = if (na.rm) TRUE)
  apply_one("cumsum", x, settings = settings, dims = dims)
}

#' @rdname jz_op
#' @export
jz_softmax <- function(x, axis = NULL, na.rm = FALSE) {
  check_bool(na.rm, "na.rm")
  settings <- list(axis = if (!is.null(axis)) axis_number(axis), skipna = if (na.rm) TRUE)
  apply_one("softmax", x, settings = settings, dims = dims_of(x))
}
