# What is known of the dimensions of steps that are written from a message, as jz_call() writes them: by the
# operation, from those of its arguments. What is not known here is not known of the result; nothing is said that
# might turn out otherwise.

SAME_DIMS <- c(
  "abs", "cast", "clip", "exp", "fill_na", "flip", "is_na", "isin", "log", "log1p", "logical_not", "negative", "relu",
  "sigmoid", "sqrt", "str_len", "str_lower", "str_slice", "str_strip", "str_upper", "time_floor", "time_part",
  "to_dense", "to_sparse"
)
REDUCTIONS <- c("argmax", "count_na", "count_nonzero", "max", "mean", "min", "norm", "sum")

STRING_TESTS <- c("str_contains", "str_endswith", "str_startswith")
STRINGS <- c(STRING_TESTS, "str_replace")

# The dimensions of the outputs of a step.
#
# `dims`: of its arguments, a list for each, NULL where they are not known. `settings`: its parameters by name, as the
# message has them, axes from 0.
step_dims <- function(op, dims, settings, outputs) {
  first <- dims[[1L]]
  unknown <- rep(list(NULL), outputs)
  if (op %in% SAME_DIMS) return(list(first))
  if (op %in% c(ARITHMETIC, COMPARISONS, LOGIC, "logical_xor", "maximum", "minimum", "where", STRINGS)) {
    return(list(Reduce(stretched_dims, dims)))
  }
  axis <- counted_axis(settings$axis, length(first))
  if (op %in% REDUCTIONS) {
    if (any(axis > length(first))) return(unknown)
    return(list(reduced_dims(first, axis, isTRUE(settings$keepdims))))
  }
  switch(op,
    transpose = list(rev(first)),
    matmul = list(matmul_dims(first, dims[[2L]])),
    size = list(list()),
    topk = rep(list(if (length(first) > 0L) c(utils::head(first, -1L), list(as.double(settings$k)))), 2L),
    take = list(taken_dims(first, dims[[2L]], axis %||% 1)),
    filter = list(taken_dims(first, list(NA), axis %||% 1)),
    unknown
  )
}

# Axes of a message counted from 1, those from the end among them.
counted_axis <- function(axis, rank) if (!is.null(axis)) axis + 1 + ifelse(axis < 0, rank, 0)

# The dimensions of two operands that numpy broadcasts. A symbol may turn out to be 1, which is stretched.
stretched_dims <- function(a, b) {
  if (is.null(a) || is.null(b)) return(NULL)
  if (length(a) < length(b)) return(stretched_dims(b, a))
  ahead <- length(a) - length(b)
  a[ahead + seq_along(b)] <- Map(function(x, y) {
    if (identical(y, 1) || same_dim(x, y)) x else if (identical(x, 1)) y else NA
  }, a[ahead + seq_along(b)], b)
  a
}

matmul_dims <- function(a, b) {
  if (!length(a) %in% 1:2 || !length(b) %in% 1:2) return(NULL)
  c(utils::head(a, -1L), utils::tail(b, length(b) - 1L))
}

# The parameters of a step by name: numbers, truth values, texts; those that are graphs are left out.
plain_settings <- function(parameters) {
  values <- lapply(parameters, function(parameter) {
    if (!is.null(parameter$list)) return(unlist(lapply(parameter$list$values, `[[`, 1L)) %||% numeric())
    parameter$literal[[1L]]
  })
  stats::setNames(values, vapply(parameters, `[[`, "", "name"))
}
