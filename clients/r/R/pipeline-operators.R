# R's own operators and generics on values of a pipeline.

ARITHMETIC <- c(
  "+" = "add", "-" = "subtract", "*" = "multiply", "/" = "divide", "^" = "pow", "%%" = "remainder",
  "%/%" = "floor_divide"
)
COMPARISONS <- c(
  "==" = "equal", "!=" = "not_equal", "<" = "less", "<=" = "less_equal", ">" = "greater", ">=" = "greater_equal"
)
LOGIC <- c("&" = "logical_and", "|" = "logical_or")
UNARY <- c(
  abs = "abs", sign = "sign", sqrt = "sqrt", exp = "exp", expm1 = "expm1", log1p = "log1p", sin = "sin", cos = "cos",
  tanh = "tanh", floor = "floor", ceiling = "ceil", trunc = "trunc"
)

binary_operator <- function(sign, a, b) {
  call <- traced_call()
  if (is.null(a) || is.null(b)) stop_tracing(call, "a value", "NULL")
  if (sign %in% names(COMPARISONS)) return(elementwise(COMPARISONS[[sign]], a, b, call, truth = TRUE))
  if (sign %in% names(LOGIC)) return(elementwise(LOGIC[[sign]], as_truth(a), as_truth(b), call, truth = TRUE))
  check_no_texts(a, b, call)
  if (sign != "/" && is_truth(a) && is_truth(b)) stop_truth(call, "truth values on both sides", "; & is and, | is or")
  if (sign == "^") {
    a <- as_real(a)
    b <- as_real(b)
  }
  elementwise(ARITHMETIC[[sign]], a, b, call)
}

stop_truth <- function(call, found, more = "") {
  advice <- paste0("jz_cast(x, \"int32\") makes them integers", more)
  stop_tracing(call, "numbers", paste0(found, ", which are no integers here"), advice)
}

# R's products of truth values count; numpy's are truth values.
check_counts <- function(x, y, call) {
  if (is_truth(x) && is_truth(y)) stop_truth(call, "truth values on both sides", "; jz_matmul() has \"or_and\"")
}

# R's functions of numbers take truth values for 0 and 1; numpy's compute with the fewest bits that hold these.
of_numbers <- function(op, x) {
  if (is_truth(x)) stop_truth(traced_call(), "truth values")
  apply_one(op, x, dims = dims_of(x))
}

# A single number as R's & takes it, and as R's ^ does.
as_truth <- function(value) if (is.numeric(value) && !is.null(as_literal(value))) as.logical(value) else value
as_real <- function(value) if (is.integer(value) && !is.null(as_literal(value))) as.double(value) else value

