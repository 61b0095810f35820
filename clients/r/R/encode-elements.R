# The elements of a vector as buffers: type, count, data, offsets, missing, validity, levels, unit.

#' @param turn The dimensions, where the elements are to be stored with the last index fastest.
#' @noRd
encode_elements <- function(x, plan, path, memory, turn = NULL) {
  bare <- if (is.null(turn)) x else reverse_indices(x, turn)
  if (is.object(x)) {
    if (is.factor(x)) return(encode_factor(x, bare, plan, path))
    if (inherits(x, "Date")) return(encode_dates(bare, plan, path))
    if (inherits(x, "POSIXct")) return(encode_times(x, bare, plan, path, memory))
    if (inherits(x, "difftime")) return(encode_durations(x, bare, plan, path, memory))
  }
  if (is_blobs(x)) return(encode_blobs(bare, path, memory))
  int64 <- inherits(x, "integer64")
  plain <- c("integer64", "table", "xtabs", "AsIs", "noquote", "matrix", "array")
  if (is.object(x) && !all(class(x) %in% c(plain, "integer", "numeric", "double", "character", "logical", "complex"))) {
    found <- sprintf("an object of class %s", paste(class(x), collapse = "/"))
    refuse(
      path, "a class of the table in ?`jazz-types`", found,
      "Store unclass(x), or what as.character(x) or as.numeric(x) give."
    )
  }
  switch(typeof(x),
    character = encode_texts(bare, plan, path, memory),
    raw = elements_of("bytes", offsets = wire_indices(c(0, length(x)), 0L, TRUE), data = x, count = 1),
    logical = , integer = , double = , complex = if (int64) {
      encode_int64(bare, x, memory)
    } else {
      encode_numbers(bare, x, plan, memory)
    },
    refuse(
      path, "a vector of the table in ?`jazz-types`", sprintf("a %s", typeof(x)), "Store data: vectors, arrays, lists."
    )
  )
}

#' @noRd
elements_of <- function(type, data, count, missing = list(count = 0, validity = NULL), offsets = NULL, levels = NULL,
                        unit = "", unseen = FALSE, ...) {
  list(
    type = type_message(type, ...), data = data, count = count, missing = missing$count, validity = missing$validity,
    offsets = offsets, levels = levels, unit = unit, unseen = unseen
  )
}

#' @noRd
encode_int64 <- function(bare, x, memory) {
  missing <- missing_elements(bare, TRUE)
  type <- memory$type %||% "int64"
  if (type == "uint64" && !none_negative(bare)) type <- "int64"
  timed <- type %in% c("timestamp", "duration")
  if (!timed && type != "uint64") type <- "int64"
  data <- if (missing$count > 0) zeroed_missing(bare, TRUE) else bare
  elements_of(
    type, data, length(bare), missing,
    time_unit = if (timed) memory$time_unit, zone = if (type == "timestamp") memory$zone %||% "" else "",
    unit = if (timed) "" else unit_of(x, memory)
  )
}

#' @noRd
encode_numbers <- function(bare, x, plan, memory) {
  natural <- switch(typeof(bare), logical = "bool", integer = "int32", double = "float64", complex = "complex128")
  type <- memory$type %||% natural
  unit <- unit_of(x, memory)
  unseen <- !plan$ahead && type == natural && seems_whole(bare)
  missing <- if (unseen) list(count = 0, validity = NULL) else missing_elements(bare, FALSE)
  if (type != natural && type %in% number_types) {
    data <- wire_numbers(bare, type, FALSE)
    if (!is.null(data)) return(elements_of(type, data, length(bare), missing, unit = unit))
  }
  data <- if (natural == "bool") {
    wire_numbers(bare, "bool", FALSE)
  } else if (missing$count > 0) {
    zeroed_missing(bare, FALSE)
  } else {
    bare
  }
  elements_of(natural, data, length(bare), missing, unit = unit, unseen = unseen)
}

