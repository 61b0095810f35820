# Operations of the catalogue on graphs, and nearest neighbours.

#' Graphs and neighbours in pipelines
#'
#' A graph is a square matrix in any layout: what is not zero at `a[i, j]` is an edge from node `i` to node `j`, and its
#' weight. Missing elements are refused when the pipeline runs. [jz_ops()] says what each operation gives, and by what
#' algorithm.
#'
#' @section Nodes count from 0:
#' Nodes and rows that are given and that are answered are values of the pipeline, which Python runs and reads as well,
#' and are counted from 0, as in [jz_op]. Where there is none, such as before a source or behind the end of a walk, they
#' are -1.
#'
#' @param a A value of a pipeline that is a square matrix.
#' @param damping The chance to follow an edge rather than begin anew.
#' @param tol The change of a turn, `sum(abs(new - old))`, at which to stop.
#' @param max_iter How many turns at most; it is an error if that takes more.
#' @param sources,source,starts Nodes, counted from 0.
#' @param length How many steps a walk has.
#' @param seed What random numbers begin with, from 0 to 2^31 - 1. The same seed gives the same walks.
#' @param x,queries Matrices of as many columns: the rows of `queries` are looked for among those of `x`.
#' @param k How many neighbours, at most the rows of `x`.
#' @param metric The distance.
#' @return A value of the pipeline, or a list of them: for `jz_bfs()` `levels` and `parents`, for
#'   `jz_connected_components()` `labels` and `count`, for `jz_knn()` `distances` and `indices`.
#' @examples
#' jz_pipeline(function(links) jz_topk(jz_pagerank(links), 10))
#' jz_pipeline(function(known, query) jz_knn(known, query, 3, "euclidean"))
#' @examplesIf jz_has_server()
#' db <- jz_local_server()
#' ring <- matrix(c(0, 0, 1, 1, 0, 0, 0, 1, 0), 3)
#' jz_run(db, jz_pipeline(function(a) jz_sssp(a, 0)), a = ring)
#' @name jz_graphs
NULL

node_dims <- function(a, what, call = traced_call()) {
  dims <- matrix_dims(a, what, call)
  list(dims[[1]])
}

# Nodes that are written as numbers are integers, whatever R made of them.
as_nodes <- function(nodes, name) {
  if (!is.numeric(nodes)) return(nodes)
  if (anyNA(nodes) || any(nodes != trunc(nodes) | nodes < 0 | nodes > .Machine$integer.max)) {
    stop_tracing(name, "nodes, counted from 0", shown(nodes))
  }
  storage.mode(nodes) <- "integer"
  nodes
}

#' @rdname jz_graphs
#' @export
jz_pagerank <- function(a, damping = 0.85, tol = 1e-6, max_iter = 100) {
  check_magnitude(damping, "damping")
  if (damping > 1) stop_tracing("damping", "a number from 0 to 1", shown(damping))
  check_magnitude(tol, "tol")
  check_count(max_iter, "max_iter", 1)
  settings <- list(
    damping = if (damping != 0.85) as.double(damping),
    max_iter = if (max_iter != 100) as.integer(max_iter),
    tol = if (tol != 1e-6) as.double(tol)
  )
  apply_one("pagerank", a, settings = settings, dims = node_dims(a, "jz_pagerank()"))
}

#' @rdname jz_graphs
#' @export
jz_bfs <- function(a, sources) {
  nodes <- apply_op("bfs", list(a, as_nodes(sources, "sources")), list(), 2, list(node_dims(a, "jz_bfs()")))
  list(levels = nodes[[1]], parents = nodes[[2]])
}

#' @rdname jz_graphs
#' @export
jz_sssp <- function(a, source) {
  apply_one("sssp", a, as_nodes(source, "source"), dims = node_dims(a, "jz_sssp()"))
}

#' @rdname jz_graphs
#' @export
jz_connected_components <- function(a) {
  dims <- list(node_dims(a, "jz_connected_components()"), list())
  nodes <- apply_op("connected_components", list(a), list(), 2, dims)
  list(labels = nodes[[1]], count = nodes[[2]])
}

#' @rdname jz_graphs
#' @export
jz_triangle_count <- function(a) apply_one("triangle_count", a, dims = list())

#' @rdname jz_graphs
#' @export
jz_k_core <- function(a) apply_one("k_core", a, dims = node_dims(a, "jz_k_core()"))

#' @rdname jz_graphs
#' @export
jz_random_walks <- function(a, starts, length, seed = 0) {
  check_count(length, "length")
  check_count(seed, "seed")
  if (seed > .Machine$integer.max) stop_tracing("seed", "a whole number below 2^31", shown(seed))
  if (is.numeric(starts) && is.null(dim(starts))) starts <- array(starts)
  walks <- if (length(dims_of(starts)) == 1) dims_of(starts) else list(NA)
  settings <- list(length = as.integer(length), seed = if (seed != 0) as.integer(seed))
  dims <- c(walks, list(as.double(length) + 1))
  apply_one("random_walks", a, as_nodes(starts, "starts"), settings = settings, dims = dims)
}

#' @rdname jz_graphs
#' @export
jz_knn <- function(x, queries, k, metric = c("cosine", "euclidean", "jaccard")) {
  check_count(k, "k")
  metric <- match.arg(metric)
  dims <- list(matrix_dims(queries, "jz_knn()")[[1]], as.double(k))
  settings <- list(k = as.integer(k), metric = if (metric != "cosine") metric)
  nodes <- apply_op("knn", list(x, queries), settings, 2, list(dims))
  list(distances = nodes[[1]], indices = nodes[[2]])
}