#' R's operators on values of a pipeline
#'
#' Inside the function that [jz_pipeline()] traces, R's operators and functions write steps: arithmetic and
#' comparisons, `&`, `|`, `!`, `xor()`, `%*%`, `crossprod()`, `tcrossprod()`, `t()`; `exp()`, `expm1()`, `log()`,
#' `log2()`, `log10()`, `log1p()`, `sqrt()`, `abs()`, `sign()`, `sin()`, `cos()`, `tanh()`, `round()`, `floor()`,
#' `ceiling()`, `trunc()`, also of times to a unit; `cumsum()`, `sum()`, `prod()`, `mean()`, `max()`, `min()`,
#' `range()`, `any()`, `all()`, `var()`, `sd()`, `median()`, `quantile()`, `rowSums()`, `colSums()`, `rowMeans()`,
#' `colMeans()`; `pmax()`, `pmin()`, `ifelse()`, `%in%`, `is.element()`, `sweep()`, `cbind()`, `rbind()`, `diag()`,
#' `is.na()`, `is.nan()`, `is.finite()`, `is.infinite()`; `x[rows, ]` and `x[, columns]` with positions, truth values or
#' what `order()` gives, `x$field` of a table; `head()`, `tail()`, `rev()`, `sort()`, `order()`, `unique()`,
#' `dim(x) <-`. [jz_strings] has those of texts, such as `nchar()` and `paste0()`.
#'
#' The rows of what is known to be a table are those of a data frame: `x[rows, ]`, also `x[x$a > 2, ]` and
#' `x[order(x$a), ]`, `x[rows, "a"]`, `head()`, `tail()`, and `rbind()` of tables with the same fields. A single row
#' stays a table. So are its fields: `x$a <- y`, `x$a <- NULL`, `x[c("a", "b")]`, `x[rows, c("a", "b")]`, `with()`,
#' `transform()`, `within()`, `cbind(x, a = y)`, and `data.frame(a = y)` makes a table. [merge()][jz_merge] joins two by
#' keys; [aggregate()][jz_aggregate] and [rowsum()][jz_aggregate] tell of their rows in groups.
#'
#' Element-wise operators recycle as R does, or are refused: equal dimensions, a single number, and a vector as long as
#' a matrix has rows, which goes along the columns. To know, they need the types of the inputs, in which dimensions that
#' are equal have the same symbol. [jz_op] has functions that broadcast as numpy does, and need no types.
#'
#' Where Jazz differs from R:
#' * what is computed has no names and no dimnames;
#' * `x[i, j]` drops a dimension of which one position is known to be wanted, and none because of what the data is: a
#'   mask that is computed, and a matrix that turns out to have one row, stay matrices;
#' * `max()` and `min()` of what is all missing are missing with `na.rm = TRUE`, too, where R has `-Inf` and `Inf`;
#' * comparisons with `NaN` are `FALSE`, `!=` is `TRUE`, where R has `NA`, and `NaN %in% NaN` is `FALSE`;
#' * `x %in% table` has the dimensions of `x`, and is of texts with texts and numbers with numbers, as `==` is;
#' * texts are less and greater by code points, whatever the locale, as R sorts them with `method = "radix"`; numbers,
#'   texts and times do not become each other: `x == "1"` is refused for numbers, and a text beside dates;
#'   `x + "a"` is refused, and `paste0(x, "a")` of numbers;
#' * factors whose levels are not the same are equal by their texts, where R has an error; `<` of a factor without an
#'   order, or beside a text that is no level, is refused, where R has `NA`;
#' * a vector in `%*%` stays a vector, and the result is one, where R would give a matrix of one row or column;
#' * missing is not `NaN`: `is.na()` is `FALSE` for `NaN`, and `na.rm = TRUE` leaves out what is missing, and no `NaN`;
#' * truth values are no integers: `(x > 0) + (y > 0)`, `crossprod(x > 0)` and `exp(x > 0)` are refused, `sum(x > 0)`
#'   counts. An input of truth values has to be known as one for that, `jz_dense("n", type = "bool")`: otherwise the sum
#'   of two is "or";
#' * integers that overflow wrap around, where R has `NA`, and stay integers in `prod()`, in powers of each other and
#'   in `%*%` and `outer()`, where R computes with doubles; divided by 0 with `%/%` and `%%` they give 0;
#' * what is absent of a sparse matrix stays 0 in `x * NA`, `x * Inf` and `x / 0`;
#' * `&`, `|` and `!` are of truth values: `x != 0` makes them of numbers;
#' * `round(x, digits)` is `round(x * 10^digits) / 10^digits`, which can differ from R's in the last digit;
#' * `var()` is of a vector: of a matrix R has covariances;
#' * `sort()` and `order()` have texts in the order of their code points, whatever the locale, and `NaN` behind numbers;
#' * a number is not added to a date or a time: `x + as.difftime(1, units = "days")` is a day later. Differences are in
#'   seconds, where R has days between dates and chooses a unit between times. `pmax()` and `pmin()` of times in two
#'   zones are refused;
#' * `trunc(x, units)` of times needs its `units`, gives what `x` is, also where R gives a `POSIXlt`, and is exact where
#'   clocks are moved: [jz_time_floor()] has the rule, and further units.
#'
#' @param e1,e2,x,y,a,b,... Values of a pipeline, numbers, or vectors and matrices, which become constants.
#' @param i,j,drop,name,na.rm As in R.
#' @return A value of the pipeline.
#' @name jz_operators
#' @order 1
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
setMethod("!", "jazz_node", function(x) apply_one("logical_not", x, dims = dims_of(x), truth = TRUE))

