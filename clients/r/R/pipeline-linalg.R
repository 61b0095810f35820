# Operations of the catalogue that are linear algebra, beyond the product of matrices.

#' Linear algebra in pipelines
#'
#' Products of every element with every element, decompositions and systems of equations. R's own `outer()`, `%o%`,
#' `kronecker()`, `%x%` and `solve()` write them, too, inside the function of a pipeline. Decompositions and solvers run
#' inside of scipy and refuse missing elements; their answers are the same each time.
#'
#' @param a,b,x Values of a pipeline, or vectors and matrices, which become constants. `jz_eigsh()` and `jz_cg()` take a
#'   symmetric `a`, the latter one that is positive definite.
#' @param k How many singular values or eigenvalues, less than the shorter side of `a`.
#' @param which Eigenvalues of greatest magnitude (`"LM"`), of smallest (`"SM"`), the greatest (`"LA"`), the
#'   smallest (`"SA"`).
#' @param rtol How far `a %*% x` may be from `b`, relative to it.
#' @param max_iter How many turns at most, ten for each row when `NULL`; it is an error if it takes more.
#' @return A value of the pipeline, or a list of them: for `jz_svds()` `u`, `s` and `vt`, for `jz_eigsh()` `w` and `v`,
#'   for `jz_cg()` `x` and `iterations`.
#' @examples
#' jz_pipeline(function(a, b) solve(a, b))
#' jz_pipeline(function(a) jz_svds(a, 2)$u)
#' @name jz_linalg
NULL

#' @rdname jz_linalg
#' @export
jz_trace <- function(x) apply_one("trace", x, dims = list())

#' @rdname jz_linalg
#' @export
jz_outer <- function(a, b) {
  lengths <- list(dims_of(a), dims_of(b))
  known <- all(lengths(lengths) == 1)
  apply_one("outer", a, b, dims = if (known) c(lengths[[1]], lengths[[2]]))
}

#' @rdname jz_linalg
#' @export
jz_kron <- function(a, b) {
  first <- dims_of(a)
  second <- dims_of(b)
  dims <- if (length(first) == length(second) && length(first) > 0) Map(multiplied_dim, first, second)
  apply_one("kron", a, b, dims = dims)
}

multiplied_dim <- function(m, n) {
  if (is.numeric(m) && identical(as.double(m), 1)) return(n)
  if (is.numeric(n) && identical(as.double(n), 1)) return(m)
  if (is.numeric(m) && is.numeric(n)) m * n else NA
}

#' @rdname jz_linalg
#' @export
jz_svds <- function(a, k = 6) {
  check_count(k, "k", 1)
  dims <- matrix_dims(a, "jz_svds()")
  k <- as.integer(k)
  result <- list(list(dims[[1]], as.double(k)), list(as.double(k)), list(as.double(k), dims[[2]]))
  nodes <- apply_op("svds", list(a), list(k = if (k != 6L) k), 3, result)
  list(u = nodes[[1]], s = nodes[[2]], vt = nodes[[3]])
}

#' @rdname jz_linalg
#' @export
jz_eigsh <- function(a, k = 6, which = c("LM", "SM", "LA", "SA")) {
  check_count(k, "k", 1)
  which <- match.arg(which)
  dims <- matrix_dims(a, "jz_eigsh()")
  k <- as.integer(k)
  settings <- list(k = if (k != 6L) k, which = if (which != "LM") which)
  nodes <- apply_op("eigsh", list(a), settings, 2, list(list(as.double(k)), list(dims[[1]], as.double(k))))
  list(w = nodes[[1]], v = nodes[[2]])
}

#' @rdname jz_linalg
#' @export
jz_spsolve <- function(a, b) apply_one("spsolve", a, b, dims = dims_of(b))

#' @rdname jz_linalg
#' @export
jz_cg <- function(a, b, rtol = 1e-5, max_iter = NULL) {
  check_magnitude(rtol, "rtol")
  if (!is.null(max_iter)) check_count(max_iter, "max_iter", 1)
  settings <- list(
    max_iter = if (!is.null(max_iter)) as.integer(max_iter), rtol = if (rtol != 1e-5) as.double(rtol)
  )
  nodes <- apply_op("cg", list(a, b), settings, 2, list(dims_of(b), list()))
  list(x = nodes[[1]], iterations = nodes[[2]])
}

#' @rdname jz_operators
#' @export
solve.jazz_node <- function(a, b, ...) {
  no_more(...)
  call <- traced_call()
  if (missing(b)) stop_tracing(call, "a right side, solve(a, b)", "none", "the inverse of a sparse matrix is dense")
  apply_one("spsolve", a, b, dims = dims_of(b), call = call)
}

outer_product <- function(x, y, fun) {
  if (!identical(fun, "*") && !identical(fun, `*`)) {
    stop_tracing(traced_call(), "FUN = \"*\"", shown(fun), "sweep() and the like broadcast other operations")
  }
  check_counts(x, y, traced_call())
  jz_outer(x, y)
}

kronecker_product <- function(x, y, fun, make_dimnames = FALSE) {
  call <- traced_call()
  if (!identical(fun, "*") && !identical(fun, `*`)) stop_tracing(call, "FUN = \"*\"", shown(fun))
  if (!isFALSE(make_dimnames)) stop_tracing(call, "make.dimnames = FALSE", shown(make_dimnames))
  check_counts(x, y, call)
  jz_kron(x, y)
}
