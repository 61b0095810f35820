# Parts of times, and the units of the calendar that they are in.

TIME_PARTS <- c(
  "year", "quarter", "month", "day", "day_of_week", "day_of_year", "hour", "minute", "second", "microsecond",
  "nanosecond", "days", "seconds", "microseconds", "nanoseconds"
)
TIME_UNITS <- c(
  "year", "quarter", "month", "week", "day", "hour", "minute", "second", "millisecond", "microsecond", "nanosecond"
)
TRUNC_UNITS <- c(
  secs = "second", mins = "minute", hours = "hour", days = "day", months = "month", years = "year"
)

#' @rdname jz_op
#' @param part Of dates and times "year", "quarter" (from 1), "month" (from 1), "day", "day_of_week" (0 is Monday) or
#'   "day_of_year" (from 1); of times also "hour", "minute", "second", "microsecond" or "nanosecond"; of differences
#'   "days", "seconds", "microseconds" or "nanoseconds". What has a zone is told as its clock shows it.
#' @export
jz_time_part <- function(x, part) {
  check_one_of(part, "part", TIME_PARTS)
  apply_one("time_part", x, settings = list(part = part), dims = dims_of(x))
}

#' @rdname jz_op
#' @param unit "year", "quarter", "month", "week" (from Monday), "day", "hour", "minute", "second", "millisecond",
#'   "microsecond" or "nanosecond"; the result is when the clock of the zone shows its beginning. Where clocks are moved
#'   a day, or a longer unit, begins when the clock first shows it, and hours that are there twice stay apart.
#' @param every How many units are one, of those from the day down; they are counted from 1970.
#' @export
jz_time_floor <- function(x, unit, every = 1) {
  check_one_of(unit, "unit", TIME_UNITS)
  if (!is_whole(every) || every < 1 || every > .Machine$integer.max) {
    stop_tracing("every", sprintf("a whole number from 1 to %d", .Machine$integer.max), shown(every))
  }
  settings <- list(every = if (every != 1) as.integer(every), unit = unit)
  apply_one("time_floor", x, settings = settings, dims = dims_of(x))
}

check_one_of <- function(value, name, known) {
  if (is.character(value) && length(value) == 1 && value %in% known) return(value)
  named <- if (is.character(value) && length(value) == 1 && !is.na(value)) did_you_mean(value, known)
  stop_tracing(name, paste("one of", toString(known)), paste0(shown(value), named))
}

of_nodes[["round"]] <- function(x, digits = 0, units = NULL) {
  given <- units %||% digits
  if (is.character(given)) {
    stop_tracing(traced_call(), "a number of digits", shown(given), "trunc(x, units) rounds times, down")
  }
  round(x, digits)
}

#' @rdname jz_operators
#' @export
setMethod("trunc", "jazz_node", function(x, ...) {
  if (...length() == 0) return(of_numbers("trunc", x))
  unit <- if (is.character(..1) && length(..1) == 1 && !is.na(..1)) TRUNC_UNITS[pmatch(..1, names(TRUNC_UNITS))]
  if (...length() > 1 || is.null(unit) || is.na(unit)) {
    known <- paste("trunc(x, units) with one of", toString(names(TRUNC_UNITS)))
    stop_tracing(traced_call(), known, shown(..1), "jz_time_floor() also has quarters, weeks and several units")
  }
  jz_time_floor(x, unit[[1]])
})
