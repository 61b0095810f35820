# The elements of a tensor: a bare vector, the attributes of its class, and what has to be remembered.

#' @param scalar Whether the tensor has rank 0.
#' @noRd
decode_elements <- function(tensor, type, received, path, scalar) {
  if (type$name %in% c("string", "bytes")) return(decode_variable(tensor, type, received, path, scalar))
  data <- take(received)
  missing <- as.double(tensor$missing_entries %||% 0)
  validity <- if (missing > 0) take(received)
  mark <- function(x, int64 = FALSE) if (missing > 0) set_missing(x, validity, int64)
  switch(type$name,
    bool = {
      if (!widen(data, "bool")) refuse_malformed(path, "bytes of truth values that are neither 0 nor 1")
      mark(data)
      list(x = data)
    },
    factor = {
      levels <- decode_levels(tensor$categories, received, sprintf("levels of %s", path))
      outside <- codes_to_factor(data, length(levels))
      # Codes of missing elements are 0, also where there are no categories.
      if (outside > if (length(levels) == 0L) missing else 0) refuse_malformed(path, "codes that no category has")
      mark(data)
      class <- if (type$ordered) c("ordered", "factor") else "factor"
      list(x = data, attributes = list(levels = levels, class = class))
    },
    date = {
      widen(data, "date")
      mark(data)
      list(x = data, attributes = list(class = "Date"))
    },
    timestamp = , duration = decode_times(data, type, received, path, mark),
    int64 = , uint64 = decode_int64(data, type, received, path, mark),
    int32 = {
      lowest <- doubles_if_lowest(data)
      if (!is.null(lowest)) data <- lowest
      mark(data)
      list(x = data, memory = if (!is.null(lowest)) list(type = "int32"))
    },
    {
      if (type$name %in% c("float64", "complex128")) {
        check_seeming(data, received$options, path)
        mark(data)
        return(list(x = data))
      }
      widen(data, type$name)
      mark(data)
      list(x = data, memory = list(type = type$name))
    }
  )
}

#' NaNs that R would take for NA. Where elements are missing, there are zero bytes still.
#' @noRd
check_seeming <- function(data, options, path) {
  place <- seeming_missing(data, options$lossy)
  if (place > 0 && !options$lossy) {
    refuse(
      path, "no NaN with the bits of R's NA_real_, as it is not missing",
      sprintf("one at [%s]", format(place, scientific = FALSE)),
      "lossy = TRUE makes it a plain NaN.", FALSE
    )
  }
}

#' @noRd
decode_int64 <- function(data, type, received, path, mark, memory = NULL) {
  options <- received$options
  unsigned <- type$name == "uint64"
  if (options$bigint == "character") {
    texts <- int64_to_text(data, unsigned)
    mark(texts)
    return(list(x = texts, memory = c(list(type = type$name), memory)))
  }
  if (options$bigint == "numeric") {
    place <- int64_to_doubles(data, unsigned, options$lossy)
    if (place > 0 && !options$lossy) {
      refuse(
        path, "integers up to 2^53", sprintf("a larger %s at [%s]", type$name, format(place, scientific = FALSE)),
        "Say bigint = \"integer64\" (package bit64) or \"character\"; lossy = TRUE rounds.", FALSE
      )
    }
    mark(data)
    return(list(x = data, memory = c(list(type = type$name), memory)))
  }
  if (!requireNamespace("bit64", quietly = TRUE)) {
    refuse(
      path, "package bit64, for 64-bit integers", "that it is not installed",
      "Install it, or say bigint = \"numeric\" or \"character\".", FALSE
    )
  }
  place <- beyond_integer64(data, unsigned)
  if (place > 0) {
    refuse(
      path, "integers that an integer64 holds, from -2^63 + 1 to 2^63 - 1",
      sprintf("another %s at [%s]", type$name, format(place, scientific = FALSE)), "Say bigint = \"character\".", FALSE
    )
  }
  mark(data, TRUE)
  memory <- c(if (type$name != "int64") list(type = type$name), memory)
  list(x = data, attributes = list(class = "integer64"), memory = memory)
}

#' @noRd
decode_times <- function(data, type, received, path, mark) {
  options <- received$options
  stamp <- type$name == "timestamp"
  memory <- list(time_unit = type$time_unit, zone = if (stamp) type$zone)
  if (options$times == "counts") {
    integers <- decode_int64(data, list(name = "int64"), received, path, mark)
    integers$memory <- c(list(type = type$name), memory)
    return(integers)
  }
  place <- counts_to_times(data, time_digits[[type$time_unit]], options$times == "nearest" || options$lossy)
  if (place > 0) {
    refuse(
      path, sprintf("times that a double holds exactly (about microseconds)"),
      sprintf("another count of %s at [%s]", type$time_unit, format(place, scientific = FALSE)),
      "Say times = \"nearest\" for the nearest ones, or times = \"counts\" for integers.", FALSE
    )
  }
  mark(data)
  # What is no whole microsecond is stored in nanoseconds anyway.
  usual <- type$time_unit == "us" || (type$time_unit == "ns" && times_to_counts(data, 1, 6L, FALSE)$bad > 0)
  if (!stamp) {
    return(list(
      x = data, attributes = list(class = "difftime", units = "secs"),
      memory = if (!usual) c(list(type = "duration"), memory)
    ))
  }
  zone <- r_zone(type$zone)
  named <- identical(zone, type$zone)
  remembered <- c(if (!usual) list(type = "timestamp", time_unit = type$time_unit), if (!named) list(zone = type$zone))
  list(x = data, attributes = list(class = c("POSIXct", "POSIXt"), tzone = zone), memory = remembered)
}

#' @noRd
decode_variable <- function(tensor, type, received, path, scalar) {
  offsets <- take(received)
  data <- take(received)
  missing <- as.double(tensor$missing_entries %||% 0)
  validity <- if (missing > 0) take(received)
  text <- type$name == "string"
  if (!text && scalar && missing == 0) return(list(x = data))
  as_text <- text && received$options$strings == "character"
  x <- if (as_text) utf8_to_text(offsets, data) else bytes_to_blobs(offsets, data)
  if (is.double(x)) {
    if (x == 0) refuse_malformed(path, "texts or bytes whose offsets are not sound")
    refuse_nul(path, x, "Say strings = \"raw\" to get the bytes of all texts.")
  }
  if (missing > 0) set_missing(x, validity, FALSE)
  if (as_text) return(list(x = x))
  # As package blob has it.
  class <- c("blob", "vctrs_list_of", "vctrs_vctr", "list")
  list(x = x, attributes = list(ptype = raw(0), class = class), memory = if (text) list(type = "string"))
}

#' @noRd
decode_levels <- function(categories, received, path) {
  offsets <- take(received)
  levels <- utf8_to_text(offsets, take(received))
  if (!is.double(levels)) return(levels)
  if (levels == 0) refuse_malformed(path, "texts whose offsets are not sound")
  refuse_nul(path, levels, "A factor of R cannot have it: store other categories, or the texts themselves.")
}

#' @noRd
refuse_nul <- function(path, place, advice) {
  refuse(path, "texts without U+0000", sprintf("one with it at [%s]", format(place, scientific = FALSE)), advice, FALSE)
}
