# What is known of dimensions while a function is traced, so that R's recycling is kept or refused.
#
# Dimensions are a list of lengths, symbols and NA (any length); NULL where even the rank is not known. A bare number is
# a literal, which has none: it goes with everything. So does a single time.

dims_of <- function(value) {
  if (is_node(value)) return(value@dims)
  if (inherits(value, "jazz_block")) return(list()) # source_of() has the error for it
  if (!is.null(as_literal(value)) || is_single_time(value)) return(list())
  as.list(as.double(dim(value) %||% length(value)))
}

# What goes with everything, in R as in numpy: a single number, or a vector of length 1.
is_single <- function(value) {
  dims <- dims_of(value)
  !is.null(dims) && (length(dims) == 0 || length(dims) == 1 && identical(dims[[1]], 1))
}

# Whether two dimensions are surely equal. A symbol may turn out to be any length, 1 among them, which would be
# stretched.
same_dim <- function(a, b) !is.na(a) && !is.na(b) && identical(a, b)

same_dims <- function(da, db) length(da) == length(db) && all(mapply(same_dim, da, db))

shown_dims <- function(dims) {
  if (is.null(dims)) return("dimensions that are not known")
  paste0("[", toString(vapply(dims, function(d) if (is.na(d)) "*" else format_whole(d), "")), "]")
}

# An element-wise operation of two operands, as R recycles: equal dimensions, a single number, a vector along the
# columns of a matrix, or two vectors of which one may turn out to be of length 1. Whatever else R or numpy would
# recycle is refused.
elementwise <- function(op, a, b, call = traced_call(), truth = FALSE) {
  da <- dims_of(a)
  db <- dims_of(b)
  noted <- function(dims, x = a, y = b) apply_one(op, x, y, dims = dims, call = call, truth = truth)
  if (is_single(a) && length(db) >= length(da)) return(noted(db))
  if (is_single(b)) return(noted(da))
  if (is_single(a)) return(noted(db))
  if (is.null(da) || is.null(db)) stop_unknown(op, da, call)
  if (same_dims(da, db)) return(noted(da))
  if (length(da) == 1 && length(db) == 1 && may_be_equal(da[[1]], db[[1]])) {
    return(noted(list(met_dim(da[[1]], db[[1]]))))
  }
  if (length(da) == 2 && length(db) == 1 && same_dim(da[[1]], db[[1]])) {
    return(flipped(noted(rev(da), x = flipped(a, call)), call))
  }
  if (length(da) == 1 && length(db) == 2 && same_dim(da[[1]], db[[1]])) {
    return(flipped(noted(rev(db), y = flipped(b, call)), call))
  }
  stop_dims(call, da, db)
}

may_be_equal <- function(a, b) !(is.numeric(a) && is.numeric(b)) || is.na(a) || is.na(b)

# The length of two vectors that were stretched to one: that of a known one; it is not 1, which is a single number.
met_dim <- function(a, b) if (is.numeric(a) && !is.na(a)) a else if (is.numeric(b) && !is.na(b)) b else NA

# The transposed of a matrix, without a step where it is that of another.
flipped <- function(x, call = traced_call()) {
  dims <- rev(dims_of(x))
  if (is_node(x) && x@source$kind == "output" && x@source$step$op == "transpose") {
    source <- x@source$step$arguments[[1]]
    if (source$kind %in% c("input", "output")) return(new_node(source$trace, source, dims, x@truth))
  }
  apply_one("transpose", x, dims = dims, call = call, truth = is_truth(x))
}

is_truth <- function(value) if (is_node(value)) value@truth else is.logical(value)

stop_unknown <- function(op, da, call) {
  stop_tracing(
    call, "operands whose dimensions are known, since R recycles by them",
    paste("dimensions that are not known on", if (is.null(da)) "the left" else "the right"),
    paste0(
      "say what the inputs are, as in jz_pipeline(f, inputs = list(x = jz_dense(\"rows\", \"columns\"))), of a ",
      "data frame jz_table(list(a = jz_dense(\"n\"))); ",
      "sweep() needs no dimensions, and jz_", op, "() broadcasts as numpy does"
    )
  )
}

stop_dims <- function(call, da, db) {
  stop_tracing(
    call, "equal dimensions, or a vector as long as a matrix has rows", paste(shown_dims(da), "and", shown_dims(db)),
    "sweep(x, 2, v, \"+\") goes along the rows; dimensions that are equal have the same symbol"
  )
}

# The dimensions of a matrix, or NA for those that are not known; anything that is no matrix is refused.
matrix_dims <- function(x, what, call = traced_call()) {
  if (is_table(x)) stop_tracing(call, paste("a matrix for", what), "a table", "x$name is a field of it")
  dims <- dims_of(x)
  if (is.null(dims)) return(list(NA, NA))
  if (length(dims) != 2) stop_tracing(call, paste("a matrix for", what), shown_dims(dims))
  dims
}

product_dims <- function(a, b, call) {
  da <- dims_of(a)
  db <- dims_of(b)
  for (dims in list(da, db)) {
    if (!is.null(dims) && !length(dims) %in% 1:2) stop_tracing(call, "matrices or vectors for %*%", shown_dims(dims))
  }
  if (is.null(da) || is.null(db)) return(NULL)
  c(utils::head(da, -1), utils::tail(db, length(db) - 1))
}

reduced_dims <- function(dims, axis, keepdims) {
  if (is.null(dims)) return(if (is.null(axis) && !keepdims) list() else NULL)
  if (is.null(axis)) axis <- seq_along(dims)
  if (any(axis > length(dims))) stop_tracing("axis", sprintf("a dimension from 1 to %d", length(dims)), shown(axis))
  if (keepdims) dims[axis] <- list(1) else dims[axis] <- NULL
  dims
}
