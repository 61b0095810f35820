# Pipelines: functions traced into graphs.

#' Make a pipeline of a function
#'
#' Calls the function once with values that note what is done with them ([jz_operators], [jz_op]); what is noted is the
#' pipeline. It is the same, to the byte, as the one that the Python client makes of the same operations, and runs from
#' either.
#'
#' Arguments without a default are inputs. An argument with a default is none: the function gets the default itself, and
#' numbers and arrays that it computes with become literals and constants. What the function returns are the outputs:
#' one value is the output `result`; those of a named list have its names, those of another list are `result_0`,
#' `result_1`, ....
#'
#' @param f A function.
#' @param inputs A named list of types of inputs: [jz_types], their texts, or names of kinds; any value when left out.
#' @param doc What it is for, in a few lines.
#' @return A pipeline: for [jz_run()], [jz_pipeline_put()], [jz_explain()]; printed, it shows its steps.
#' @examples
#' classify <- jz_pipeline(
#'   function(x, w, b) jz_topk(jz_relu(sweep(x %*% w, 2, b, "+")), 3L),
#'   inputs = list(x = "any[rows, 1024] csr", w = "any[1024, classes] csr", b = "any[classes]")
#' )
#' classify
#' @export
jz_pipeline <- function(f, inputs = list(), doc = "") {
  if (is.primitive(f)) stop_tracing("f", "a function written in R, such as function(x) sum(x)", "a primitive function")
  if (!is.function(f)) stop_tracing("f", "a function written in R", shown(f))
  doc <- check_string(doc, "doc")
  name <- deparse(substitute(f), nlines = 1)
  if (!grepl("^[[:alpha:]._][[:alnum:]._]*$", name)) name <- "pipeline"
  types <- input_types(f, inputs)
  trace <- new_trace(name)
  nodes <- lapply(seq_along(types), function(index) {
    typed_node(trace, input_source(trace, index - 1), types[[index]])
  })
  names(nodes) <- names(types)
  outputs <- with_trace(trace, {
    result <- with_tracing_errors(called(in_pipeline(f), nodes))
    named_outputs(result, trace)
  })
  encoded <- encode_pipeline(trace, types, outputs, doc)
  new_pipeline(name, encoded$message, encoded$calls, encoded$graph_calls)
}

new_pipeline <- function(name, message, calls = character(), graph_calls = list()) {
  pipeline <- list(name = name, message = message, calls = calls, graph_calls = graph_calls)
  structure(pipeline, class = "jazz_pipeline")
}

input_types <- function(f, inputs) {
  arguments <- formals(f)
  if ("..." %in% names(arguments)) stop_tracing("f", "arguments with names", "...")
  required <- vapply(arguments, function(default) is.symbol(default) && !nzchar(default), NA)
  names <- names(arguments)[required | names(arguments) %in% names(inputs)]
  if (length(inputs) > 0 && (!is.list(inputs) || is.object(inputs) || is.null(names(inputs)))) {
    stop_tracing("inputs", "a named list of types", shown(inputs))
  }
  if (anyDuplicated(names(inputs))) stop_tracing("inputs", "each input once", toString(names(inputs)))
  unknown <- setdiff(names(inputs), names)
  if (length(unknown) > 0) stop_tracing("inputs", paste("some of", toString(names)), toString(unknown))
  types <- lapply(names, function(name) as_type(inputs[[name]], paste0("inputs$", name)))
  with_own_symbols(stats::setNames(types, names))
}

named_outputs <- function(result, trace) {
  if (is.null(result)) stop_tracing("result", "what the pipeline gives", "NULL")
  if (!is.list(result) || is.object(result)) result <- list(result = result)
  if (length(result) == 0) stop_tracing("result", "what the pipeline gives", "an empty list")
  if (is.null(names(result))) names(result) <- paste0("result_", seq_along(result) - 1)
  if (!all(nzchar(names(result))) || anyDuplicated(names(result))) {
    stop_tracing("result", "a name of its own for each output", toString(names(result)))
  }
  lapply(result, function(value) {
    source <- source_of(value, trace, "result")
    if (source$kind == "literal") constant_source(value, trace) else source
  })
}

is_pipeline <- function(x) inherits(x, "jazz_pipeline")

