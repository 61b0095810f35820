# What the writing of pipelines refuses.

#' The error for something that cannot become part of a pipeline, of class `jazz_error_tracing`.
#'
#' @param field What is wrong: an argument, or the call that wrote it.
#' @param advice What to write instead.
#' @noRd
stop_tracing <- function(field, expected, found, advice = NULL) {
  field <- as.character(field) # here, and by no function of R, since traced_call() looks at who called
  violations <- data.frame(field = field, expected = expected, found = found, stringsAsFactors = FALSE)
  message <- sprintf("%s: expected %s, found %s", field, expected, found)
  if (!is.null(advice)) message <- sprintf("%s (%s)", message, advice)
  condition <- jazz_condition("INVALID_ARGUMENT", message, class = "tracing")
  condition$violations <- violations
  tracing$refused <- condition
  stop(condition)
}

# The least and the greatest element, each a number or NULL.
check_bounds <- function(min, max) {
  for (bound in list(min, max)) {
    if (!is.null(bound) && !(is.numeric(bound) && length(bound) == 1 && !is.na(bound))) {
      stop_tracing("min, max", "bounds that are numbers", shown(bound))
    }
  }
  if (!is.null(min) && !is.null(max) && min > max) {
    stop_tracing("min, max", "min not greater than max", paste0("min = ", min, ", max = ", max))
  }
}

# What a name may have been meant to be, for the end of a message; nothing where no name is much like it.
did_you_mean <- function(name, known) {
  changes <- utils::adist(name, known, costs = c(insertions = 1, deletions = 1, substitutions = 2), ignore.case = TRUE)
  unlike <- changes / (nchar(name) + nchar(known))
  near <- which.min(unlike)
  if (length(near) == 0 || unlike[[near]] > 0.4) "" else sprintf(" (did you mean \"%s\"?)", known[[near]])
}

is_whole <- function(x) is.numeric(x) && length(x) == 1L && is.finite(x) && x == trunc(x)

format_whole <- function(x) if (is.character(x)) x else format(x, scientific = FALSE, trim = TRUE, digits = 15)
