# What can go wrong, and the one table that says how. It is that of the Python client, which a test compares.

#' Errors of Jazz
#'
#' Every error is a condition whose class says what went wrong, so that it can be caught by what it is and not by its
#' text: `jazz_error_not_found`, `jazz_error_already_exists`, `jazz_error_invalid_argument` (and, inside of it,
#' `jazz_error_kind_mismatch`), `jazz_error_failed_precondition` (and `jazz_error_forked`),
#' `jazz_error_version_conflict`, `jazz_error_resource_exhausted`, `jazz_error_permission_denied`,
#' `jazz_error_unauthenticated`, `jazz_error_deadline_exceeded`, `jazz_error_unavailable`, `jazz_error_outcome_unknown`,
#' `jazz_error_data_loss`, `jazz_error_cancelled`, `jazz_error_unimplemented`, `jazz_error_internal_error`. All of them
#' are `jazz_error`s. What R and Jazz cannot say to each other is a `jazz_error_unrepresentable`.
#'
#' A condition has, beside `message` and `call`, the fields `reason` (upper snake case, such as `"BLOCK_NOT_FOUND"`),
#' `metadata` (a named list of texts, such as the name of the block) and `violations` (a data frame with `field`,
#' `expected`, `found`: everything that is wrong with an input).
#'
#' @examplesIf jz_has_server()
#' db <- jz_local_server()
#' tryCatch(jz_get(db, "lab/nothing"), jazz_error_not_found = function(error) error$reason)
#' tryCatch(jz_put(db, "no space", 1), jazz_error_invalid_argument = function(error) error$violations)
#' @name jazz-errors
#' @aliases jazz_error
NULL

# reason -> the code of gRPC's status and the class without "jazz_error_"
reasons <- local({
  rows <- c(
    "BLOCK_NOT_FOUND", 5, "not_found",
    "VERSION_NOT_FOUND", 5, "not_found",
    "SPACE_NOT_FOUND", 5, "not_found",
    "KIND_NOT_FOUND", 5, "not_found",
    "PIPELINE_NOT_FOUND", 5, "not_found",
    "UPLOAD_NOT_FOUND", 5, "not_found",
    "FIELD_NOT_FOUND", 5, "not_found",
    "LABEL_NOT_FOUND", 5, "not_found",
    "BLOCK_EXISTS", 6, "already_exists",
    "SPACE_EXISTS", 6, "already_exists",
    "KIND_EXISTS", 6, "already_exists",
    "PIPELINE_EXISTS", 6, "already_exists",
    "INVALID_ARGUMENT", 3, "invalid_argument",
    "INVALID_NAME", 3, "invalid_argument",
    "INVALID_VALUE", 3, "invalid_argument",
    "INVALID_SETTINGS", 3, "invalid_argument",
    "INVALID_PAGE_TOKEN", 3, "invalid_argument",
    "INVALID_SLICE", 3, "invalid_argument",
    "INVALID_PIPELINE", 3, "invalid_argument",
    "INVALID_STREAM", 3, "invalid_argument",
    "REQUEST_ID_REUSED", 3, "invalid_argument",
    "MIXED_DURABILITY", 3, "invalid_argument",
    "KIND_MISMATCH", 3, "kind_mismatch",
    "FAILED_PRECONDITION", 9, "failed_precondition",
    "KIND_CHANGED", 9, "failed_precondition",
    "KIND_REQUIRED", 9, "failed_precondition",
    "SPACE_NOT_EMPTY", 9, "failed_precondition",
    "VERSION_CONFLICT", 10, "version_conflict",
    "RESOURCE_EXHAUSTED", 8, "resource_exhausted",
    "QUOTA_EXCEEDED", 8, "resource_exhausted",
    "DISK_FULL", 8, "resource_exhausted",
    "MEMORY_LIMIT", 8, "resource_exhausted",
    "PERMISSION_DENIED", 7, "permission_denied",
    "UNAUTHENTICATED", 16, "unauthenticated",
    "DEADLINE_EXCEEDED", 4, "deadline_exceeded",
    "UNAVAILABLE", 14, "unavailable",
    "READ_ONLY", 14, "unavailable",
    "OUTCOME_UNKNOWN", 2, "outcome_unknown",
    "DATA_LOSS", 15, "data_loss",
    "CHECKSUM_MISMATCH", 15, "data_loss",
    "CANCELLED", 1, "cancelled",
    "UNIMPLEMENTED", 12, "unimplemented",
    "INTERNAL", 13, "internal_error"
  )
  rows <- matrix(rows, ncol = 3L, byrow = TRUE)
  data.frame(reason = rows[, 1L], code = as.integer(rows[, 2L]), class = rows[, 3L], stringsAsFactors = FALSE)
})

