# From traced steps to the one message for them.
#
# The message does not depend on the order in which a function wrote its steps, nor on the language that it was written
# in: steps come in depth-first post-order from the outputs, nothing unused is kept, settings are sorted by name,
# constants and sub-graphs are numbered where they are first used (a step's arguments before its sub-graph), and equal
# constants and equal sub-graphs are stored once.

# The steps of a trace that its outputs need, each after those that it uses, and what they take from outside. Not
# recursive, so that a network may be as deep as it likes.
ordered_steps <- function(outputs, trace) {
  here <- function(source) source$kind == "output" && identical(source$trace, trace)
  entered <- new.env(parent = emptyenv())
  done <- new.env(parent = emptyenv())
  steps <- vector("list", 16)
  count <- 0
  pending <- lapply(rev(Filter(here, outputs)), `[[`, "step")
  top <- length(pending)
  while (top > 0) {
    step <- pending[[top]]
    id <- as.character(step$id)
    if (!is.null(entered[[id]])) {
      top <- top - 1
      if (is.null(done[[id]])) {
        assign(id, TRUE, envir = done)
        count <- count + 1
        if (count > length(steps)) length(steps) <- 2 * count
        steps[[count]] <- step
      }
      next
    }
    assign(id, TRUE, envir = entered)
    for (source in rev(step$arguments)) {
      if (here(source) && is.null(entered[[as.character(source$step$id)]])) {
        top <- top + 1
        pending[[top]] <- source$step
      }
    }
  }
  steps <- steps[seq_len(count)]
  used <- c(unlist(lapply(steps, `[[`, "arguments"), recursive = FALSE), outputs)
  outside <- function(source) source$kind %in% c("input", "output") && !identical(source$trace, trace)
  captured <- Filter(outside, used)
  captured <- captured[!duplicated(vapply(captured, source_key, ""))]
  list(steps = steps, captured = captured)
}

# A pipeline's message as a list, with the calls that made its steps.
encode_pipeline <- function(trace, inputs, outputs, doc) {
  encoder <- new.env(parent = emptyenv())
  encoder$trace <- trace
  encoder$constants <- list()
  encoder$places <- new.env(parent = emptyenv()) # of constants among those of the pipeline
  encoder$graphs <- list()
  encoder$numbers <- new_numbering()
  encoder$graph_calls <- list()
  encoder$written <- new.env(parent = emptyenv()) # the numbers of sub-graphs, by their traces
  encoded <- encode_graph(encoder, list(trace = trace, inputs = inputs, captured = list(), outputs = outputs))
  message <- list(graph = encoded$message)
  if (length(encoder$graphs) > 0) message$graphs <- encoder$graphs
  if (nzchar(doc)) message$doc <- doc
  constants <- encoder$constants
  if (length(constants) > 0) message$constants <- constants
  bytes <- sum(vapply(constants, function(constant) length(constant$body), 0))
  if (bytes > MAX_CONSTANT_BYTES) stop_constants(bytes)
  list(message = message, calls = encoded$calls, graph_calls = encoder$graph_calls)
}

encode_graph <- function(encoder, graph) {
  ordered <- ordered_steps(unname(graph$outputs), graph$trace)
  numbers <- new.env(parent = emptyenv())
  for (number in seq_along(ordered$steps)) {
    assign(as.character(ordered$steps[[number]]$id), number - 1, envir = numbers)
  }
  own <- length(graph$inputs) - length(graph$captured)
  places <- vapply(graph$captured, source_key, "")
  argument <- function(source) {
    if (source$kind == "literal") return(list(literal = source$literal))
    if (source$kind == "constant") return(list(constant = constant_number(encoder, source, graph$trace)))
    if (!identical(source$trace, graph$trace)) return(list(input = own + match(source_key(source), places) - 1))
    if (source$kind == "input") return(list(input = source$index))
    step <- list(step = numbers[[as.character(source$step$id)]], output = source$index)
    list(step = without_zeros(step))
  }
  message <- list()
  if (length(graph$inputs) > 0) {
    message$inputs <- lapply(names(graph$inputs), function(name) list(name = name, type = graph$inputs[[name]]$message))
  }
  steps <- lapply(ordered$steps, function(step) {
    written <- list(op = step$op)
    if (step$version > 0) written$op_version <- step$version
    if (length(step$arguments) > 0) written$arguments <- lapply(step$arguments, argument)
    parameters <- lapply(names(step$settings), function(name) {
      c(list(name = name), parameter_value(encoder, step$settings[[name]]))
    })
    if (length(parameters) > 0) written$parameters <- parameters
    written
  })
  if (length(steps) > 0) message$steps <- steps
  message$outputs <- lapply(names(graph$outputs), function(name) {
    list(name = name, source = argument(graph$outputs[[name]]))
  })
  list(message = message, calls = vapply(ordered$steps, `[[`, "", "call"))
}

# The number of a constant, in the order of first use.
constant_number <- function(encoder, source, trace) {
  key <- as.character(source$key)
  number <- encoder$places[[key]]
  if (is.null(number)) {
    number <- length(encoder$constants)
    assign(key, number, envir = encoder$places)
    encoder$constants[[number + 1]] <- trace$root$constants$messages[[source$key + 1]]
  }
  number
}

# What is 0 is not written by protobuf; an empty message still is one.
without_zeros <- function(message) {
  message <- message[vapply(message, function(value) value != 0, NA)]
  if (length(message) == 0) empty_message() else message
}

parameter_value <- function(encoder, value) {
  if (inherits(value, "jazz_setting")) return(unclass(value))
  if (inherits(value, "jazz_sub_graph")) return(list(graph = sub_graph_number(encoder, value)))
  if (is.list(value) || length(value) > 1) return(list(list = list(values = lapply(value, setting_literal))))
  list(literal = setting_literal(value))
}

setting_literal <- function(value) as_literal(unname(value))

# The number of a sub-graph, the same for equal ones. Each is written once, however often it is called.
sub_graph_number <- function(encoder, graph) {
  key <- as.character(graph$trace$id)
  if (is.null(encoder$written[[key]])) {
    encoded <- encode_graph(encoder, graph)
    number <- number_of(encoder$numbers, message_to_raw("jazz.v1.Graph", encoded$message))
    if (number == length(encoder$graphs)) {
      encoder$graphs <- c(encoder$graphs, list(encoded$message))
      encoder$graph_calls <- c(encoder$graph_calls, list(encoded$calls))
    }
    assign(key, number, envir = encoder$written)
  }
  encoder$written[[key]]
}
