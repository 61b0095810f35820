# Functions of R that are no generics, for values of a pipeline: what a traced function, and the functions that it
# calls, find by these names. They are R's own where no value of a pipeline is concerned.

of_nodes <- list(
  rowSums = function(x, na.rm = FALSE) reduce_lines("sum", x, 2, na.rm),
  colSums = function(x, na.rm = FALSE) reduce_lines("sum", x, 1, na.rm),
  rowMeans = function(x, na.rm = FALSE) reduce_lines("mean", x, 2, na.rm),
  colMeans = function(x, na.rm = FALSE) reduce_lines("mean", x, 1, na.rm),
  crossprod = function(x, y = x) matrix_product(t(x), y),
  tcrossprod = function(x, y = x) matrix_product(x, t(y)),
  pmax = function(...) pairwise("maximum", ...),
  pmin = function(...) pairwise("minimum", ...),
  ifelse = function(test, yes, no) chosen(test, yes, no),
  sweep = function(...) swept(...),
  cbind = function(..., deparse.level = 1) { # nolint: object_name_linter.
    if (!any(vapply(list(...), has_fields, NA))) return(joined(list(...), 2))
    frame_of(as.list(substitute(list(...)))[-1], list(...), traced_call(), checked = FALSE)
  },
  data.frame = function(..., check.names = TRUE) { # nolint: object_name_linter.
    frame_of(as.list(substitute(list(...)))[-1], list(...), traced_call(), checked = check.names)
  },
  rbind = function(..., deparse.level = 1) joined(list(...), 1), # nolint: object_name_linter.
  diag = function(x) diagonal(x),
  outer = function(X, Y, FUN = "*") outer_product(X, Y, FUN), # nolint: object_name_linter.
  `%o%` = function(X, Y) outer_product(X, Y, "*"), # nolint: object_name_linter.
  kronecker = function(X, Y, FUN = "*", make.dimnames = FALSE) { # nolint: object_name_linter.
    kronecker_product(X, Y, FUN, make.dimnames)
  },
  `%x%` = function(X, Y) kronecker_product(X, Y, "*"), # nolint: object_name_linter.
  order = function(...) ordered_positions(...),
  merge = function(x, y, ...) merge.jazz_node(x, y, ...),
  aggregate = structure(function(x, ...) aggregate_of(x, ...), takes_lists = TRUE),
  rowsum = function(x, group, ...) rowsum.jazz_node(x, group, ...),
  `%in%` = function(x, table) among(x, table),
  is.element = function(el, table) among(el, table),
  match = function(...) no_data("passed to match()", "x %in% table, or merge() for what stands beside it"),
  c = function(...) strung(...),
  nrow = function(x) no_data("asked for its rows", "jz_size(x, 1)"),
  ncol = function(x) no_data("asked for its columns", "jz_size(x, 2)"),
  tapply = function(...) no_data("passed to tapply()", "aggregate(x, by = list(k = k), FUN = sum)"),
  scale = function(...) no_data("passed to scale()", "sweep() with colMeans() and the like"),
  apply = function(...) no_data("passed to apply()", "rowSums() and the like, or jz_sum(x, axis)"),
  which = function(x, ...) no_data("passed to which()", "x[mask] and x[mask, ] with the truth values themselves"),
  which.max = function(x) no_data("passed to which.max()", "jz_argmax(x), which counts from 0"),
  which.min = function(x) no_data("passed to which.min()", "jz_argmin(x), which counts from 0"),
  xor = function(x, y) elementwise("logical_xor", as_truth(x), as_truth(y), truth = TRUE),
  var = function(x, y = NULL, na.rm = FALSE) sample_variance(x, y, na.rm),
  sd = function(x, na.rm = FALSE) jz_std(x, correction = 1L, na.rm = na.rm)
)

# What R answers at once, with FALSE or NULL, of an object that it does not know.
answered <- list(
  "jz_pipeline(inputs = ) to say what it is" = c(
    "is.matrix", "is.array", "is.vector", "is.numeric", "is.double", "is.integer", "is.logical", "is.character",
    "is.complex", "is.factor", "is.data.frame", "is.list", "inherits", "is"
  ),
  "positions, or names of fields: what a pipeline computes has no other names" = c(
    "names", "dimnames", "rownames", "colnames"
  ),
  "levels that are written down" = c("levels", "nlevels"),
  "x == y, of which all() makes one truth value" = c("identical", "all.equal")
)
for (instead in names(answered)) for (name in answered[[instead]]) of_nodes[[name]] <- local({
  what <- sprintf("passed to %s()", name)
  advice <- instead
  function(...) no_data(what, advice)
})