#' The unit of elements, if they are those that it was remembered for.
#' @noRd
unit_of <- function(x, memory) {
  if (is.null(memory$unit) || is.logical(x) || !identical(memory$unit_of, fingerprint(x))) return("")
  memory$unit
}

#' @noRd
encode_texts <- function(bare, plan, path, memory) {
  missing <- missing_elements(bare, FALSE)
  counts <- if ((memory$type %||% "") %in% c("int64", "uint64", "timestamp", "duration")) {
    text_to_int64(bare, memory$type == "uint64")
  }
  if (!is.null(counts)) {
    timed <- memory$type %in% c("timestamp", "duration")
    return(elements_of(
      memory$type, counts, length(bare), missing,
      time_unit = if (timed) memory$time_unit, zone = if (memory$type == "timestamp") memory$zone %||% "" else "",
      unit = if (timed) "" else unit_of(bare, memory)
    ))
  }
  text <- utf8_of(bare, plan, path)
  elements_of("string", text$data, length(bare), missing, offsets = text$offsets)
}

#' Texts as UTF-8.
#' @noRd
utf8_of <- function(x, plan, path) {
  utf8 <- isTRUE(l10n_info()[["UTF-8"]])
  if (!utf8) {
    # R would write bytes that the encoding of the session does not have as "<e9>".
    unknown <- which(Encoding(x) == "unknown" & !is.na(x) & is.na(iconv(x, "", "UTF-8")))
    if (length(unknown) > 0L) {
      refuse_text(path, unknown[[1L]], "text that is not valid in the encoding of the session")
    }
  }
  text <- text_to_utf8(x, utf8)
  if (is.null(text$bad)) return(text)
  found <- c("text that is marked as bytes", "text that is not valid UTF-8", "bytes that latin1 does not have")
  refuse_text(path, text$bad, found[[text$why]])
}

#' @noRd
refuse_text <- function(path, place, found) {
  refuse(
    path, "text that UTF-8 can encode", sprintf("%s at [%s]", found, format(place, scientific = FALSE)),
    paste(
      "Say what encoding it has: Encoding(x) <- \"latin1\", or iconv(x, from, \"UTF-8\");",
      "or store bytes: lapply(x, charToRaw)."
    )
  )
}

#' @noRd
encode_blobs <- function(bare, path, memory) {
  bytes <- blobs_to_bytes(bare)
  if (!is.null(bytes$bad)) {
    refuse(
      path, "raw vectors and NULLs", sprintf("something else at [%s]", format(bytes$bad)),
      "Make all elements raw: lapply(x, as.raw)."
    )
  }
  type <- if (identical(memory$type, "string")) "string" else "bytes"
  elements_of(type, bytes$data, length(unclass(bare)), missing_elements(bare, FALSE), offsets = bytes$offsets)
}

#' Whether an object is a list of raw vectors, NULL for missing ones, that is a vector of bytes.
#' @noRd
is_blobs <- function(x) {
  if (typeof(x) != "list") return(FALSE)
  if (inherits(x, "blob")) return(TRUE)
  if ((is.object(x) && !inherits(x, "AsIs")) || !is.null(attr(x, "names", exact = TRUE)) || length(x) == 0L) {
    return(FALSE)
  }
  raws <- vapply(x, is.raw, NA)
  any(raws) && all(raws | vapply(x, is.null, NA))
}

#' @noRd
encode_factor <- function(x, bare, plan, path) {
  levels <- levels(x)
  if (!is.character(levels)) refuse(path, "a factor with levels that are texts", "a factor without", "Use factor(x).")
  if (anyNA(levels)) {
    refuse(
      path, "levels that are not missing", "NA among the levels",
      "Use factor(x, exclude = NA): its elements are missing."
    )
  }
  codes <- factor_to_codes(bare, length(levels))
  if (is.null(codes)) {
    refuse(path, "codes of levels", "codes that no level has", "The factor is broken: make it anew with factor().")
  }
  text <- utf8_of(levels, plan, paste0("levels of ", path))
  levels <- elements_of("string", text$data, length(levels), offsets = text$offsets)
  elements_of("factor", codes, length(codes), missing_elements(bare, FALSE), levels = levels, ordered = is.ordered(x))
}