#' The bytes of a pipeline
#'
#' The canonical encoding: two pipelines are the same if and only if these bytes are, whatever language they were
#' written in.
#'
#' @param pipeline A pipeline.
#' @return A raw vector: the message `jazz.v1.Pipeline`.
#' @examples
#' double <- jz_pipeline(function(x) x * 2)
#' identical(jz_pipeline_bytes(double), jz_pipeline_bytes(jz_pipeline(function(x) x * 2)))
#' @export
jz_pipeline_bytes <- function(pipeline) {
  if (!is_pipeline(pipeline)) stop_tracing("pipeline", "a pipeline", shown(pipeline))
  message_to_raw("jazz.v1.Pipeline", pipeline$message)
}

#' @export
format.jazz_pipeline <- function(x, ...) {
  message <- x$message
  lines <- c(pipeline_head(x), paste0("  ", graph_lines(message$graph, message)))
  for (number in seq_along(message$graphs)) {
    graph <- message$graphs[[number]]
    names <- toString(vapply(graph$inputs, `[[`, "", "name"))
    lines <- c(lines, sprintf("graph %d(%s)", number - 1, names), paste0("  ", graph_lines(graph, message)))
  }
  lines
}

#' @export
print.jazz_pipeline <- function(x, ...) {
  cat(format(x), sep = "\n")
  invisible(x)
}

#' @export
str.jazz_pipeline <- function(object, ...) {
  cat("<jazz_pipeline> ", pipeline_head(object), ", ", length(object$message$graph$steps), " steps\n", sep = "")
  invisible(object)
}

pipeline_head <- function(pipeline) {
  inputs <- vapply(pipeline$message$graph$inputs, function(input) {
    if (is.null(input$type$any)) paste0(input$name, ": ", type_text(input$type)) else input$name
  }, "")
  outputs <- vapply(pipeline$message$graph$outputs, `[[`, "", "name")
  paste0(pipeline$name, "(", toString(inputs), ") -> ", toString(outputs))
}

# The steps, one a line, and the outputs. The outputs of a step are told apart where more than the first is used.
graph_lines <- function(graph, message) {
  arguments <- c(
    unlist(lapply(graph$steps, `[[`, "arguments"), recursive = FALSE), lapply(graph$outputs, `[[`, "source")
  )
  beyond <- Filter(function(argument) (argument$step$output %||% 0) > 0, arguments)
  several <- unique(vapply(beyond, function(argument) argument$step$step %||% 0, 0))
  shown <- function(argument) {
    if (!is.null(argument$literal)) return(literal_text(argument$literal))
    if (!is.null(argument$step)) {
      number <- argument$step$step %||% 0
      return(paste0("%", number, if (number %in% several) sprintf("[%d]", as.integer(argument$step$output %||% 0))))
    }
    if (!is.null(argument$constant)) {
      bytes <- length(message$constants[[argument$constant + 1]]$body)
      return(sprintf("constant %d of %d bytes", as.integer(argument$constant), bytes))
    }
    graph$inputs[[argument$input + 1]]$name
  }
  steps <- vapply(seq_along(graph$steps), function(number) {
    step <- graph$steps[[number]]
    settings <- vapply(step$parameters, function(parameter) {
      paste0(parameter$name, " = ", setting_text(parameter))
    }, "")
    arguments <- vapply(step$arguments, shown, "")
    paste0("%", number - 1, " = ", step$op, "(", toString(c(arguments, settings)), ")")
  }, "")
  outputs <- vapply(graph$outputs, function(output) paste(output$name, "=", shown(output$source)), "")
  c(steps, outputs)
}

setting_text <- function(parameter) {
  if (!is.null(parameter$graph)) return(paste("graph", parameter$graph))
  if (!is.null(parameter$list)) return(paste0("c(", toString(vapply(parameter$list$values, literal_text, "")), ")"))
  literal_text(parameter$literal)
}

literal_text <- function(literal) {
  switch(names(literal),
    bool_value = as.character(literal$bool_value),
    int_value = paste0(format_whole(literal$int_value), "L"),
    float_value = format(literal$float_value, digits = 15),
    string_value = encodeString(literal$string_value, quote = "\"")
  )
}