# A function in whose body, and in those of the functions of the same package or session that it calls, these names
# stand for ours.
in_pipeline <- function(f) {
  around <- environment(f)
  if (is.null(around) || exists(".jz_in_pipeline", envir = around)) return(f)
  overlay <- new.env(parent = around)
  assign(".jz_in_pipeline", TRUE, envir = overlay)
  variables <- all.vars(body(f))
  names <- unique(all.names(body(f)))
  for (name in c(names, intersect(paste0(names, "<-"), names(of_nodes)))) { # attr(x, "a") <- 1 calls `attr<-`
    if (name %in% variables && !is.function(get0(name, envir = around, ifnotfound = sum))) next # as sd <- 2 is
    found <- get0(name, envir = around, mode = "function")
    if (name == "::") assign(name, qualified, envir = overlay)
    if (!is.null(of_nodes[[name]])) {
      if (is.null(found) || is_own(found)) assign(name, either(of_nodes[[name]], found), envir = overlay)
    } else if (is.function(found) && !is.primitive(found) && identical(topenv(environment(found)), topenv(around))) {
      lazily(name, found, overlay)
    }
  }
  environment(f) <- overlay
  # R's interpreter takes an object of S4 for a sequence of any length, often 0; compiled code says that it is none
  if ("for" %in% all.names(body(f))) compiler::cmpfun(f) else f
}

# A call of a function with values by name. The call holds symbols and not the values themselves, since what shows calls
# (traceback(), testthat) would ask them for their dimensions.
called <- function(f, values) {
  within <- list2env(values, parent = baseenv())
  arguments <- lapply(names(values), as.name)
  eval(as.call(c(list(f), stats::setNames(arguments, names(values)))), within)
}

called_in_order <- function(f, values) {
  names(values) <- paste0("state_", seq_along(values))
  within <- list2env(values, parent = baseenv())
  eval(as.call(c(list(f), lapply(names(values), as.name))), within)
}

# Whether it is R's function, or the generic that a package makes of it.
is_own <- function(f) {
  is.primitive(f) || environmentName(topenv(environment(f))) %in% c(R_NAMESPACES, MASKING_NAMESPACES)
}

MASKING_NAMESPACES <- c("bit", "bit64", "BiocGenerics", "MatrixGenerics")

either <- function(ours, theirs) {
  force(ours)
  force(theirs)
  lists <- isTRUE(attr(ours, "takes_lists"))
  concerned <- function(...) has_node(...) || lists && any(vapply(list(...), holds_node, NA))
  structure(function(...) if (concerned(...)) ours(...) else theirs(...), of = theirs)
}

# Whether it is a list of which some element is a value of a pipeline.
holds_node <- function(x) is.list(x) && !is.object(x) && any(vapply(x, is_node, NA))

# Arguments behind the first node are not evaluated: they may be expressions, as those of subset() are.
has_node <- function(...) {
  for (place in seq_len(...length())) if (is_node(...elt(place))) return(TRUE)
  FALSE
}

# `::` inside of a traced function: base::rowSums and Matrix::rowSums are ours, too.
qualified <- function(pkg, name) {
  name <- as.character(substitute(name))
  found <- getExportedValue(as.character(substitute(pkg)), name)
  ours <- of_nodes[[name]]
  if (is.null(ours) || !is.function(found) || !is_own(found)) found else either(ours, found)
}

# Functions may call each other: each is looked at when it is called.
lazily <- function(name, f, overlay) {
  force(f)
  delayedAssign(name, in_pipeline(f), assign.env = overlay)
}

# R's c() of vectors; of anything else it would make a list.
strung <- function(...) {
  call <- traced_call()
  parts <- list(...)
  advice <- "list(a = x, b = y) gives several outputs; cbind() and rbind() join matrices"
  if (!is.null(names(parts))) stop_tracing(call, "vectors without names", "names", advice)
  parts <- lapply(parts, as_vector)
  dims <- lapply(parts, dims_of)
  if (!all(lengths(dims) == 1L)) {
    found <- shown_dims(dims[lengths(dims) != 1L][[1L]])
    advice <- paste0(advice, "; jz_concat(list(x, y)) needs no dimensions")
    stop_tracing(call, "what is known to be vectors", found, advice)
  }
  lengths <- vapply(dims, function(dim) if (is.numeric(dim[[1L]])) dim[[1L]] else NA_real_, 0)
  truth <- all(vapply(parts, is_truth, NA))
  apply_op("concat", parts, list(), 1, list(list(if (anyNA(lengths)) NA else sum(lengths))), call, truth)[[1L]]
}

# A single number as a vector of one.
as_vector <- function(x) {
  if (!is.null(as_literal(x))) array(x, 1L) else if (is_node(x) && identical(x@dims, list())) jz_expand_dims(x) else x
}

diagonal <- function(x) {
  if (is_single(x)) {
    stop_tracing(traced_call(), "a matrix or a vector", "a single number, of which R makes an identity matrix")
  }
  jz_diag(x)
}
