# The operations of the catalogue by name, for what R has no operator or generic.

#' Operations on values of a pipeline
#'
#' What the catalogue of operations has under the names of the array API and scipy; [jz_ops()] lists it with all that
#' each does. R's own operators and functions ([jz_operators]) write most of them. Element-wise operations under these
#' names broadcast as numpy does, from the last dimension on; R's operators recycle as R does.
#'
#' @section Positions count from 0:
#' Axes are counted from 1. Positions, those that `jz_argmax()` and `jz_topk()` give and `jz_take()` takes, are values
#' of the pipeline, which Python runs and reads as well, and are **counted from 0**. R leaves out an index of 0 without
#' a word, so add 1 before you use them:
#'
#' ```r
#' top <- jz_run(db, "lab/top", x = x)
#' names[top$indices + 1]
#' ```
#'
#' or have the pipeline do it, `jz_topk(x, 3)$indices + 1`, where its positions are for R alone.
#'
#' @param a,b,x,condition,indices Values of a pipeline, numbers, or vectors and matrices, which become constants.
#' @param axis The dimension along which to work, or several, counted from 1; all of them when `NULL`. One only for
#'   `jz_argmax()`, `jz_argmin()`, `jz_softmax()`, `jz_cumsum()` and what does not reduce.
#' @param keepdims Whether reduced dimensions stay, with length 1.
#' @param na.rm Whether missing elements are left out; otherwise they make the result missing.
#' @return A value of the pipeline; a list of values where there are several.
#' @examples
#' jz_pipeline(function(x, w, b) jz_topk(jz_relu(sweep(x %*% w, 2, b, "+")), 3L))
#' @examplesIf jz_has_server()
#' db <- jz_local_server()
#' top <- jz_run(db, jz_pipeline(function(x) jz_topk(x, 2)), x = as.matrix(head(iris[1:4])))
#' top$indices # counted from 0
#' matrix(names(iris)[top$indices + 1], ncol = 2)
#' @name jz_op
NULL

broadcasting <- function(op, truth = FALSE) {
  force(op)
  force(truth)
  function(a, b) apply_one(op, a, b, dims = broadcast_dims(a, b), truth = truth)
}

broadcast_dims <- function(...) {
  dims <- lapply(list(...), dims_of)
  full <- Filter(function(d) is.null(d) || length(d) > 0, dims)
  if (length(full) == 0) return(list())
  same <- all(vapply(full, function(d) !is.null(d) && same_dims(d, full[[1]]), NA))
  if (same) full[[1]] else NULL
}

#' @rdname jz_op
#' @export
jz_add <- broadcasting("add")
#' @rdname jz_op
#' @export
jz_subtract <- broadcasting("subtract")
#' @rdname jz_op
#' @export
jz_multiply <- broadcasting("multiply")
#' @rdname jz_op
#' @export
jz_divide <- broadcasting("divide")
#' @rdname jz_op
#' @export
jz_maximum <- broadcasting("maximum")
#' @rdname jz_op
#' @export
jz_minimum <- broadcasting("minimum")
#' @rdname jz_op
#' @export
jz_equal <- broadcasting("equal", truth = TRUE)
#' @rdname jz_op
#' @export
jz_not_equal <- broadcasting("not_equal", truth = TRUE)
#' @rdname jz_op
#' @export
jz_less <- broadcasting("less", truth = TRUE)
#' @rdname jz_op
#' @export
jz_less_equal <- broadcasting("less_equal", truth = TRUE)
#' @rdname jz_op
#' @export
jz_greater <- broadcasting("greater", truth = TRUE)
#' @rdname jz_op
#' @export
jz_greater_equal <- broadcasting("greater_equal", truth = TRUE)

#' @rdname jz_op
#' @param values What elements are looked for among, of any dimensions.
#' @export
jz_isin <- function(x, values) apply_one("isin", x, values, dims = dims_of(x), truth = TRUE)

unary <- function(op, truth = FALSE) {
  force(op)
  force(truth)
  function(x) apply_one(op, x, dims = dims_of(x), truth = truth)
}

#' @rdname jz_op
#' @export
jz_negative <- unary("negative")
#' @rdname jz_op
#' @export
jz_abs <- unary("abs")
#' @rdname jz_op
#' @export
jz_exp <- unary("exp")
#' @rdname jz_op
#' @export
jz_log <- unary("log")
#' @rdname jz_op
#' @export
jz_log1p <- unary("log1p")
#' @rdname jz_op
#' @export
jz_sqrt <- unary("sqrt")
#' @rdname jz_op
#' @export
jz_relu <- unary("relu")
#' @rdname jz_op
#' @export
jz_sigmoid <- unary("sigmoid")
#' @rdname jz_op
#' @export
jz_to_dense <- function(x) apply_one("to_dense", x, dims = dims_of(x), truth = is_truth(x))
#' @rdname jz_op
#' @export
jz_is_na <- unary("is_na", truth = TRUE)

