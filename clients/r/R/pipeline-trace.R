# What a traced function leaves behind: steps that refer to inputs, to each other, to constants and to literals.
#
# A trace is an environment that stands for one run of a function that is being turned into a graph; the body of a loop
# has one of its own, whose `parent` is the trace that it is written in. A source says where an argument comes from:
# an input of a trace, an output of a step, a constant, or a literal.

MAX_CONSTANT_BYTES <- 2^20

tracing <- new.env(parent = emptyenv())
tracing$current <- NULL
tracing$refused <- NULL # the error that was raised last

new_trace <- function(name, parent = NULL) {
  trace <- new.env(parent = emptyenv())
  trace$name <- name
  trace$parent <- parent
  trace$root <- if (is.null(parent)) trace else parent$root
  if (is.null(parent)) {
    trace$steps <- trace$traces <- 0
    trace$constants <- new_numbering()
  }
  trace$id <- trace$root$traces <- trace$root$traces + 1
  trace
}

# Evaluates code while a trace is the one under way.
with_trace <- function(trace, code) {
  before <- tracing$current
  tracing$current <- trace
  on.exit(tracing$current <- before)
  force(code)
}

is_node <- function(x) isS4(x) && inherits(x, "jazz_node")

new_node <- function(trace, source, dims = NULL, truth = FALSE) {
  # node@trace <- trace looks up the class for each slot: a quarter of the time of tracing
  node <- node_without_source
  slot(node, "trace", check = FALSE) <- trace
  slot(node, "source", check = FALSE) <- source
  slot(node, "dims", check = FALSE) <- dims
  slot(node, "truth", check = FALSE) <- truth
  node
}

# A value of which all is known that its type says.
typed_node <- function(trace, source, type) {
  node <- new_node(trace, source, type_dims(type), is_truth_type(type))
  slot(node, "fields", check = FALSE) <- type_fields(type)
  node
}

input_source <- function(trace, index) list(kind = "input", trace = trace, index = index)
output_source <- function(step, index) list(kind = "output", step = step, trace = step$trace, index = index)
literal_source <- function(literal) list(kind = "literal", literal = literal)

# A text that tells sources apart, for sets of them.
source_key <- function(source) {
  switch(source$kind,
    input = paste0("i", source$trace$id, ":", source$index),
    output = paste0("o", source$step$id, ":", source$index),
    constant = paste0("c", source$key),
    literal = paste0("l", names(source$literal), ":", format(source$literal[[1]], digits = 17))
  )
}

encloses <- function(outer, inner) {
  while (!is.null(inner)) {
    if (identical(inner, outer)) return(TRUE)
    inner <- inner$parent
  }
  FALSE
}

# Where an argument comes from, seen from the trace under way.
source_of <- function(value, trace, argument = "argument") {
  if (is_node(value)) {
    if (!encloses(value@trace, trace)) {
      stop_tracing(
        argument, paste("a value made in", trace$name), paste("one made in", value@trace$name),
        "a value of a pipeline cannot be used outside of the function that made it"
      )
    }
    return(value@source)
  }
  if (is.function(value)) stop_tracing(argument, "a value", "a function; call it, and pass what it gives")
  if (is.null(value)) stop_tracing(argument, "a value", "NULL")
  if (inherits(value, "jazz_block")) {
    advice <- "make it an input, and give the block to jz_run() or bind it"
    stop_tracing(argument, "a value of the pipeline", "a stored block", advice)
  }
  if (is.list(value) && any(vapply(value, is_node, NA))) {
    stop_tracing(argument, "one value", "a list that holds values of the pipeline; cbind() and rbind() join them")
  }
  literal <- as_literal(value)
  if (!is.null(literal$string_value)) check_text(value)
  if (is_single_time(value)) value <- with_new_memory(value, utils::modifyList(memory_of(value), list(rank = 0)))
  if (is.null(literal)) constant_source(value, trace) else literal_source(literal)
}

# A single date, moment or duration is no vector, as a single number is none.
is_single_time <- function(value) {
  timed <- inherits(value, c("Date", "POSIXct", "difftime"))
  timed && length(value) == 1 && is.null(dim(value)) && is.null(names(value))
}

# A bare vector of one number, truth value or text is a literal: it takes its type from what it meets.
as_literal <- function(value) {
  if (!is.atomic(value) || length(value) != 1 || !is.null(attributes(value)) || is.na(value) && !is.nan(value)) {
    return(NULL)
  }
  switch(typeof(value),
    logical = list(bool_value = value),
    integer = list(int_value = as.double(value)),
    double = list(float_value = value),
    character = list(string_value = enc2utf8(value)),
    NULL
  )
}

# A text of which it is not known what it is in UTF-8 is refused as it is in a value.
check_text <- function(value) if (any(charToRaw(value) > as.raw(127))) encode_value(value)

constant_source <- function(value, trace) {
  inline <- inline_value(encode_value(value))
  if (length(inline$body) > MAX_CONSTANT_BYTES) stop_constants(length(inline$body))
  kept_constant(inline, trace)
}

# Equal constants of a pipeline are one: the key is its number among them.
kept_constant <- function(inline, trace) {
  constants <- trace$root$constants
  number <- number_of(constants, message_to_raw("jazz.v1.InlineValue", inline))
  if (number == length(constants$messages)) constants$messages[[number + 1]] <- inline
  list(kind = "constant", key = number)
}

stop_constants <- function(bytes) {
  stop_tracing(
    "constants", paste("at most", MAX_CONSTANT_BYTES, "bytes in all constants of a pipeline"), paste(bytes, "bytes"),
    "store the array as a block, and bind it or give it as an input"
  )
}

# Notes a step and gives its results. Settings that are NULL are left out. `truth` says that the result is known to be
# of truth values.
apply_op <- function(op, arguments, settings = list(), results = 1, dims = list(NULL), call = traced_call(),
                     truth = FALSE) {
  trace <- tracing$current
  if (is.null(trace)) {
    stop_tracing(
      op, "to be called inside the function of a pipeline", "a call outside of it",
      "it works on values of a pipeline while jz_pipeline() traces its function"
    )
  }
  sources <- lapply(arguments, source_of, trace = trace, argument = call)
  step <- new_step(trace, op, sources, sorted_settings(settings), call)
  lapply(seq_len(results), function(index) {
    new_node(trace, output_source(step, index - 1), dims[[min(index, length(dims))]], truth)
  })
}

apply_one <- function(op, ..., settings = list(), dims = NULL, call = traced_call(), truth = FALSE) {
  apply_op(op, list(...), settings, 1, list(dims), call, truth)[[1]]
}

new_step <- function(trace, op, sources, settings, call, version = 0) {
  step <- new.env(parent = emptyenv())
  step$trace <- trace
  step$id <- trace$root$steps <- trace$root$steps + 1
  step$op <- op
  step$version <- version
  step$arguments <- sources
  step$settings <- settings
  step$call <- call
  step
}

sorted_settings <- function(settings) {
  settings <- settings[!vapply(settings, is.null, NA)]
  if (length(settings) == 0) return(list())
  settings[order(names(settings), method = "radix")]
}