#' @rdname jz_operators
#' @export
setMethod("Math", "jazz_node", function(x) {
  if (.Generic == "cumsum") return(summed_up(x))
  if (.Generic %in% c("log2", "log10")) return(to_base(x, if (.Generic == "log2") 2 else 10))
  if (!.Generic %in% names(UNARY)) {
    known <- toString(c(names(UNARY), "log", "log2", "log10", "cumsum"))
    stop_tracing(traced_call(), paste("one of", known, "and the jz_ functions"), .Generic)
  }
  of_numbers(UNARY[[.Generic]], x)
})

#' @rdname jz_operators
#' @param digits As in R.
#' @export
setMethod("Math2", "jazz_node", function(x, digits) {
  if (.Generic != "round") stop_tracing(traced_call(), "round(x, digits)", .Generic)
  jz_round(x, if (missing(digits)) 0 else digits)
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
  if (...length() == 0) return(of_numbers("log", x))
  base <- ..1
  if (...length() > 1 || !is.numeric(base) || length(base) != 1 || is.na(base) || base <= 0) {
    stop_tracing(traced_call(), "log(x, base) with a base that is a number above 0", shown(base))
  }
  to_base(x, base)
})

to_base <- function(x, base) of_numbers("log", x) / log(base)

#' @rdname jz_operators
#' @export
setMethod("Summary", "jazz_node", function(x, ..., na.rm = FALSE) {
  if (...length() > 0) stop_tracing(traced_call(), paste0(.Generic, "(x) of one value"), "several values")
  if (.Generic == "range") {
    # jz_quantile(x, c(0, 1)) would be one step, but of numbers alone
    return(jz_stack(lapply(c("min", "max"), function(end) reduce(end, x, NULL, FALSE, na.rm))))
  }
  reduce(.Generic, x, NULL, FALSE, na.rm, truth = .Generic %in% c("any", "all"))
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
  check_counts(x, y, call)
  apply_one("matmul", x, y, dims = product_dims(x, y, call), call = call)
}

#' @rdname jz_operators
#' @export
setMethod("is.na", "jazz_node", function(x) apply_one("is_na", x, dims = dims_of(x), truth = TRUE))

# R's questions whether numbers are numbers have an answer where something is missing: that it is none.
asked <- function(op, x) {
  jz_fill_na(apply_one(op, x, dims = dims_of(x), truth = TRUE), FALSE)
}

# R's %in%: what is missing is among what has something missing.
among <- function(x, table) {
  found <- jz_fill_na(jz_isin(x, table %||% logical()), FALSE)
  if ((!is_node(x) && !anyNA(x)) || (!is_node(table) && !anyNA(table))) return(found)
  jz_logical_or(found, jz_logical_and(jz_is_na(x), jz_any(jz_is_na(table))))
}

#' @rdname jz_operators
#' @export
setMethod("is.nan", "jazz_node", function(x) asked("isnan", x))

#' @rdname jz_operators
#' @export
setMethod("is.finite", "jazz_node", function(x) asked("isfinite", x))

#' @rdname jz_operators
#' @export
setMethod("is.infinite", "jazz_node", function(x) asked("isinf", x))

#' @rdname jz_operators
#' @export
setMethod("$", "jazz_node", function(x, name) table_field(x, name))

#' @rdname jz_operators
#' @export
setMethod("[[", "jazz_node", function(x, i, j, ...) {
  if (!missing(j)) stop_tracing(traced_call(), "the name of one field, x[[\"name\"]]", "two indices")
  if (!is.character(i) || length(i) != 1) {
    stop_tracing(traced_call(), "the name of a field, x[[\"name\"]]", shown(i))
  }
  table_field(x, i)
})

#' @rdname jz_operators
#' @export
t.jazz_node <- function(x) {
  call <- traced_call()
  dims <- matrix_dims(x, "t()", call)
  apply_one("transpose", x, dims = rev(dims), call = call, truth = is_truth(x))
}

#' @rdname jz_operators
#' @export
mean.jazz_node <- function(x, ..., na.rm = FALSE) {
  no_more(...)
  reduce("mean", x, NULL, FALSE, na.rm)
}

#' @rdname jz_operators
#' @importFrom stats median
#' @export
median.jazz_node <- function(x, na.rm = FALSE, ...) {
  no_more(...)
  jz_quantile(x, 0.5, na.rm = na.rm)
}

#' @rdname jz_operators
#' @param probs,type,names As in R; `type` is 7, and there are no names.
#' @importFrom stats quantile
#' @export
quantile.jazz_node <- function(x, probs = c(0, 0.25, 0.5, 0.75, 1), na.rm = FALSE, names = FALSE, type = 7, ...) {
  no_more(...)
  if (!isFALSE(names)) stop_tracing(traced_call(), "names = FALSE, since results have no names", shown(names))
  if (!identical(as.double(type), 7)) {
    stop_tracing(traced_call(), "type = 7; jz_quantile() has other methods", shown(type))
  }
  jz_quantile(x, probs, na.rm = na.rm)
}

# Of a matrix as a vector, column by column, as R has it.
summed_up <- function(x) {
  call <- traced_call()
  rank <- length(dims_of(x))
  if (is.null(dims_of(x)) || !rank %in% 1:2) {
    stop_tracing(call, "a vector or a matrix for cumsum(); jz_cumsum(x, axis) takes any", shown_dims(dims_of(x)))
  }
  jz_cumsum(if (rank == 2) flipped(x, call) else x)
}

# The variance of a sample.
sample_variance <- function(x, y = NULL, na.rm = FALSE) {
  if (!is.null(y) || length(dims_of(x)) != 1) {
    stop_tracing(
      traced_call(), "var(x) of what is known to be a vector", if (is.null(y)) shown_dims(dims_of(x)) else "two values",
      "jz_var(x, axis, correction = 1) is that of columns or rows"
    )
  }
  jz_var(x, correction = 1L, na.rm = na.rm)
}

# Refuses what R's generic has for other classes: leaving it out of account would give another answer.
no_more <- function(...) {
  if (...length() == 0) return(invisible())
  names <- names(substitute(list(...)))[-1] %||% character(...length()) # not evaluated: subset = x > 1 has no value
  stop_tracing(traced_call(), "no further arguments", toString(ifelse(nzchar(names), names, "one without a name")))
}

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

#' @export
str.jazz_node <- function(object, ...) {
  cat(" ")
  print(object)
}

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
  if (is_text(yes)) no <- as_missing_text(no)
  if (is_text(no)) yes <- as_missing_text(yes)
  for (value in list(yes, no)) {
    if (is_single(value)) next
    if (is.null(dims) || is.null(dims_of(value)) || !same_dims(dims, dims_of(value))) {
      stop_tracing(
        call, paste("values of the dimensions of the condition:", shown_dims(dims)),
        shown_dims(dims_of(value)), "single numbers go with everything; jz_where() broadcasts as numpy does"
      )
    }
  }
  apply_one("where", test, yes, no, dims = dims, call = call, truth = is_truth(yes) && is_truth(no))
}

SWEPT <- c(ARITHMETIC, pmax = "maximum", pmin = "minimum")

swept <- function(x, MARGIN, STATS, FUN = "-", check.margin = TRUE, ...) {
  call <- traced_call()
  no_more(...)
  asked <- FUN
  if (is.function(FUN)) {
    given <- attr(FUN, "of") %||% FUN # pmax() and pmin() are ours inside of a traced function
    FUN <- names(SWEPT)[vapply(names(SWEPT), function(name) identical(get(name, baseenv()), given), NA)]
  }
  op <- SWEPT[FUN]
  if (length(op) != 1 || is.na(op)) {
    stop_tracing(call, paste("FUN as one of", toString(names(SWEPT))), shown(asked))
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
