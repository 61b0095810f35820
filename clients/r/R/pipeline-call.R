# Pipelines inside of pipelines.

#' Call a pipeline inside of another
#'
#' Inside of the function that [jz_pipeline()] traces, makes a pipeline, made by [jz_pipeline()] or got from a server by
#' [jz_pipeline_get()], part of the one that is being traced. `jz_call()` keeps it together: it is there once, however
#' often it is called, so that a pipeline of a hundred equal layers is as small as one. `jz_inline()` writes its steps
#' between the others, where they can be computed together with them. What is called is as it is now: later versions of
#' a stored pipeline change nothing.
#'
#' @param pipeline What [jz_pipeline()] made, or `jz_pipeline_get(db, name)$pipeline`.
#' @param ... Its inputs, by name or in their order: values of the pipeline that is being traced, numbers, or arrays.
#' @return A value of the pipeline; a named list when there are several outputs.
#' @examples
#' scaled <- jz_pipeline(function(x, by) sweep(x, 2, by, "*"))
#' jz_pipeline(function(x, w) jz_relu(jz_call(scaled, x, by = w)))
#' jz_pipeline(function(x, w) jz_relu(jz_inline(scaled, x, by = w)))
#' @export
jz_call <- function(pipeline, ...) {
  given <- given_inputs(pipeline, list(...), traced_call())
  trace <- tracing$current
  graph <- embedded_graph(pipeline, trace)
  names <- names(graph$outputs)
  nodes <- apply_op("call", given, list(pipeline = graph), length(names))
  nodes <- Map(function(node, type) typed_node(trace, node@source, type), nodes, output_types(pipeline, given, trace))
  if (length(nodes) == 1) nodes[[1]] else stats::setNames(nodes, names)
}

#' @rdname jz_call
#' @export
jz_inline <- function(pipeline, ...) {
  call <- traced_call()
  given <- given_inputs(pipeline, list(...), call)
  trace <- tracing$current
  sources <- lapply(given, source_of, trace = trace, argument = call)
  outputs <- Map(function(source, type) {
    if (source$kind == "literal") stop_tracing(call, "outputs that are computed", "a literal")
    typed_node(trace, source, type)
  }, inlined(pipeline, sources, trace), output_types(pipeline, given, trace))
  if (length(outputs) == 1) outputs[[1]] else outputs
}

# The inputs of a pipeline that is called, in their order.
given_inputs <- function(pipeline, given, call) {
  if (!is_pipeline(pipeline)) stop_tracing(call, "a pipeline that jz_pipeline() made", shown(pipeline))
  if (is.null(tracing$current)) {
    stop_tracing(
      call, "a call inside the function of another pipeline", "a call outside of one",
      "jz_run() runs a pipeline; jz_call() makes it part of another"
    )
  }
  in_order(given, vapply(pipeline$message$graph$inputs, `[[`, "", "name"), call)
}

# What is known of its outputs, whose steps were written into a trace.
output_types <- function(pipeline, given, trace) {
  message <- pipeline$message
  symbol <- paste0("?", trace$root$steps)
  constants <- lapply(message$constants, function(constant) header_type(constant$header))
  graph_types(message$graph, lapply(given, known_type), constants, symbol)
}

# Arguments in the order of inputs: those with names first, then the others as they come.
in_order <- function(given, inputs, call) {
  names <- names(given) %||% rep("", length(given))
  unknown <- setdiff(names[nzchar(names)], inputs)
  if (length(unknown) > 0) stop_tracing(call, paste("the inputs", toString(inputs)), toString(unknown))
  if (anyDuplicated(names[nzchar(names)]) || length(given) != length(inputs)) {
    stop_tracing(
      call, sprintf("%d inputs, each once: %s", length(inputs), toString(inputs)), sprintf("%d", length(given))
    )
  }
  names[!nzchar(names)] <- setdiff(inputs, names)
  unname(given[match(inputs, names)])
}

# Writes the steps of a pipeline's message into a trace, its inputs replaced by sources; gives the sources of its
# outputs.
inlined <- function(pipeline, sources, trace) {
  reader <- graph_reader(pipeline, trace)
  reader$steps_of(pipeline$message$graph, sources, trace, pipeline$calls)
}

# The pipeline as a sub-graph of a trace, with inputs and outputs of its own names.
embedded_graph <- function(pipeline, trace) {
  graph_reader(pipeline, trace)$graph(pipeline$message$graph, trace, pipeline$calls)
}

# Functions that read the graphs of a pipeline's message into traces.
graph_reader <- function(pipeline, trace) {
  message <- pipeline$message
  constants <- lapply(message$constants, kept_constant, trace = trace)
  setting <- function(parameter, around) {
    value <- parameter[names(parameter) != "name"]
    if (is.null(value$graph)) structure(value, class = "jazz_setting") else sub_graph(value$graph + 1, around)
  }
  read <- list() # sub-graphs by their number, each once, however often it is called
  sub_graph <- function(number, around) {
    if (number > length(read) || is.null(read[[number]])) {
      read[[number]] <<- as_sub_graph(message$graphs[[number]], around, pipeline$graph_calls[number][[1]])
    }
    read[[number]]
  }
  as_sub_graph <- function(graph, around, calls) {
    inner <- new_trace(around$name, around)
    types <- lapply(graph$inputs, function(input) new_type(input$type))
    own <- lapply(seq_along(types), function(index) input_source(inner, index - 1))
    outputs <- steps_of(graph, own, inner, calls)
    inputs <- stats::setNames(types, vapply(graph$inputs, `[[`, "", "name"))
    structure(list(trace = inner, inputs = inputs, captured = list(), outputs = outputs), class = "jazz_sub_graph")
  }
  steps_of <- function(graph, inputs, within, calls) {
    steps <- vector("list", length(graph$steps))
    source <- function(argument) {
      if (!is.null(argument$literal)) return(literal_source(argument$literal))
      if (!is.null(argument$constant)) return(constants[[argument$constant + 1]])
      if (!is.null(argument$step)) {
        return(output_source(steps[[(argument$step$step %||% 0) + 1]], argument$step$output %||% 0))
      }
      inputs[[argument$input + 1]]
    }
    for (number in seq_along(steps)) {
      step <- graph$steps[[number]]
      settings <- lapply(step$parameters, setting, around = within)
      names(settings) <- vapply(step$parameters, `[[`, "", "name")
      call <- if (number <= length(calls)) calls[[number]] else ""
      steps[[number]] <- new_step(
        within, step$op, lapply(step$arguments, source), settings, call, step$op_version %||% 0
      )
    }
    outputs <- lapply(graph$outputs, function(output) source(output$source))
    stats::setNames(outputs, vapply(graph$outputs, `[[`, "", "name"))
  }
  list(steps_of = steps_of, graph = as_sub_graph)
}