#' @rdname jz_op
#' @param min,max The bounds; `NULL` for none.
#' @export
jz_clip <- function(x, min = NULL, max = NULL) {
  check_bounds(min, max)
  apply_one("clip", x, settings = list(min = min, max = max), dims = dims_of(x))
}

#' @rdname jz_op
#' @export
jz_where <- function(condition, a, b) apply_one("where", condition, a, b, dims = broadcast_dims(condition, a, b))

#' @rdname jz_op
#' @param layout "csr", "csc" or "coo".
#' @export
jz_to_sparse <- function(x, layout = c("csr", "csc", "coo"), threshold = NULL) {
  layout <- match.arg(layout)
  if (!is.null(threshold)) check_magnitude(threshold, "threshold")
  settings <- list(layout = if (layout != "csr") layout, threshold = threshold)
  apply_one("to_sparse", x, settings = settings, dims = dims_of(x))
}

#' @rdname jz_op
#' @param type The name of an element type, such as "float32".
#' @export
jz_cast <- function(x, type) {
  numeric <- setdiff(element_type_names, c("string", "bytes", "timestamp", "date", "duration", "factor"))
  if (!is.character(type) || length(type) != 1 || !type %in% numeric) {
    stop_tracing("jz_cast", paste("one of", toString(numeric)), shown(type))
  }
  apply_one("cast", x, settings = list(dtype = type), dims = dims_of(x))
}

#' @rdname jz_op
#' @export
jz_diag <- function(x) {
  dims <- dims_of(x)
  result <- if (length(dims) == 1) list(dims[[1]], dims[[1]]) else if (length(dims) == 2) list(NA) else NULL
  apply_one("diag", x, dims = result)
}

SEMIRINGS <- c("plus_times", "min_plus", "max_plus", "max_times", "or_and")

#' @rdname jz_op
#' @param semiring Sum and product of a matrix product: "plus_times", "min_plus", "max_plus", "max_times" or "or_and".
#' @export
jz_matmul <- function(a, b, semiring = "plus_times") {
  if (!is.character(semiring) || length(semiring) != 1 || !semiring %in% SEMIRINGS) {
    stop_tracing("semiring", paste("one of", toString(SEMIRINGS)), shown(semiring))
  }
  call <- traced_call()
  settings <- list(semiring = if (semiring != "plus_times") semiring)
  apply_one("matmul", a, b, settings = settings, dims = product_dims(a, b, call), call = call)
}

#' @rdname jz_op
#' @export
jz_transpose <- function(x) apply_one("transpose", x, dims = rev(dims_of(x)), truth = is_truth(x))

#' @rdname jz_op
#' @param arrays A list of values.
#' @export
jz_concat <- function(arrays, axis = 1) {
  if (!is.list(arrays) || length(arrays) == 0) stop_tracing("jz_concat", "a list of values", shown(arrays))
  if (any(vapply(arrays, has_fields, NA)) && axis_number(axis) == 0) return(stacked(unname(arrays), traced_call()))
  apply_op("concat", unname(arrays), list(axis = axis_setting(axis)), 1, list(NULL))[[1]]
}

#' @rdname jz_op
#' @export
jz_take <- function(x, indices, axis = 1) {
  settings <- list(axis = axis_setting(axis))
  dims <- taken_dims(dims_of(x), dims_of(indices), axis)
  node <- apply_one("take", x, indices, settings = settings, dims = dims, truth = is_truth(x))
  if (length(dims_of(indices)) == 1) rows_from(node, x) else node
}

# The dimensions of the positions are in the place of that along which is taken.
taken_dims <- function(dims, positions, axis) {
  if (is.null(dims) || is.null(positions) || axis > length(dims)) return(NULL)
  append(dims[-axis], positions, axis - 1)
}

#' @rdname jz_op
#' @param table A value that is a table.
#' @param name The name of a field.
#' @export
jz_field <- function(table, name) table_field(table, check_string(name, "name", "the name of a field"))

# A field is known as far as the type of its table says.
table_field <- function(table, name) {
  call <- traced_call()
  check_there(table, name, call)
  type <- known_fields(table)[[name]]
  node <- apply_one("field", table, settings = list(name = name), call = call)
  if (is.null(type)) node else typed_node(node@trace, node@source, type)
}

#' @rdname jz_op
#' @export
jz_size <- function(x, axis = NULL) {
  apply_one("size", x, settings = list(axis = if (!is.null(axis)) axis_number(axis)), dims = list())
}

