# From what gRPC says of a failure to a condition, by codes and details and never by text.

#' The condition for a call that failed: from the server's details when it sent some, else from the status code.
#'
#' @param outcome What a call of `call.cpp` or `stream.cpp` gives.
#' @param target Where the server was sought; named when it was not reached.
#' @noRd
condition_from_call <- function(outcome, target) {
  if (!is.null(outcome$damage)) return(damaged(outcome$damage))
  condition_from_details(outcome) %||%
    jazz_condition(code_name(outcome$code), plain_message(outcome, target), code = outcome$code)
}

condition_from_details <- function(outcome) {
  if (length(outcome$details) == 0L) return(NULL)
  status <- raw_to_message("google.rpc.Status", outcome$details)
  if (is.null(status)) return(NULL) # whatever stands between may mangle details; the status code still tells
  details <- stats::setNames(
    lapply(status$details, function(detail) detail$value %||% raw()),
    vapply(status$details, function(detail) sub(".*/", "", detail$type_url %||% ""), "")
  )
  detail <- function(type) if (!is.null(details[[type]])) raw_to_message(type, details[[type]])
  own <- detail("jazz.v1.Error")
  if (!is.null(own$reason)) return(condition_from_error(own, outcome$code))
  info <- detail("google.rpc.ErrorInfo")
  known <- identical(info$domain, "jazz")
  wrong <- detail("google.rpc.BadRequest")$field_violations
  jazz_condition(
    if (known) info$reason %||% code_name(outcome$code) else code_name(outcome$code),
    status$message %||% outcome$text,
    code = outcome$code,
    metadata = if (known) pairs_list(info$metadata) else list(),
    violations = data.frame(
      field = fields_of(wrong, "field"), expected = rep("another value", length(wrong)),
      found = fields_of(wrong, "description"), stringsAsFactors = FALSE
    )
  )
}

#' The condition for one failed operation of a batch: a `jazz.v1.Error`.
#' @noRd
condition_from_error <- function(error, code = NULL) {
  wrong <- error$violations
  jazz_condition(
    error$reason %||% "INTERNAL", error$message %||% "",
    code = code,
    metadata = pairs_list(error$details),
    violations = data.frame(
      field = fields_of(wrong, "field"), expected = fields_of(wrong, "expected"), found = fields_of(wrong, "found"),
      stringsAsFactors = FALSE
    )
  )
}

#' One text of each message in a list.
#' @noRd
fields_of <- function(messages, name) vapply(messages, function(message) message[[name]] %||% "", "")

#' A named list from messages with `key` and `value`.
#' @noRd
pairs_list <- function(entries) {
  stats::setNames(as.list(fields_of(entries, "value")), fields_of(entries, "key"))
}

code_name <- function(code) {
  name <- code_names[code + 1L]
  if (is.na(name)) "UNKNOWN" else name
}

#' The error for an answer that is not what was sent.
#' @noRd
damaged <- function(what) {
  jazz_condition("DATA_LOSS", sprintf("the server's answer arrived damaged: %s", what))
}

plain_message <- function(outcome, target) {
  text <- outcome$text
  switch(code_name(outcome$code),
    UNAVAILABLE = sprintf(
      paste(
        "no Jazz server answers at %s (%s);",
        "check the address, that `jazz-server serve` runs there, and whether it wants TLS"
      ), target, text
    ),
    UNIMPLEMENTED = sprintf(
      "the server at %s does not know this call: it is older than this client, or not Jazz (%s)", target, text
    ),
    DEADLINE_EXCEEDED = sprintf(
      paste(
        "the server at %s did not answer within the timeout;",
        "if it was to write something, that may have happened or not"
      ), target
    ),
    if (nzchar(text)) text else sprintf("%s answered %s", target, code_name(outcome$code))
  )
}
