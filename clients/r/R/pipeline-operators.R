# R's own operators and generics on values of a pipeline.

ARITHMETIC <- c("+" = "add", "-" = "subtract", "*" = "multiply", "/" = "divide")
COMPARISONS <- c(
  "==" = "equal", "!=" = "not_equal", "<" = "less", "<=" = "less_equal", ">" = "greater", ">=" = "greater_equal"
)
UNARY <- c("abs", "exp", "log1p", "sqrt")

binary_operator <- function(sign, a, b) {
  call <- traced_call()
  if (sign %in% names(ARITHMETIC)) return(elementwise(ARITHMETIC[[sign]], a, b, call))
  if (sign %in% names(COMPARISONS)) return(elementwise(COMPARISONS[[sign]], a, b, call))
  if (sign == "^" && is.numeric(b) && length(b) == 1 && b %in% c(2, 0.5)) return(if (b == 2) elementwise("multiply", a, a, call) else apply_one("sqrt", a, dims = dims_of(a), call = call))
  instead <- switch(sign,
    "^" = "x^2 and x^0.5; exp(p * log(x)) for another power of what is above 0",
    "&" = "a * b for truth values",
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
#' a matrix has rows, which goes along the columns. A vector in `%*%` stays a vector.
#'
#' @param e1,e2,x,y,... Values of a pipeline, numbers, or vectors and matrices, which become constants.
#' @param i,j,drop,name,base,na.rm As in R.
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
    return(switch(.Generic,
      "-" = apply_one("negative", e1, dims = dims_of(e1)),
      "+" = e1,
      "!" = stop_tracing(traced_call(), "x == FALSE for truth values", "the operator !")
    ))
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
setMethod("is.na", "jazz_node", function(x) apply_one("is_na", x, dims = dims_of(x)))

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
  if (nargs() - (!missing(drop)) < 3) stop_tracing(call, "x[rows, ] or x[, columns]", "one index")
  if (!missing(i)) x <- taken(x, i, 1, call)
  if (!missing(j)) x <- taken(x, j, 2, call)
  x
})

# The rows or columns at positions that are known when the pipeline is written, counted from 1.
taken <- function(x, positions, axis, call) {
  if (is_node(positions)) {
    stop_tracing(call, "positions that are known now", "a value of the pipeline", "jz_take(x, i, axis) takes one")
  }
  if (!is.numeric(positions) || anyNA(positions) || any(positions < 1 | positions != trunc(positions))) {
    stop_tracing(call, "positions from 1 on", shown(positions))
  }
  dims <- matrix_dims(x, "[", call)
  dims[[axis]] <- as.double(length(positions))
  indices <- as.integer(positions - 1)
  if (length(indices) == 1) dim(indices) <- 1L
  apply_one("take", x, indices, settings = list(axis = if (axis == 2) 1L), dims = dims, call = call)
}

