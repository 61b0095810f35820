# What is known of dimensions while a function is traced, so that R's recycling is kept or refused.
#
# Dimensions are a list of lengths, symbols and NA (any length); NULL where even the rank is not known. A bare number is
# a literal, which has none: it goes with everything.

dims_of <- function(value) {
  if (is_node(value)) return(value@dims)
  if (!is.null(as_literal(value))) return(list())
  as.list(as.double(dim(value) %||% length(value)))
}

is_scalar <- function(value) length(dims_of(value)) == 0 && !is.null(dims_of(value))

same_dim <- function(a, b) {
  if (is.na(a) || is.na(b)) return(FALSE)
  if (is.character(a) && is.character(b)) {
    return(TRUE) # two symbols that meet become one
  }
  if (is.character(a) || is.character(b)) {
    return(!identical(if (is.character(a)) b else a, 1)) # a symbol stands for any length but 1
  }
  a == b
}

met_dim <- function(a, b) if (is.character(a)) b else a

shown_dims <- function(dims) {
  if (is.null(dims)) return("of a rank that is not known")
  paste0("[", toString(vapply(dims, function(d) if (is.na(d)) "*" else format_whole(d), "")), "]")
}

# An element-wise operation of two operands, as R recycles: equal dimensions, a scalar, or a vector along the columns of
# a matrix. Whatever else R or numpy would recycle is refused.
elementwise <- function(op, a, b, call = traced_call()) {
  da <- dims_of(a)
  db <- dims_of(b)
  if (is_scalar(a)) return(apply_one(op, a, b, dims = db, call = call))
  if (is_scalar(b)) return(apply_one(op, a, b, dims = da, call = call))
  if (is.null(da) || is.null(db)) {
    which <- if (is.null(da)) "the left" else "the right"
    stop_tracing(
      call, "operands whose dimensions are known, since R recycles by them",
      paste("dimensions that are not known on", which, "side"),
      paste0(
        "say what the inputs are, as in jz_pipeline(f, inputs = list(x = jz_dense(\"rows\", \"columns\"))); ",
        "sweep() needs no dimensions, and jz_", op, "() broadcasts as numpy does"
      )
    )
  }
  if (length(da) == length(db)) {
    if (!all(mapply(same_dim, da, db))) stop_dims(call, da, db)
    return(apply_one(op, a, b, dims = mapply(met_dim, da, db, SIMPLIFY = FALSE), call = call))
  }
  if (length(da) == 2 && length(db) == 1 && down_columns(db[[1]], da)) return(flipped(apply_one(op, flipped(a, call), b, dims = rev(da), call = call), call))
  if (length(da) == 1 && length(db) == 2 && down_columns(da[[1]], db)) return(flipped(apply_one(op, a, flipped(b, call), dims = rev(db), call = call), call))
  stop_dims(call, da, db)
}

# Whether a vector is as long as a matrix has rows. One that is called as the columns are was meant for them.
down_columns <- function(vector, matrix) {
  same_dim(vector, matrix[[1]]) && (identical(vector, matrix[[1]]) || !identical(vector, matrix[[2]]))
}

flipped <- function(x, call = traced_call()) apply_one("transpose", x, dims = rev(dims_of(x)), call = call)

stop_dims <- function(call, da, db) {
  stop_tracing(
    call, "equal dimensions, or a vector as long as a matrix has rows", paste(shown_dims(da), "and", shown_dims(db)),
    "sweep(x, 2, v, \"+\") goes along the rows; name dimensions that are equal alike"
  )
}

# The dimensions of a matrix, or NA for those that are not known; anything that is no matrix is refused.
matrix_dims <- function(x, what, call = traced_call()) {
  dims <- dims_of(x)
  if (is.null(dims)) return(list(NA, NA))
  if (length(dims) != 2) stop_tracing(call, paste("a matrix for", what), shown_dims(dims))
  dims
}

product_dims <- function(a, b, call) {
  da <- dims_of(a) %||% list(NA, NA)
  db <- dims_of(b) %||% list(NA, NA)
  for (dims in list(da, db)) {
    if (!length(dims) %in% 1:2) stop_tracing(call, "matrices or vectors for %*%", shown_dims(dims))
  }
  c(utils::head(da, -1), utils::tail(db, length(db) - 1))
}

reduced_dims <- function(dims, axis, keepdims) {
  if (is.null(axis)) return(if (is.null(dims)) if (keepdims) NULL else list() else if (keepdims) lapply(dims, function(d) 1) else list())
  if (is.null(dims)) return(NULL)
  if (keepdims) dims[axis] <- list(1) else dims[axis] <- NULL
  dims
}
