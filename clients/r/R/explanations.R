# What the server tells of the steps of pipelines, and of the operations that they are made of.

#' Explain how a pipeline would run
#'
#' Says in words what would be done and why, with the type of every value in it, and about how much work each step is.
#' `jz_run(profile = TRUE)` tells what each step took.
#'
#' @inheritParams jz_pipeline_put
#' @param pipeline A name, or what [jz_pipeline()] made.
#' @param bind For one that is not stored: inputs that are taken from stored blocks.
#' @return A list of class `jazz_explanation`, which prints as its `text`, with
#'   * `inputs` that a run must give, and `outputs`: types by name;
#'   * `steps`, a data frame of what is done (`op`, `op_version`, its `position` among the steps that were written,
#'     counted from 0, `arguments`, `outputs`, the texts of their types, `depth` for what is inside of loops and calls,
#'     `note`, `library`) and about how much work it is (`flops`, `bytes`, `library_bytes` that a library takes at most
#'     besides its arguments; `NA` where sizes are not known); after a run with what each step took (`calls`, `seconds`,
#'     `bytes_read`, `bytes_written`, `rows_pruned`, `chosen`);
#'   * `flops` and `bytes` of all steps of which they are known.
#' @examplesIf jz_has_server()
#' db <- jz_local_server()
#' layer <- jz_pipeline(function(x, w) jz_relu(x %*% w), list(x = jz_csr("n", 4), w = jz_csr(4, 4)))
#' jz_explain(db, layer)
#' jz_run(db, layer, x = diag(4), w = diag(4), profile = TRUE)$profile
#' @export
jz_explain <- function(db, pipeline, bind = NULL, timeout = NULL) {
  check_connection(db)
  if (is.character(pipeline) && !is.null(bind)) {
    stop_invalid("bind", "NULL for a stored pipeline, whose binds are stored with it", bind)
  }
  request <- pipeline_target(pipeline, bind)
  answer <- located(pipeline, with_r_fields(unary_call(db, "Pipelines/ExplainPipeline", request, timeout)))
  explanation(answer$explanation)
}

explanation <- function(message) {
  column <- function(field, missing) vapply(message$steps, function(step) step[[field]] %||% missing, missing)
  steps <- data.frame(
    op = column("op", ""), op_version = column("op_version", 0), position = column("position", NA_real_),
    arguments = column("arguments", ""), depth = column("depth", 0), note = column("note", ""),
    library = column("library", ""), library_bytes = column("library_bytes", NA_real_),
    flops = column("flops", NA_real_), bytes = column("bytes", NA_real_), stringsAsFactors = FALSE
  )
  steps$outputs <- lapply(message$steps, function(step) vapply(step$outputs, type_text, ""))
  profiles <- lapply(message$steps, `[[`, "profile")
  if (!all(vapply(profiles, is.null, NA))) {
    took <- function(field) vapply(profiles, function(profile) profile[[field]] %||% 0, 0)
    steps$calls <- took("calls")
    steps$seconds <- took("nanoseconds") / 1e9
    for (field in c("bytes_read", "bytes_written", "rows_pruned")) steps[[field]] <- took(field)
    steps$chosen <- lapply(profiles, function(profile) as.character(unlist(profile$chosen)))
  }
  structure(
    list(
      inputs = named_types(message$inputs), outputs = named_types(message$outputs), steps = steps,
      text = message$text %||% "", flops = message$flops %||% 0, bytes = message$bytes %||% 0
    ),
    class = "jazz_explanation"
  )
}

#' @export
print.jazz_explanation <- function(x, ...) {
  cat(x$text, "\n", sep = "")
  invisible(x)
}

#' The operations that pipelines are made of
#'
#' @inheritParams jz_pipeline_put
#' @param name The name of one operation, for all that is known of it.
#' @return A data frame with the columns `name`, `version`, `signature`, `doc`, `missing` (what it does with missing
#'   elements), `library` (that it runs inside of, or `""` for machine code), `cancellable` (`FALSE` where the library
#'   computes on when a run is called off), `work` (about how much it is), `since` (the version of Jazz), `arguments`,
#'   `optional_arguments` (how many of them, from the last, can be left out), `results` and `parameters`, a data frame
#'   for each. It prints the signatures; of one operation all.
#' @examplesIf jz_has_server()
#' db <- jz_local_server()
#' jz_ops(db)
#' jz_ops(db, "topk")
#' @export
jz_ops <- function(db, name = NULL, timeout = NULL) {
  check_connection(db)
  ops <- pages(db, "Pipelines/ListOps", list(), "ops", timeout)
  text <- function(field) vapply(ops, function(op) op[[field]] %||% "", "")
  frame <- data.frame(
    name = text("name"), version = vapply(ops, function(op) op$version %||% 0, 0), signature = text("signature"),
    doc = text("doc"), missing = text("missing"), library = vapply(ops, function(op) op$host$library %||% "", ""),
    cancellable = vapply(ops, function(op) is.null(op$host) || isTRUE(op$host$cancellable), NA),
    optional_arguments = vapply(ops, function(op) op$optional_arguments %||% 0, 0), work = text("work"),
    since = text("since"), stringsAsFactors = FALSE
  )
  frame$arguments <- lapply(ops, function(op) as.character(unlist(op$arguments)))
  frame$results <- lapply(ops, function(op) as.character(unlist(op$results)))
  frame$parameters <- lapply(ops, function(op) parameters_frame(op$parameters))
  if (!is.null(name)) {
    frame <- frame[frame$name == check_string(name, "name"), , drop = FALSE]
    if (nrow(frame) == 0L) stop_invalid("name", "an operation that jz_ops() lists", name)
  }
  class(frame) <- c("jazz_ops", "jazz_listing", "data.frame")
  frame
}

parameters_frame <- function(parameters) {
  text <- function(field, missing = "") vapply(parameters, function(parameter) parameter[[field]] %||% missing, missing)
  data.frame(
    name = text("name"), type = text("type"), default = text("default_value", NA_character_),
    required = vapply(parameters, function(parameter) isTRUE(parameter$required), NA), doc = text("doc"),
    stringsAsFactors = FALSE
  )
}

#' @export
print.jazz_ops <- function(x, ...) {
  if (!all(c("signature", "doc", "parameters") %in% names(x))) return(NextMethod())
  if (nrow(x) == 1L) {
    runs_as <- if (nzchar(x$library)) x$library else "machine code"
    if (!x$cancellable) runs_as <- paste0(runs_as, ", which cannot be cancelled")
    facts <- c(
      paste("missing elements:", x$missing), paste("results:", toString(x$results[[1L]])), paste("runs as:", runs_as),
      paste("work:", x$work), sprintf("since: Jazz %s, version %s", x$since, show_version(x$version)),
      parameter_lines(x$parameters[[1L]])
    )
    cat(x$signature, strwrap(c(x$doc, facts), indent = 2L, exdent = 4L), sep = "\n")
  } else {
    cat(x$signature, "jz_ops(db, \"topk\") says what an operation does", sep = "\n")
  }
  invisible(x)
}

parameter_lines <- function(parameters) {
  default <- ifelse(is.na(parameters$default), "not set", paste("default", parameters$default))
  sprintf(
    "%s: %s, %s: %s", parameters$name, parameters$type, ifelse(parameters$required, "required", default), parameters$doc
  )
}
