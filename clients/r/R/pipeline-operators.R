# R's own operators and generics on values of a pipeline.

ARITHMETIC <- c("+" = "add", "-" = "subtract", "*" = "multiply", "/" = "divide")
COMPARISONS <- c(
  "==" = "equal", "!=" = "not_equal", "<" = "less", "<=" = "less_equal", ">" = "greater", ">=" = "greater_equal"
)
UNARY <- c("abs", "exp", "log1p", "sqrt")

binary_operator <- function(sign, a, b) {
  call <- traced_call()
  if (is.null(a) || is.null(b)) stop_tracing(call, "a value", "NULL")
  if (sign %in% names(COMPARISONS)) return(elementwise(COMPARISONS[[sign]], a, b, call, truth = TRUE))
  if (sign %in% names(ARITHMETIC)) {
    if (sign != "/" && is_truth(a) && is_truth(b)) {
      stop_tracing(
        call, "numbers", "truth values on both sides, which are no integers here",
        "jz_cast(x, \"int32\") makes them integers; jz_multiply() is \"and\", pmax() is \"or\""
      )
    }
    return(elementwise(ARITHMETIC[[sign]], a, b, call))
  }
  if (sign == "^" && is.numeric(b) && length(b) == 1 && b %in% c(2, 0.5)) {
    if (b == 2) return(elementwise("multiply", a, a, call))
    return(apply_one("sqrt", a, dims = dims_of(a), call = call))
  }
  instead <- switch(sign,
    "^" = "x^2 and x^0.5; exp(p * log(x)) for another power of what is above 0",
    "&" = "jz_multiply(a, b) for truth values",
    "|" = "pmax(a, b) for truth values",
    paste("one of", toString(c(names(ARITHMETIC), names(COMPARISONS))))
  )
  stop_tracing(call, instead, paste("the operator", sign))
}

#' R's operators on values of a pipeline
#'
#' Inside the function that [jz_pipeline()] traces, R's operators and functions write steps: arithmetic and comparisons,
#' `%*%`, `crossprod()`, `tcrossprod()`, `t()`, `exp()`, `log()`, `log1p()`, `sqrt()`, `abs()`, `sum()`, `mean()`,
#' `max()`, `min()`, `rowSums()`, `colSums()`, `rowMeans()`, `colMeans()`, `pmax()`, `pmin()`, `ifelse()`, `sweep()`,
#' `cbind()`, `rbind()`, `diag()`, `is.na()`, `x[rows, ]` and `x[, columns]` with positions, `x$field` of a table.
#'
#' Element-wise operators recycle as R does, or are refused: equal dimensions, a single number, and a vector as long as
#' a matrix has rows, which goes along the columns. To know, they need the types of the inputs, in which dimensions that
#' are equal have the same symbol. [jz_op] has functions that broadcast as numpy does, and need no types.
#'
#' Where Jazz differs from R:
#' * a vector in `%*%` stays a vector, and the result is one, where R would give a matrix of one row or column;
#' * missing is not `NaN`: `is.na()` is `FALSE` for `NaN`, and `na.rm = TRUE` leaves out what is missing, and no `NaN`;
#' * truth values are no integers: `(x > 0) + (y > 0)` is refused, `sum(x > 0)` counts;
#' * integers that overflow wrap around, where R has `NA`.
#'
#' @param e1,e2,x,y,... Values of a pipeline, numbers, or vectors and matrices, which become constants.
#' @param i,j,drop,name,na.rm As in R.
#' @return A value of the pipeline.
#' @name jz_operators
#' @examples
#' standardised <- jz_pipeline(
#'   function(x) sweep(x, 2, colMeans(x)) / sum(x),
#'   inputs = list(x = jz_dense("rows", "columns"))
#' )
#' standardised
NULL

#' @rdname jz_operators
#' @export
setMethod("Ops", signature("jazz_node", "jazz_node"), function(e1, e2) binary_operator(.Generic, e1, e2))

#' @rdname jz_operators
#' @export
setMethod("Ops", signature("jazz_node", "ANY"), function(e1, e2) {
  if (missing(e2)) {
    return(if (.Generic == "-") apply_one("negative", e1, dims = dims_of(e1)) else e1)
  }
  binary_operator(.Generic, e1, e2)
})

#' @rdname jz_operators
#' @export
setMethod("Ops", signature("ANY", "jazz_node"), function(e1, e2) binary_operator(.Generic, e1, e2))

#' @rdname jz_operators
#' @export
setMethod("!", "jazz_node", function(x) stop_tracing(traced_call(), "x == FALSE for truth values", "the operator !"))

#' @rdname jz_operators
#' @export
setMethod("Math", "jazz_node", function(x) {
  if (!.Generic %in% UNARY) {
    stop_tracing(traced_call(), paste("one of", toString(c(UNARY, "log")), "and the jz_ functions"), .Generic)
  }
  apply_one(.Generic, x, dims = dims_of(x))
})

#' @rdname jz_operators
#' @param digits As in R.
#' @export
setMethod("Math2", "jazz_node", function(x, digits) {
  stop_tracing(
    traced_call(), "the elements as they are; jz_cast(x, \"int64\") cuts off what stands behind the point", .Generic
  )
})

