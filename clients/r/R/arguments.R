# Checks of arguments before they travel: types here, the rules of names on the server alone.

largest_whole <- 2^53

#' An argument as one text in UTF-8.
#' @noRd
check_string <- function(value, field, expected = "a text") {
  if (!is.character(value) || length(value) != 1L || is.na(value)) stop_invalid(field, expected, value)
  if (Encoding(value) == "bytes" || !validEnc(value)) stop_invalid(field, expected, I("bytes that are no text"))
  enc2utf8(as.vector(value))
}

#' A name such as `space/name`, or that of a block's handle; its rules are the server's to check.
#' @noRd
check_name <- function(value, field = "name") {
  if (inherits(value, "jazz_block")) return(whole_name(value, field))
  name <- check_string(value, field, "a name such as \"space/name\"")
  if (!nzchar(name)) stop_invalid(field, "a name such as \"space/name\"", value, reason = "INVALID_NAME")
  name
}

#' `space/name@version`, or the name as it is when no version is given.
#' @noRd
check_versioned <- function(value, version, field = "name") {
  name <- check_name(value, field)
  if (is.null(version)) return(name)
  number <- check_whole(version, "version", least = 1)
  if (grepl("@", name, fixed = TRUE)) {
    stop_invalid("version", sprintf("NULL, since `%s` already says \"%s\"", field, name), version)
  }
  sprintf("%s@%.0f", name, number)
}

#' An argument that is one whole number within bounds, as a double.
#' @noRd
check_whole <- function(value, field, least = 0, most = largest_whole) {
  expected <- sprintf("a whole number from %.0f to %.0f", least, most)
  number <- if (inherits(value, "integer64")) suppressWarnings(as.double(as.character(value))) else value
  if (!is.numeric(number) || is.object(number) || length(number) != 1L || is.na(number) || number != trunc(number) ||
    number < least || number > most) {
    stop_invalid(field, expected, value)
  }
  as.double(number)
}

#' A precondition: `NULL`, or a version, or 0 for "must not exist".
#' @noRd
check_if_version <- function(value) if (!is.null(value)) check_whole(value, "if_version")

check_bool <- function(value, field) {
  if (!isTRUE(value) && !isFALSE(value)) stop_invalid(field, "TRUE or FALSE", value)
  value
}

#' A span of time in seconds: a number or a difftime, more than nothing; `NULL` stays, and `Inf` is no limit.
#' @noRd
check_seconds <- function(value, field) {
  if (is.null(value)) return(NULL)
  number <- if (inherits(value, "difftime")) as.double(value, units = "secs") else value
  if (!is.numeric(number) || is.object(number) || length(number) != 1L || is.na(number) || number <= 0) {
    stop_invalid(field, "a number of seconds above 0, a difftime or NULL", value)
  }
  as.double(number)
}

#' A span of time as a `google.protobuf.Duration`; `NULL` for none.
#' @noRd
check_duration <- function(value, field) {
  seconds <- check_seconds(value, field)
  if (is.null(seconds) || is.infinite(seconds)) return(NULL)
  if (seconds > 315576000000) stop_invalid(field, "at most 10 000 years", value)
  whole <- floor(seconds)
  list(seconds = whole, nanos = min(999999999, max(if (whole == 0) 1 else 0, round((seconds - whole) * 1e9))))
}

#' A moment as a `google.protobuf.Timestamp`.
#' @noRd
check_moment <- function(value, field) {
  if (inherits(value, "POSIXlt")) value <- as.POSIXct(value)
  if (!inherits(value, "POSIXct") || length(value) != 1L || is.na(value)) stop_invalid(field, "one POSIXct", value)
  seconds <- as.double(value)
  whole <- floor(seconds)
  list(seconds = whole, nanos = min(999999999, round((seconds - whole) * 1e6) * 1e3))
}

#' Attributes, a named character vector or list of texts, as messages sorted by key.
#' @noRd
check_attributes <- function(value) {
  if (length(value) == 0L) return(list())
  expected <- "a named character vector, or a named list of texts"
  texts <- if (is.list(value) || is.character(value)) as.list(value) else stop_invalid("attributes", expected, value)
  keys <- names(texts)
  if (is.null(keys) || anyNA(keys) || !all(nzchar(keys))) stop_invalid("attributes", expected, I("texts without names"))
  if (anyDuplicated(keys)) stop_invalid("attributes", "each name once", keys[duplicated(keys)][1L])
  keys <- vapply(keys, check_string, "", "attributes", USE.NAMES = FALSE)
  values <- mapply(function(text, key) check_string(text, sprintf("attributes$%s", key)), texts, keys)
  entries <- unname(Map(function(key, value) list(key = key, value = value), keys, unname(values)))
  entries[order(keys, method = "radix")]
}

check_kind_name <- function(value) if (!is.null(value)) check_name(value, "kind")