# classes inside of others
parents <- c(kind_mismatch = "invalid_argument", tracing = "invalid_argument", forked = "failed_precondition")

no_violations <- data.frame(field = character(), expected = character(), found = character(), stringsAsFactors = FALSE)

# gRPC's names of its status codes, from 0
code_names <- c(
  "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
  "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED",
  "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED"
)

#' The condition for a reason; for one that is not in the table, that for the status code.
#'
#' @param reason The reason in upper snake case.
#' @param message A sentence for people; what is wrong with the input follows it.
#' @param code The code of gRPC's status, for reasons that are not known.
#' @param class Another class than the table's, without `jazz_error_`.
#' @noRd
jazz_condition <- function(reason, message, code = NULL, metadata = list(), violations = no_violations, class = NULL) {
  if (is.null(class)) {
    class <- reasons$class[match(reason, reasons$reason)]
    if (is.na(class)) class <- reasons$class[match(code %||% -1L, reasons$code)]
  }
  classes <- if (!is.na(class)) paste0("jazz_error_", c(class, parents[names(parents) == class]))
  told <- sprintf("%s: expected %s, found %s", violations$field, violations$expected, violations$found)
  told <- told[told != message]
  structure(
    class = c(classes, "jazz_error", "error", "condition"),
    list(
      message = paste(c(message, sprintf("  - %s", told)), collapse = "\n"),
      call = user_call(), reason = reason, violations = violations, metadata = metadata
    )
  )
}

#' What the user called: the outermost function of this package that is under way.
#' @noRd
user_call <- function() {
  home <- topenv()
  for (frame in seq_len(sys.nframe())) {
    if (identical(topenv(environment(sys.function(frame))), home)) {
      return(readable_call(sys.call(frame)))
    }
  }
  NULL
}

#' A call without its arguments if it holds whole values, as do.call makes them, which say nothing to people.
#' @noRd
readable_call <- function(call) {
  values <- any(vapply(as.list(call)[-1L], is.object, NA)) || utils::object.size(call) >= 1e5
  if (values) call[1L] else call
}

#' The error for one bad argument.
#'
#' @param field The argument.
#' @param expected What was expected.
#' @param found What was found: itself, or in words with `I()`.
#' @noRd
stop_invalid <- function(field, expected, found, reason = "INVALID_ARGUMENT") {
  violations <- data.frame(field = field, expected = expected, found = shown(found), stringsAsFactors = FALSE)
  stop(jazz_condition(reason, sprintf("the argument `%s` is not valid", field), violations = violations))
}

#' The error for an argument that a function does not have; "" is one without a name.
#' @noRd
stop_unknown_argument <- function(name, known) {
  if (!nzchar(name)) stop_invalid("...", paste("arguments by name:", toString(known)), I("one without a name"))
  near <- known[which.min(utils::adist(name, known, ignore.case = TRUE))]
  if (utils::adist(name, near, ignore.case = TRUE) > 2) near <- NULL
  stop_invalid(name, paste("one of", toString(known)), I(c(sprintf("`%s`; is it `%s`?", name, near), name)[1L]))
}

#' Something for an error message: short, and with its class.
#' @noRd
shown <- function(found) {
  if (inherits(found, "AsIs")) return(as.character(found))
  if (is.null(found)) return("NULL")
  if (is.function(found)) return("a function")
  if (!is.atomic(found) && is.object(found)) return(sprintf("an object of class %s", class(found)[1L]))
  simple <- is.atomic(found) && length(found) <= 10L && !is.object(found)
  text <- if (simple) {
    paste(deparse(found, width.cutoff = 500L), collapse = " ")
  } else {
    sprintf("length %d", length(found))
  }
  if (nchar(text, "bytes") > 80L) text <- sprintf("%s...", substr(text, 1L, 77L))
  if (is.character(found) && simple) text else sprintf("%s (%s)", text, class(found)[1L])
}

`%||%` <- function(value, otherwise) if (is.null(value)) otherwise else value
