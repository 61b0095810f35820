# How things look: sizes, times, moments.

#' A number of bytes for people, in powers of 1000, as the Python client shows it.
#' @noRd
show_size <- function(bytes) {
  units <- c("B", "kB", "MB", "GB", "TB", "PB", "EB")
  vapply(bytes, function(amount) {
    if (is.na(amount)) return("")
    unit <- 1L
    while (amount >= 999.95 && unit < length(units)) {
      amount <- amount / 1000
      unit <- unit + 1L
    }
    if (unit == 1L) sprintf("%.0f B", amount) else sprintf("%.1f %s", amount, units[[unit]])
  }, "", USE.NAMES = FALSE)
}

#' A moment for people, in the zone of the session.
#' @noRd
show_moment <- function(moment) {
  if (length(moment) == 0L) return("")
  ifelse(is.na(moment), "", format(moment, "%Y-%m-%d %H:%M:%S %z", tz = ""))
}

show_version <- function(version) sprintf("%.0f", version)

#' Names and values, one below the other; those without a value are left out.
#' @noRd
show_rows <- function(rows) {
  rows <- rows[vapply(rows, function(value) length(value) == 1L && !is.na(value) && nzchar(value), NA)]
  if (length(rows) == 0L) return(character())
  sprintf("  %s  %s", formatC(paste0(names(rows), ":"), width = -max(nchar(names(rows))) - 1L), unlist(rows))
}

no_moment <- .POSIXct(NA_real_, tz = "UTC")

#' A `google.protobuf.Timestamp` as a POSIXct in UTC; `NA` when there is none.
#' @noRd
moment_of <- function(stamp) {
  if (is.null(stamp)) no_moment else .POSIXct((stamp$seconds %||% 0) + (stamp$nanos %||% 0) / 1e9, tz = "UTC")
}

#' A `google.protobuf.Duration` in seconds; `NA` when there is none.
#' @noRd
seconds_of <- function(duration) {
  if (is.null(duration)) NA_real_ else (duration$seconds %||% 0) + (duration$nanos %||% 0) / 1e9
}