#' @rdname jz_operators
#' @param z A value of a pipeline.
#' @export
setMethod("Complex", "jazz_node", function(z) {
  stop_tracing(traced_call(), "abs(x), which is the modulus of complex numbers", .Generic)
})

#' @rdname jz_operators
#' @export
setMethod("log", "jazz_node", function(x, ...) {
  if (...length() > 0) stop_tracing(traced_call(), "log(x), the natural logarithm; log(x) / log(base)", "a base")
  apply_one("log", x, dims = dims_of(x))
})

#' @rdname jz_operators
#' @export
setMethod("Summary", "jazz_node", function(x, ..., na.rm = FALSE) {
  if (!.Generic %in% c("sum", "max", "min") || ...length() > 0) {
    found <- if (...length() > 0) paste(.Generic, "of several values") else .Generic
    stop_tracing(traced_call(), "sum(x), max(x) or min(x) of one value", found)
  }
  reduce(.Generic, x, NULL, FALSE, na.rm)
})

#' @rdname jz_operators
#' @export
setMethod("%*%", signature("jazz_node", "ANY"), function(x, y) matrix_product(x, y))

#' @rdname jz_operators
#' @export
setMethod("%*%", signature("ANY", "jazz_node"), function(x, y) matrix_product(x, y))

#' @rdname jz_operators
#' @export
setMethod("%*%", signature("jazz_node", "jazz_node"), function(x, y) matrix_product(x, y))

matrix_product <- function(x, y, call = traced_call()) {
  apply_one("matmul", x, y, dims = product_dims(x, y, call), call = call)
}

#' @rdname jz_operators
#' @export
setMethod("is.na", "jazz_node", function(x) apply_one("is_na", x, dims = dims_of(x), truth = TRUE))

#' @rdname jz_operators
#' @export
setMethod("$", "jazz_node", function(x, name) apply_one("field", x, settings = list(name = name)))

#' @rdname jz_operators
#' @export
setMethod("[[", "jazz_node", function(x, i, j, ...) {
  if (!is.character(i) || length(i) != 1) {
    stop_tracing(traced_call(), "the name of a field, x[[\"name\"]]", shown(i))
  }
  apply_one("field", x, settings = list(name = i))
})

#' @rdname jz_operators
#' @export
setMethod("[", "jazz_node", function(x, i, j, ..., drop = TRUE) {
  call <- traced_call()
  indices <- nargs() - (!missing(drop)) - 1
  dims <- dims_of(x)
  if (indices == 1) {
    if (length(dims) != 1 || missing(i)) {
      stop_tracing(
        call, "x[rows, ] or x[, columns] of a matrix, x[positions] of what is known to be a vector", "one index"
      )
    }
    return(taken(x, i, 1, dims, call))
  }
  if (indices != 2) stop_tracing(call, "one index or two", as.character(indices))
  dims <- matrix_dims(x, "[", call)
  if (!missing(i)) {
    check_kept(i, drop, call)
    x <- taken(x, i, 1, dims, call)
    dims <- dims_of(x)
  }
  if (!missing(j)) {
    check_kept(j, drop, call)
    x <- taken(x, j, 2, dims, call)
  }
  x
})

#' @rdname jz_operators
#' @param value A value.
#' @export
setMethod("[<-", "jazz_node", function(x, i, j, ..., value) no_change())

#' @rdname jz_operators
#' @export
setMethod("[[<-", "jazz_node", function(x, i, j, ..., value) no_change())

#' @rdname jz_operators
#' @export
setMethod("$<-", "jazz_node", function(x, name, value) no_change())

no_change <- function() {
  stop_tracing(
    traced_call(), "ifelse(x < 0, 0, x), which gives another value", "an assignment into a value of a pipeline",
    "its elements cannot be changed: it has no data yet"
  )
}

# R makes a vector of a single row or column, unless told not to.
check_kept <- function(positions, drop, call) {
  if (length(positions) == 1 && !isFALSE(drop)) {
    stop_tracing(
      call, "drop = FALSE with a single row or column, which stays a matrix", "drop = TRUE", "x[1, , drop = FALSE]"
    )
  }
}

# The rows or columns at positions that are known when the pipeline is written, counted from 1.
taken <- function(x, positions, axis, dims, call) {
  if (is_node(positions)) {
    stop_tracing(call, "positions that are known now", "a value of the pipeline", "jz_take(x, i, axis) takes one")
  }
  if (!is.numeric(positions) || anyNA(positions) ||
    any(positions < 1 | positions != trunc(positions) | positions > .Machine$integer.max)) {
    stop_tracing(call, "positions from 1 on", shown(positions))
  }
  dims[[axis]] <- as.double(length(positions))
  indices <- as.integer(positions) - 1L
  if (length(indices) == 1) dim(indices) <- 1L
  apply_one(
    "take", x, indices, settings = list(axis = if (axis == 2) 1L), dims = dims, call = call, truth = is_truth(x)
  )
}

#' @rdname jz_operators
#' @export
t.jazz_node <- function(x) {
  call <- traced_call()
  dims <- matrix_dims(x, "t()", call)
  apply_one("transpose", x, dims = rev(dims), call = call, truth = is_truth(x))
}

