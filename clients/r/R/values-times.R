# Time zones: R's names to the wire's and back.

fixed_offset <- "^[+-]([01][0-9]|2[0-3]):[0-5][0-9]$"

#' The zone of the wire for the attribute `tzone`. R's "" is the zone of the session.
#' @noRd
wire_zone <- function(tzone, memory, path) {
  zone <- if (length(tzone) == 0L || is.na(tzone[[1L]])) "" else tzone[[1L]]
  if (!is.null(memory$zone) && identical(zone, r_zone(memory$zone))) return(memory$zone)
  if (!nzchar(zone)) zone <- session_zone()
  if (grepl(fixed_offset, zone) && zone != "-00:00") return(zone)
  known <- known_zones()
  if (length(known) > 0L && !zone %in% known) {
    refuse(
      path, "a time zone of OlsonNames()", dQuote(zone, FALSE),
      "Set another one: attr(x, \"tzone\") <- \"UTC\" shows the same instants in UTC."
    )
  }
  zone
}

#' The attribute `tzone` for a zone of the wire: the same name, or for an offset of whole hours the zone that R has,
#' else UTC. A wall clock is shown as if it were in UTC.
#' @noRd
r_zone <- function(zone) {
  if (!nzchar(zone)) return("UTC")
  if (!grepl(fixed_offset, zone)) return(zone)
  hours <- as.integer(substr(zone, 2L, 3L))
  ahead <- substr(zone, 1L, 1L) == "+"
  if (substr(zone, 5L, 6L) != "00" || hours == 0L || hours > (if (ahead) 14L else 12L)) return("UTC")
  sprintf("Etc/GMT%s%d", if (ahead) "-" else "+", hours)
}

zones <- new.env(parent = emptyenv())

#' @noRd
known_zones <- function() {
  if (is.null(zones$known)) {
    found <- tryCatch(suppressWarnings(OlsonNames()), error = function(e) character(0))
    zones$known <- setdiff(as.character(found), c("localtime", "posixrules", "Factory"))
  }
  zones$known
}

#' @noRd
session_zone <- function() {
  zone <- Sys.getenv("TZ", "")
  if (nzchar(zone)) {
    zone <- sub("^:", "", zone)
  } else {
    zone <- system_zone()
  }
  if (is.na(zone) || !zone %in% known_zones()) "UTC" else zone
}

#' The zone of the machine. Sys.timezone() asks for programs that not every machine has, and waits for them.
#' @noRd
system_zone <- function() {
  if (is.null(zones$system)) {
    link <- Sys.readlink("/etc/localtime")
    linked <- sub("^.*/zoneinfo/", "", link)
    zones$system <- if (linked != link) linked else suppressWarnings(Sys.timezone()) %||% NA_character_
  }
  zones$system
}