# An axis as the contract counts it, from 0; left out where it is the first.
axis_setting <- function(axis) {
  number <- axis_number(axis)
  if (number != 0L) number
}

axis_number <- function(axis) {
  if (!is_whole(axis) || axis < 1) stop_tracing("axis", "a dimension counted from 1", shown(axis))
  as.integer(axis) - 1L
}

#' @rdname jz_op
#' @param k How many elements, at most as many as the last dimension has.
#' @export
jz_topk <- function(x, k) {
  if (!is_whole(k) || k < 0) stop_tracing("jz_topk", "k as a whole number from 0 on", shown(k))
  dims <- dims_of(x)
  if (length(dims) > 0) dims[[length(dims)]] <- as.double(k)
  nodes <- apply_op("topk", list(x), list(k = as.integer(k)), 2, list(dims))
  list(values = nodes[[1]], indices = nodes[[2]])
}

#' @rdname jz_op
#' @param value What stands where an element is missing.
#' @export
jz_fill_na <- function(x, value) apply_one("fill_na", x, value, dims = dims_of(x), truth = is_truth(x))

#' @rdname jz_op
#' @export
jz_drop_na <- function(x, axis = 1) {
  rows_from(apply_one("drop_na", x, settings = list(axis = axis_setting(axis))), x)
}

#' @rdname jz_op
#' @param body A function from states to next states: one value, or a list of as many as there are states. It is traced
#'   once; what it uses of the function around it is handed to it.
#' @param ... The states at the start.
#' @param max_iter How many turns at most.
#' @param tol The change, `sum(abs(new - old))` of the first state, at which to stop; `NULL` to do all turns.
#' @return For `jz_iterate()` a list: `state`, or a list of them, and `iterations`.
#' @export
jz_iterate <- function(body, ..., max_iter, tol = NULL) {
  states <- list(...)
  if (!is.function(body)) stop_tracing("body", "a function from states to next states", shown(body))
  if (length(states) == 0) stop_tracing("jz_iterate", "at least one state", "none")
  if (!is_whole(max_iter) || max_iter < 0) {
    stop_tracing("max_iter", "a whole number from 0 on", shown(max_iter))
  }
  if (!is.null(tol) && !(is.numeric(tol) && length(tol) == 1 && !is.na(tol) && tol >= 0)) {
    stop_tracing("tol", "a number not less than 0", shown(tol))
  }
  trace <- tracing$current
  if (is.null(trace)) apply_op("iterate", states) # says what is wrong
  graph <- trace_body(body, states, trace)
  captured <- lapply(graph$captured, function(source) new_node(source$trace, source))
  settings <- list(
    body = graph, count = length(states), max_iter = as.integer(max_iter), tol = if (!is.null(tol)) as.double(tol)
  )
  nodes <- apply_op("iterate", c(states, captured), settings, length(states) + 1, list(list()))
  symbol <- paste0("?", trace$root$steps)
  after <- Map(function(node, start, turn) {
    typed_node(trace, node@source, type_of_turns(known_type(start), turn, symbol))
  }, nodes[seq_along(states)], states, graph$types)
  list(state = if (length(after) == 1) after[[1]] else after, iterations = nodes[[length(nodes)]])
}

# The sub-graph of a loop's body: inputs state_0, ... and captured_0, ..., outputs the next states.
trace_body <- function(body, states, around) {
  count <- length(states)
  trace <- new_trace(paste0(around$name, ".body"), around)
  result <- with_trace(trace, {
    nodes <- lapply(seq_len(count), function(index) {
      type <- in_other_rows(known_type(states[[index]]), paste0("?body", trace$id))
      typed_node(trace, input_source(trace, index - 1), type)
    })
    called_in_order(in_pipeline(body), nodes)
  })
  results <- unname(several_results(result))
  if (length(results) != count) {
    stop_tracing("body", paste(count, "next states"), paste(length(results), "of them"))
  }
  sources <- with_trace(trace, lapply(results, source_of, trace = trace, argument = "body"))
  captured <- ordered_steps(sources, trace)$captured
  any_type <- jz_any_value()
  inputs <- c(
    stats::setNames(rep(list(any_type), count), paste0("state_", seq_len(count) - 1)),
    stats::setNames(rep(list(any_type), length(captured)), sprintf("captured_%d", seq_along(captured) - 1L))
  )
  outputs <- stats::setNames(sources, paste0("state_", seq_len(count) - 1))
  structure(
    list(trace = trace, inputs = inputs, captured = captured, outputs = outputs, types = lapply(results, known_type)),
    class = "jazz_sub_graph"
  )
}
