# Pipelines on the server: store, look, explain, run.

#' Store pipelines and look at them
#'
#' `jz_pipeline_put()` stores a pipeline, or a new version of it. It is typed first: all that is wrong with it is said
#' at once, each with the call of R that wrote it.
#'
#' @param db A connection that [jz_connect()] made.
#' @param name `"space/name"`; where one is read, also `"space/name@version"`.
#' @param pipeline What [jz_pipeline()] made.
#' @param bind Inputs that are taken from stored blocks, a named vector or list: `"space/name"` for the latest version
#'   at each run, `"space/name@version"` for that version, which is then kept.
#' @param cache_results Whether the server keeps results in memory, as long as there is room, for runs on the same
#'   inputs: the same versions of blocks, and values of the same bytes.
#' @param if_version The version that must be the latest one now; 0 for "must not exist".
#' @param version The version; the latest when `NULL`.
#' @param prefix `"space"`, or `"space/prefix"` for the names that start with it.
#' @param timeout Seconds that it may take; the connection's timeout when `NULL`.
#' @return `jz_pipeline_put()`, `jz_pipeline_get()`: a list of class `jazz_pipeline_info` with `name`, `version`,
#'   `created`, `binds`, `inputs`, `outputs` (types by name), `cache_results` and, from a get, `pipeline`.
#'   `jz_pipeline_list()`: a data frame.
#' @examplesIf jz_has_server()
#' db <- jz_local_server()
#' double <- jz_pipeline(function(x) x * 2, inputs = list(x = jz_dense("n")))
#' jz_pipeline_put(db, "lab/double", double)
#' jz_pipeline_list(db, "lab")
#' jz_pipeline_get(db, "lab/double")$pipeline
#' jz_pipeline_delete(db, "lab/double")
#' @export
jz_pipeline_put <- function(db, name, pipeline, bind = NULL, cache_results = FALSE, if_version = NULL,
                            timeout = NULL) {
  check_connection(db)
  binds <- bind_messages(bind)
  check_bool(cache_results, "cache_results")
  request <- list(
    name = check_name(name), binds = if (length(binds) > 0L) binds,
    cache_results = if (cache_results) TRUE, if_version = check_if_version(if_version),
    request_id = new_uuid(), pipeline = check_pipeline(pipeline)$message
  )
  request <- without_null(request)
  answer <- located(pipeline, with_r_fields(unary_call(db, "Pipelines/PutPipeline", request, timeout)))
  invisible(pipeline_info(answer$info))
}

#' @rdname jz_pipeline_put
#' @export
jz_pipeline_get <- function(db, name, version = NULL, timeout = NULL) {
  request <- list(name = check_versioned(name, version))
  pipeline_info(unary_call(check_connection(db), "Pipelines/GetPipeline", request, timeout)$info)
}

#' @rdname jz_pipeline_put
#' @export
jz_pipeline_list <- function(db, prefix, timeout = NULL) {
  check_connection(db)
  request <- list(prefix = check_string(prefix, "prefix"))
  infos <- lapply(pages(db, "Pipelines/ListPipelines", request, "pipelines", timeout), pipeline_info)
  frame <- data.frame(
    name = vapply(infos, `[[`, "", "name"), version = vapply(infos, `[[`, 0, "version"),
    signature = vapply(infos, signature_text, ""), stringsAsFactors = FALSE
  )
  frame$created <- if (length(infos) > 0L) do.call(c, lapply(infos, `[[`, "created")) else moment_of(NULL)[0L]
  as_listing(frame)
}

#' @rdname jz_pipeline_put
#' @export
jz_pipeline_delete <- function(db, name, if_version = NULL, timeout = NULL) {
  request <- list(name = check_name(name), if_version = check_if_version(if_version))
  request <- without_null(request)
  unary_call(check_connection(db), "Pipelines/DeletePipeline", request, timeout, repeatable = FALSE)
  invisible(NULL)
}

