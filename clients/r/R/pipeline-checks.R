# What the writing of pipelines refuses.

stop_tracing <- function(field, expected, found, advice = NULL) {
  violation <- data.frame(field = field, expected = expected, found = found)
  message <- paste0(field, ": expected ", expected, ", found ", found, if (!is.null(advice)) paste0(" (", advice, ")"))
  condition <- structure(
    class = c("jazz_error_tracing", "jazz_error_invalid_argument", "jazz_error", "error", "condition"),
    list(message = message, call = NULL, reason = "INVALID_ARGUMENT", violations = violation, metadata = list())
  )
  stop(condition)
}

is_whole <- function(x) {
  is.numeric(x) && length(x) == 1 && !is.na(x) && is.finite(x) && x == trunc(x)
}

format_whole <- function(x) if (is.character(x)) x else format(x, scientific = FALSE, trim = TRUE, digits = 15)

describe_r <- function(x) {
  if (is.null(x)) {
    return("NULL")
  }
  if (is.atomic(x) && length(x) == 1) {
    return(if (is.character(x)) encodeString(x, quote = "\"") else format(x))
  }
  sprintf("%s of length %s", class(x)[[1]], format_whole(length(x)))
}

check_text <- function(x, field, expected, empty = FALSE) {
  if (!is.character(x) || length(x) != 1 || is.na(x) || !(empty || nzchar(x))) {
    stop_tracing(field, expected, describe_r(x))
  }
  invisible(x)
}

check_flag <- function(x, field) {
  if (!is.logical(x) || length(x) != 1 || is.na(x)) stop_tracing(field, "TRUE or FALSE", describe_r(x))
  invisible(x)
}