#' @rdname jz_operators
#' @export
t.jazz_node <- function(x) {
  call <- traced_call()
  dims <- matrix_dims(x, "t()", call)
  apply_one("transpose", x, dims = rev(dims), call = call)
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

# Functions of R that are no generics: what a traced function calls by these names. They are R's own where no value of a
# pipeline is concerned.
node_functions <- function() {
  of_nodes <- function(ours, theirs) {
    function(...) if (any(vapply(list(...), is_node, NA))) ours(...) else theirs(...)
  }
  list(
    rowSums = of_nodes(function(x, na.rm = FALSE) reduce_lines("sum", x, 2, na.rm), rowSums),
    colSums = of_nodes(function(x, na.rm = FALSE) reduce_lines("sum", x, 1, na.rm), colSums),
    rowMeans = of_nodes(function(x, na.rm = FALSE) reduce_lines("mean", x, 2, na.rm), rowMeans),
    colMeans = of_nodes(function(x, na.rm = FALSE) reduce_lines("mean", x, 1, na.rm), colMeans),
    crossprod = of_nodes(function(x, y = x) matrix_product(t(x), y), crossprod),
    tcrossprod = of_nodes(function(x, y = x) matrix_product(x, t(y)), tcrossprod),
    pmax = of_nodes(function(...) pairwise("maximum", ...), pmax),
    pmin = of_nodes(function(...) pairwise("minimum", ...), pmin),
    ifelse = of_nodes(function(test, yes, no) chosen(test, yes, no), ifelse),
    sweep = of_nodes(swept, sweep),
    cbind = of_nodes(function(...) joined(2, ...), cbind),
    rbind = of_nodes(function(...) joined(1, ...), rbind),
    diag = of_nodes(function(x) jz_diag(x), diag),
    nrow = of_nodes(function(x) no_data("asked for its rows", "jz_size(x, 1)"), nrow),
    ncol = of_nodes(function(x) no_data("asked for its columns", "jz_size(x, 2)"), ncol)
  )
}

reduce_lines <- function(op, x, axis, na.rm) {
  matrix_dims(x, paste0(if (axis == 2) "row" else "col", if (op == "sum") "Sums()" else "Means()"))
  reduce(op, x, axis, FALSE, na.rm)
}

pairwise <- function(op, ..., na.rm = FALSE) {
  if (!isFALSE(na.rm)) stop_tracing(traced_call(), "na.rm = FALSE", "na.rm = TRUE", "jz_fill_na() fills what is missing")
  Reduce(function(a, b) elementwise(op, a, b), list(...))
}

chosen <- function(test, yes, no) {
  call <- traced_call()
  dims <- dims_of(test)
  for (value in list(yes, no)) {
    other <- dims_of(value)
    if (is_scalar(value)) next
    if (is.null(dims) || is.null(other) || length(dims) != length(other) || !all(mapply(same_dim, dims, other))) {
      stop_tracing(call, "values of the dimensions of the condition, or single numbers", shown_dims(other))
    }
  }
  apply_one("where", test, yes, no, dims = dims, call = call)
}

SWEPT <- c(ARITHMETIC, pmax = "maximum", pmin = "minimum")

swept <- function(x, MARGIN, STATS, FUN = "-", check.margin = TRUE, ...) {
  call <- traced_call()
  op <- if (is.character(FUN)) SWEPT[FUN] else SWEPT[vapply(names(SWEPT), function(n) identical(match.fun(n), FUN), NA)]
  if (length(op) != 1 || is.na(op)) {
    stop_tracing(call, paste("FUN as one of", toString(names(SWEPT))), shown(FUN))
  }
  if (!identical(as.double(MARGIN), 1) && !identical(as.double(MARGIN), 2)) {
    stop_tracing(call, "MARGIN as 1 or 2", shown(MARGIN))
  }
  dims <- matrix_dims(x, "sweep()", call)
  along <- dims_of(STATS)
  known <- !is.null(along) && !is_scalar(STATS)
  if (known && (length(along) != 1 || !is.na(dims[[MARGIN]]) && !same_dim(along[[1]], dims[[MARGIN]]))) {
    stop_tracing(call, paste("STATS as a vector along dimension", MARGIN, "of", shown_dims(dims)), shown_dims(along))
  }
  if (MARGIN == 2 || is_scalar(STATS)) return(apply_one(op[[1]], x, STATS, dims = dims, call = call))
  flipped(apply_one(op[[1]], flipped(x, call), STATS, dims = rev(dims), call = call), call)
}

joined <- function(axis, ...) {
  call <- traced_call()
  parts <- list(...)
  dims <- lapply(parts, matrix_dims, what = "cbind() and rbind()", call = call)
  lengths <- vapply(dims, function(d) if (is.numeric(d[[axis]])) d[[axis]] else NA_real_, 0)
  result <- dims[[1]]
  result[[axis]] <- if (anyNA(lengths)) NA else sum(lengths)
  apply_op("concat", parts, list(axis = if (axis == 2) 1L), 1, list(result), call)[[1]]
}