#' @rdname jz_operators
#' @export
mean.jazz_node <- function(x, ..., na.rm = FALSE) reduce("mean", x, NULL, FALSE, na.rm)

no_data <- function(what, instead) {
  stop_tracing(
    traced_call(), instead, paste("a value of a pipeline", what),
    "it has no data yet: the function is traced once, when the pipeline is written"
  )
}

#' @rdname jz_operators
#' @export
setMethod("dim", "jazz_node", function(x) no_data("asked for its dimensions", "jz_size(x, axis)"))

#' @rdname jz_operators
#' @export
setMethod("length", "jazz_node", function(x) no_data("asked for its length", "jz_size(x)"))

#' @rdname jz_operators
#' @param object A value of a pipeline.
#' @export
setMethod("show", "jazz_node", function(object) {
  source <- object@source
  what <- switch(source$kind,
    input = paste("input", source$index, "of", object@trace$name),
    output = paste(source$step$op, "in", object@trace$name),
    paste("a", source$kind, "of", object@trace$name)
  )
  cat("<jazz_node: ", what, ">\n", sep = "")
})

reduce_lines <- function(op, x, axis, na.rm) {
  matrix_dims(x, paste0(if (axis == 2) "row" else "col", if (op == "sum") "Sums()" else "Means()"))
  reduce(op, x, axis, FALSE, na.rm)
}

pairwise <- function(op, ..., na.rm = FALSE) {
  call <- traced_call()
  if (!isFALSE(na.rm)) stop_tracing(call, "na.rm = FALSE", "na.rm = TRUE", "jz_fill_na() fills what is missing")
  values <- unname(list(...))
  ranks <- vapply(lapply(values, dims_of), function(dims) if (is.null(dims)) NA_real_ else length(dims), 0)
  if (!is.na(ranks[[1]]) && any(ranks > max(1, ranks[[1]]), na.rm = TRUE)) {
    stop_tracing(call, "the matrix first, since R gives what has its dimensions", "a matrix behind what is none")
  }
  truth <- all(vapply(values, is_truth, NA))
  Reduce(function(a, b) elementwise(op, a, b, call, truth), values)
}

# R gives what has the dimensions of the condition, and recycles the rest to it.
chosen <- function(test, yes, no) {
  call <- traced_call()
  dims <- dims_of(test)
  for (value in list(yes, no)) {
    if (is_single(value)) next
    if (is.null(dims) || is.null(dims_of(value)) || !same_dims(dims, dims_of(value))) {
      stop_tracing(
        call, paste("values of the dimensions of the condition,", paste0(shown_dims(dims), ",")),
        shown_dims(dims_of(value)), "single numbers go with everything; jz_where() broadcasts as numpy does"
      )
    }
  }
  apply_one("where", test, yes, no, dims = dims, call = call, truth = is_truth(yes) && is_truth(no))
}

SWEPT <- c(ARITHMETIC, pmax = "maximum", pmin = "minimum")

swept <- function(x, MARGIN, STATS, FUN = "-", check.margin = TRUE, ...) {
  call <- traced_call()
  if (is.function(FUN)) {
    given <- attr(FUN, "of") %||% FUN # pmax() and pmin() are ours inside of a traced function
    FUN <- names(SWEPT)[vapply(names(SWEPT), function(name) identical(get(name, baseenv()), given), NA)]
  }
  op <- SWEPT[FUN]
  if (length(op) != 1 || is.na(op)) {
    stop_tracing(call, paste("FUN as one of", toString(names(SWEPT))), shown(FUN))
  }
  if (!identical(as.double(MARGIN), 1) && !identical(as.double(MARGIN), 2)) {
    stop_tracing(call, "MARGIN as 1 or 2", shown(MARGIN))
  }
  dims <- matrix_dims(x, "sweep()", call)
  along <- dims_of(STATS)
  unknown <- is.null(along) || is.null(dims_of(x))
  if (!is_single(STATS) && !unknown && !(length(along) == 1 && same_dim(along[[1]], dims[[MARGIN]]))) {
    stop_tracing(call, paste("STATS as a vector along dimension", MARGIN, "of", shown_dims(dims)), shown_dims(along))
  }
  if (MARGIN == 2 || is_single(STATS)) return(apply_one(op[[1]], x, STATS, dims = dims, call = call))
  flipped(apply_one(op[[1]], flipped(x, call), STATS, dims = rev(dims), call = call), call)
}

joined <- function(axis, ...) {
  call <- traced_call()
  parts <- unname(list(...))
  dims <- lapply(parts, matrix_dims, what = "cbind() and rbind()", call = call)
  lengths <- vapply(dims, function(d) if (is.numeric(d[[axis]])) d[[axis]] else NA_real_, 0)
  result <- dims[[1]]
  result[[axis]] <- if (anyNA(lengths)) NA else sum(lengths)
  truth <- all(vapply(parts, is_truth, NA))
  apply_op("concat", parts, list(axis = if (axis == 2) 1L), 1, list(result), call, truth)[[1]]
}