check_pipeline <- function(pipeline) {
  if (!is_pipeline(pipeline)) stop_invalid("pipeline", "a pipeline that jz_pipeline() made", pipeline)
  pipeline
}

bind_messages <- function(bind) {
  if (length(bind) == 0L) return(list())
  inputs <- names(bind)
  if (is.null(inputs) || !all(nzchar(inputs)) || anyDuplicated(inputs)) {
    stop_invalid("bind", "names of blocks, named by inputs", bind)
  }
  blocks <- lapply(inputs, function(input) check_name(bind[[input]], sprintf("bind$%s", input)))
  messages <- Map(function(input, block) list(input = input, block = block), inputs, blocks)
  unname(messages[by_name(inputs)])
}

pipeline_info <- function(message) {
  info <- list(
    name = message$name, version = message$version, created = moment_of(message$create_time),
    binds = vapply(message$binds, `[[`, "", "block"), inputs = named_types(message$inputs),
    outputs = named_types(message$outputs), cache_results = isTRUE(message$cache_results)
  )
  names(info$binds) <- vapply(message$binds, `[[`, "", "input")
  if (!is.null(message$pipeline)) info$pipeline <- new_pipeline(message$name, message$pipeline)
  structure(info, class = "jazz_pipeline_info")
}

named_types <- function(entries) {
  types <- lapply(entries, function(entry) new_type(entry$type %||% list(any = empty_message())))
  stats::setNames(types, vapply(entries, `[[`, "", "name"))
}

signature_text <- function(info) {
  told <- function(types) paste(sprintf("%s: %s", names(types), vapply(types, format, "")), collapse = ", ")
  sprintf("(%s) -> (%s)", told(info$inputs), told(info$outputs))
}

#' @export
format.jazz_pipeline_info <- function(x, ...) {
  sprintf("<jazz_pipeline_info %s@%s: %s>", x$name, show_version(x$version), signature_text(x))
}

#' @export
print.jazz_pipeline_info <- function(x, ...) {
  binds <- if (length(x$binds) > 0L) sprintf("  %s from %s", names(x$binds), x$binds)
  cat(format(x), binds, sep = "\n")
  invisible(x)
}

#' Run a pipeline
#'
#' @param db A connection that [jz_connect()] made.
#' @param pipeline The name of a stored pipeline, `"space/name"` or `"space/name@version"`, or one that [jz_pipeline()]
#'   made, which is run without being stored.
#' @param ... Inputs by name. A block or a part of it, as [jz_block()] gives it, stands for what is stored, whose bytes
#'   stay on the server; anything else is sent. A vector of length 1 is a vector; [jz_scalar()] makes a scalar of it,
#'   for an input of rank 0. An input for which a block is bound can be given too: it takes the block's place in this
#'   run.
#' @param inputs Inputs as a named list, for names that are those of arguments of this function.
#' @param into Where to store the output instead of giving it back, a name; a named vector of names when there are
#'   several outputs, of which those that it names are stored, in one atomic commit.
#' @param details Whether to give all that is known of the run: a list with `value`, `used_versions`,
#'   `pipeline_version`, `compute_seconds` and `runs_together`, how many runs on a few rows each were computed as one; 0
#'   when the result had been kept.
#' @param profile Whether to give all that is known of the run with `profile`, which tells what each step took, as
#'   [jz_explain()] tells what it would.
#' @param timeout Seconds that it may take; the connection's timeout when `NULL`, which is none for runs.
#' @param options Options of [jz_value_options()] for what comes back.
#' @return The output; a named list when there are several. Where one was stored, a [jazz_info] is in its place.
#' @examplesIf jz_has_server()
#' db <- jz_local_server()
#' types <- list(x = jz_dense("r", "c"), by = jz_dense("c"))
#' scaled <- jz_pipeline(function(x, by) sweep(x, 2, by, "*"), inputs = types)
#' jz_run(db, scaled, x = matrix(1:6, 2), by = c(1, 10, 100))
#' jz_put(db, "lab/by", c(1, 10, 100))
#' jz_pipeline_put(db, "lab/scaled", scaled, bind = c(by = "lab/by"))
#' jz_run(db, "lab/scaled", x = matrix(1:6, 2))
#' @export
jz_run <- function(db, pipeline, ..., inputs = list(), into = NULL, details = FALSE, profile = FALSE,
                   timeout = NULL, options = jz_value_options()) {
  check_connection(db)
  check_bool(details, "details")
  check_bool(profile, "profile")
  if (!inherits(options, "jazz_value_options")) stop_invalid("options", "what jz_value_options() gives", options)
  given <- run_inputs(c(list(...), inputs))
  header <- c(pipeline_target(pipeline), if (length(given$messages) > 0L) list(inputs = given$messages))
  stores <- store_messages(into, function() output_names(db, pipeline, timeout))
  if (length(stores) > 0L) header <- c(header, list(stores = stores, request_id = new_uuid()))
  if (profile) header$profile <- TRUE
  label <- if (is_pipeline(pipeline)) "run pipeline" else paste("run", pipeline)
  result <- hinted(names(given$values), located(pipeline, with_r_fields(exchange_call(
    db, "Pipelines/RunPipeline", list(header = header),
    announced = function(answer) streamed_outputs(answer$header),
    values = unname(given$values), timeout = timeout, label = label, options = options
  ))))
  run_result(result, details || profile, options)
}

