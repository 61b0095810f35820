# Pipelines inside of pipelines.

#' Call a pipeline inside of another
#'
#' Inside of the function that [jz_pipeline()] traces, writes the steps of a pipeline, made by [jz_pipeline()] or got
#' from a server by [jz_pipeline_get()], into the one that is being traced.
#'
#' @param pipeline What [jz_pipeline()] made, or `jz_pipeline_get(db, name)$pipeline`.
#' @param ... Its inputs, by name or in their order: values of the pipeline that is being traced, numbers, or arrays.
#' @return A value of the pipeline; a named list when there are several outputs.
#' @examples
#' scaled <- jz_pipeline(function(x, by) sweep(x, 2, by, "*"))
#' jz_pipeline(function(x, w) jz_relu(jz_call(scaled, x, by = w)))
#' @export
jz_call <- function(pipeline, ...) {
  call <- traced_call()
  if (!is_pipeline(pipeline)) stop_tracing(call, "a pipeline that jz_pipeline() made", shown(pipeline))
  trace <- tracing$current
  if (is.null(trace)) {
    stop_tracing(
      call, "a call inside the function of another pipeline", "a call outside of one",
      "jz_run() runs a pipeline; jz_call() makes it part of another"
    )
  }
  names <- vapply(pipeline$message$graph$inputs, `[[`, "", "name")
  given <- in_order(list(...), names, call)
  sources <- lapply(given, source_of, trace = trace, argument = call)
  message <- pipeline$message
  dims <- graph_dims(message$graph, lapply(given, dims_of), lapply(message$constants, constant_dims))
  outputs <- Map(function(source, dims) {
    if (source$kind == "literal") stop_tracing(call, "outputs that are computed", "a literal")
    new_node(trace, source, dims)
  }, inlined(pipeline, sources, trace), dims)
  if (length(outputs) == 1) outputs[[1]] else outputs
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
  message <- pipeline$message
  constants <- lapply(message$constants, kept_constant, trace = trace)
  setting <- function(parameter, around) {
    value <- parameter[names(parameter) != "name"]
    if (is.null(value$graph)) structure(value, class = "jazz_setting") else sub_graph(value$graph + 1, around)
  }
  sub_graph <- function(number, around) {
    graph <- message$graphs[[number]]
    inner <- new_trace(around$name, around)
    types <- lapply(graph$inputs, function(input) new_type(input$type))
    own <- lapply(seq_along(types), function(index) input_source(inner, index - 1))
    outputs <- steps_of(graph, own, inner, pipeline$graph_calls[number][[1]])
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
  steps_of(message$graph, sources, trace, pipeline$calls)
}