#' @noRd
encode_dates <- function(bare, plan, path) {
  days <- dates_to_days(as_double(bare), plan$options$lossy)
  if (is.double(days)) {
    found <- sprintf(
      "%s days at [%s]", format(as.double(unclass(bare)[[days]]), digits = 15L), format(days, scientific = FALSE)
    )
    refuse(
      path, "whole days, not NaN, in the range of int32", found,
      "Use as.Date(floor(unclass(x)), origin = \"1970-01-01\"), or as.POSIXct(x) to keep the time; a NaN has to be NA."
    )
  }
  elements_of("date", days, length(days), missing_elements(as_double(bare), FALSE))
}

#' A bare vector of doubles of one of doubles or integers.
#' @noRd
as_double <- function(x) if (typeof(x) == "double") x else as.double(unclass(x))

#' @noRd
encode_times <- function(x, bare, plan, path, memory) {
  zone <- wire_zone(attr(x, "tzone", exact = TRUE), memory, path)
  counted <- counts_of(as_double(bare), 1, plan, path, if (identical(memory$type, "timestamp")) memory$time_unit)
  elements_of("timestamp", counted$counts, length(bare), counted$missing, time_unit = counted$unit, zone = zone)
}

#' @noRd
encode_durations <- function(x, bare, plan, path, memory) {
  scales <- c(secs = 1, mins = 60, hours = 3600, days = 86400, weeks = 604800)
  units <- attr(x, "units", exact = TRUE)
  if (!is.character(units) || length(units) != 1L || !units %in% names(scales)) {
    refuse(
      path, paste("a difftime in", paste(names(scales), collapse = ", ")), deparse(units)[1L],
      "Use as.difftime(x, units = \"secs\")."
    )
  }
  counted <- counts_of(
    as_double(bare), scales[[units]], plan, path, if (identical(memory$type, "duration")) memory$time_unit
  )
  elements_of("duration", counted$counts, length(bare), counted$missing, time_unit = counted$unit)
}

#' Times as counts of the unit that they had, or of microseconds if they are exact, else of the nearest nanoseconds: an
#' instant of today is exact in these, and the difference of two has digits beyond them that no clock knew.
#' @noRd
counts_of <- function(seconds, scale, plan, path, unit) {
  missing <- missing_elements(seconds, FALSE)
  for (each in unique(c(unit, "us", "ns"))) {
    found <- times_to_counts(seconds, scale, time_digits[[each]], FALSE)
    if (found$bad == 0) return(list(counts = found$counts, unit = each, missing = missing))
  }
  for (each in c("ns", if (plan$options$times == "nearest" || plan$options$lossy) "us")) {
    found <- times_to_counts(seconds, scale, time_digits[[each]], TRUE)
    if (found$bad == 0) return(list(counts = found$counts, unit = each, missing = missing))
  }
  bad <- format(as.double(unclass(seconds)[[found$bad]]), digits = 17L)
  refuse(
    path, "times that are whole microseconds or within the reach of nanoseconds (292 years from 1970)",
    sprintf("%s at [%s]", bad, format(found$bad, scientific = FALSE)),
    "Make NaN and infinite times NA; times = \"nearest\" rounds the others to microseconds."
  )
}

#' A POSIXlt as POSIXct, with names and the zone.
#' @noRd
posixct_of <- function(x) {
  zone <- attr(x, "tzone", exact = TRUE)
  time <- as.POSIXct(x)
  attr(time, "tzone") <- if (is.null(zone)) "" else zone[[1L]]
  if (is.null(names(time)) && !is.null(names(x))) names(time) <- names(x)
  time
}
