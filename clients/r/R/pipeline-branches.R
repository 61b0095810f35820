# Choices of which one side is computed, and operations by their names.

#' Choose between two computations
#'
#' Inside of the function that [jz_pipeline()] traces: what `then` gives if the predicate is true, what `otherwise`
#' gives if it is not. The other side is not computed; [jz_where()] chooses for each element.
#'
#' @param predicate A value of the pipeline that is one truth value.
#' @param then,otherwise Functions of nothing that give a value, or a list of several, of the same element types and
#'   dimensions. They are traced once; what they use of the function around them is handed to them.
#' @return The value; a list of several, with the names that `then` gives them.
#' @examples
#' jz_pipeline(function(x) {
#'   middle <- mean(x)
#'   jz_cond(middle > 1, function() x - middle, function() x)
#' }, list(x = jz_dense("n")))
#' @export
jz_cond <- function(predicate, then, otherwise) {
  trace <- tracing$current
  if (is.null(trace)) apply_op("cond", list(predicate)) # says what is wrong
  sides <- list(then = trace_side(then, "then", trace), `else` = trace_side(otherwise, "otherwise", trace))
  counts <- lengths(lapply(sides, `[[`, "sources"))
  if (counts[[1]] != counts[[2]]) {
    stop_tracing("otherwise", sprintf("as many results as then, %d", counts[[1]]), sprintf("%d", counts[[2]]))
  }
  captured <- unlist(unname(lapply(sides, function(side) side$captured)), recursive = FALSE)
  captured <- captured[!duplicated(vapply(captured, source_key, ""))]
  graphs <- lapply(sides, side_graph, captured = captured)
  values <- lapply(captured, function(source) new_node(source$trace, source))
  nodes <- apply_op("cond", c(list(predicate), values), graphs, counts[[1]])
  symbol <- paste0("?", trace$root$steps)
  nodes <- Map(function(node, then, otherwise) {
    typed_node(trace, node@source, type_of_both(then, otherwise, symbol))
  }, nodes, sides[[1]]$types, sides[[2]]$types)
  if (is.null(sides$then$names) && length(nodes) == 1) nodes[[1]] else stats::setNames(nodes, sides$then$names)
}

# What a side of a choice gives, and what it takes from around it.
trace_side <- function(side, field, around) {
  if (!is.function(side) || any(vapply(formals(side), is_empty_default, NA))) {
    stop_tracing(field, "a function of nothing, such as function() x + 1", shown(side))
  }
  trace <- new_trace(paste0(around$name, ".", field), around)
  result <- with_trace(trace, in_pipeline(side)())
  results <- several_results(result)
  if (length(results) == 0) stop_tracing(field, "a value, or a list of several", "an empty list")
  names <- names(results)
  results <- unname(results)
  sources <- with_trace(trace, lapply(results, source_of, trace = trace, argument = field))
  list(
    trace = trace, sources = sources, captured = ordered_steps(sources, trace)$captured, names = names,
    types = lapply(results, known_type)
  )
}

# What a function gives as a list, which a data frame is not.
several_results <- function(result) if (is.list(result) && !is.object(result)) result else list(result)

is_empty_default <- function(default) is.symbol(default) && !nzchar(as.character(default))

side_graph <- function(side, captured) {
  any_type <- new_type(list(any = empty_message()))
  inputs <- stats::setNames(
    rep(list(any_type), length(captured)), sprintf("captured_%d", seq_along(captured) - 1L)
  )
  outputs <- stats::setNames(side$sources, paste0("result_", seq_along(side$sources) - 1L))
  structure(list(trace = side$trace, inputs = inputs, captured = captured, outputs = outputs), class = "jazz_sub_graph")
}

#' Apply an operation by its name
#'
#' For operations that the server has, as [jz_ops()] lists them, and this package has no function for.
#'
#' @param name The name of the operation.
#' @param ... What it is applied to, without names; its settings by name, as the operation takes them: axes are counted
#'   from 0, whole numbers are integers, a vector or a list is a list.
#' @param results How many results it gives.
#' @return A value of the pipeline; a list of several.
#' @examples
#' jz_pipeline(function(x) jz_apply("topk", x, k = 3, results = 2)[[1]])
#' @export
jz_apply <- function(name, ..., results = 1) {
  if (!is.character(name) || length(name) != 1) stop_tracing("name", "the name of an operation", shown(name))
  given <- list(...)
  named <- nzchar(names(given) %||% rep("", length(given)))
  settings <- lapply(given[named], function(value) if (is.list(value)) lapply(value, as_whole) else as_whole(value))
  nodes <- apply_op(name, unname(given[!named]), settings, results, rep(list(NULL), results))
  if (results == 1) nodes[[1]] else nodes
}

# Whole numbers as integers, as R people write them.
as_whole <- function(value) {
  if (is.double(value) && all(is.finite(value) & value == trunc(value))) as.integer(value) else value
}