# What is named as options of values are was taken for an input: says where options go, when there is no such input.
hinted <- function(inputs, code) {
  options <- intersect(inputs, names(formals(jz_value_options)))
  if (length(options) == 0L) return(code)
  tryCatch(code, jazz_error_invalid_argument = function(error) {
    if ("inputs" %in% error$violations$field) {
      advice <- sprintf("options of values are given as options = jz_value_options(%s = ...)", options[[1L]])
      error$message <- paste(error$message, advice, sep = "\n  ")
    }
    stop(error)
  })
}

pipeline_target <- function(pipeline, bind = NULL) {
  if (is.character(pipeline)) return(list(name = check_name(pipeline, "pipeline")))
  binds <- bind_messages(bind)
  list(inline = c(if (length(binds) > 0L) list(binds = binds), list(pipeline = check_pipeline(pipeline)$message)))
}

# The order of names by their code points. Those of arguments have no encoding that order() takes.
by_name <- function(names) order(enc2utf8(names), method = "radix")

run_inputs <- function(inputs) {
  if (length(inputs) == 0L) return(list(messages = list(), values = list()))
  names <- names(inputs) %||% rep("", length(inputs))
  unnamed <- sum(!nzchar(names))
  if (unnamed > 0L) {
    found <- I(sprintf("%d without a name", unnamed))
    stop_invalid("inputs", "each by its name, as in jz_run(db, pipeline, x = 1)", found)
  }
  twice <- names[duplicated(names)]
  if (length(twice) > 0L) stop_invalid("inputs", "each name once", I(sprintf("%s twice", twice[[1L]])))
  inputs <- inputs[by_name(names)]
  values <- lapply(inputs, function(input) encode_value(if (inherits(input, "jazz_block")) NULL else input))
  messages <- Map(function(name, input, value) {
    if (inherits(input, "jazz_block")) return(list(name = name, block = block_request(input)))
    list(name = name, value = list(header = value$header, body_bytes = value$body_bytes))
  }, names(inputs), inputs, values)
  list(messages = unname(messages), values = values)
}

store_messages <- function(into, outputs) {
  if (is.null(into)) return(list())
  if (is.null(names(into))) {
    names <- outputs()
    if (length(names) != 1L || length(into) != 1L) {
      stop_invalid("into", sprintf("names of blocks, named by outputs (%s)", toString(names)), into)
    }
    return(list(list(output = names, block = check_name(into, "into"))))
  }
  lapply(
    names(into), function(output) list(output = output, block = check_name(into[[output]], sprintf("into$%s", output)))
  )
}

output_names <- function(db, pipeline, timeout) {
  if (!is_pipeline(pipeline)) return(names(jz_pipeline_get(db, pipeline, timeout = timeout)$outputs))
  vapply(pipeline$message$graph$outputs, `[[`, "", "name")
}

# The values that follow the first answer of a run, at their positions among the outputs.
streamed_outputs <- function(header) {
  lapply(header$outputs, function(output) {
    if (is.null(output$value)) return(list(header = list(null = empty_message()), body_bytes = 0))
    list(header = output$value$header, body_bytes = output$value$body_bytes %||% 0)
  })
}

run_result <- function(result, details, options) {
  header <- result$answer$header
  results <- Map(function(output, value) {
    if (!is.null(output$block)) return(block_info(output$block))
    decode_value(value$header, value$targets, options)
  }, header$outputs, result$values)
  names(results) <- vapply(header$outputs, `[[`, "", "name")
  value <- if (length(results) == 1L) results[[1L]] else results
  if (!details) return(value)
  used <- header$used_blocks
  versions <- vapply(used, function(block) sprintf("%s@%s", block$name, show_version(block$version)), "")
  names(versions) <- vapply(used, `[[`, "", "input")
  told <- list(
    value = value, used_versions = versions, pipeline_version = header$pipeline_version %||% NA_real_,
    compute_seconds = (header$compute_nanoseconds %||% 0) / 1e9, runs_together = header$runs_together %||% 0
  )
  if (!is.null(header$profile)) told$profile <- explanation(header$profile)
  told
}

# Gives the errors of the server the calls of R that wrote the steps they name, such as "steps[3] matmul.a".
located <- function(pipeline, code) {
  if (!is_pipeline(pipeline)) return(code)
  tryCatch(code, jazz_error = function(error) stop(with_calls(error, pipeline)))
}

with_calls <- function(error, pipeline) {
  fields <- error$violations$field
  calls <- vapply(fields, call_of, "", pipeline = pipeline, USE.NAMES = FALSE)
  told <- nzchar(calls)
  if (!any(told)) return(error)
  error$violations$field[told] <- sprintf("%s, from %s,", fields[told], calls[told])
  for (row in which(told)) {
    error$message <- sub(
      sprintf("%s:", fields[[row]]), sprintf("%s (%s):", fields[[row]], calls[[row]]), error$message, fixed = TRUE
    )
  }
  error
}

# The call that wrote the step which a field names: the innermost one, in the sub-graph where it is.
call_of <- function(field, pipeline) {
  parts <- regmatches(field, gregexpr("(\\w+\\.)?steps\\[[0-9]+\\]", field))[[1L]]
  graph <- NULL
  outer <- regmatches(field, regexec("^graphs\\[([0-9]+)\\]\\.", field))[[1L]]
  if (length(outer) > 0L) graph <- as.integer(outer[[2L]]) + 1L
  call <- ""
  step <- NULL
  for (part in parts) {
    number <- as.integer(sub(".*\\[([0-9]+)\\]", "\\1", part)) + 1L
    setting <- sub("\\.?steps.*", "", part)
    if (!is.null(step) && nzchar(setting)) {
      found <- Filter(function(parameter) identical(parameter$name, setting), step$parameters)
      if (length(found) == 0L || is.null(found[[1L]]$graph)) return(call)
      graph <- found[[1L]]$graph + 1L
    }
    steps <- if (is.null(graph)) pipeline$message$graph$steps else pipeline$message$graphs[[graph]]$steps
    calls <- if (is.null(graph)) pipeline$calls else pipeline$graph_calls[graph][[1L]]
    if (number > length(steps)) return(call)
    step <- steps[[number]]
    if (number <= length(calls)) call <- calls[[number]]
  }
  call
}
