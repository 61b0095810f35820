# What R and Jazz cannot say to each other is refused, by the classes below. Nothing is changed instead.

#' Refuses a value, or a part of one.
#'
#' @param path Where in the value it is, such as `value$scores`.
#' @param expected What can be stored or shown.
#' @param found What there is.
#' @param advice What to do.
#' @param encoding Whether R's object cannot be stored, or a stored value cannot be shown in R.
#' @param class Further classes of the condition.
#' @noRd
refuse <- function(path, expected, found, advice, encoding = TRUE, class = NULL) {
  violation <- data.frame(field = path, expected = expected, found = found, stringsAsFactors = FALSE)
  first <- if (encoding) "the object cannot be stored as it is" else "the value cannot be held by R as it is"
  message <- sprintf("%s\n  - %s: expected %s, found %s\n  %s", first, path, expected, found, advice)
  classes <- c(class, "jazz_error_unrepresentable", "jazz_error_invalid_argument", "jazz_error", "error", "condition")
  stop(structure(
    class = classes,
    list(
      message = message, call = user_call(), reason = "INVALID_ARGUMENT", violations = violation, metadata = list(),
      what = sprintf("%s: %s", path, found), advice = advice
    )
  ))
}

#' Refuses bytes that are not what their header says: they did not come from a server of Jazz.
#' @noRd
refuse_malformed <- function(path, what) {
  stop(structure(
    class = c("jazz_error_data_loss", "jazz_error", "error", "condition"),
    list(
      message = sprintf("%s is not what docs/wire-format.md says: %s", path, what), call = user_call(),
      reason = "DATA_LOSS", violations = no_violations, metadata = list()
    )
  ))
}

#' Warns once about attributes that were left behind.
#' @noRd
warn_dropped <- function(dropped) {
  if (length(dropped) == 0L) return(invisible())
  shown <- paste0("  - ", dropped[seq_len(min(5L, length(dropped)))], collapse = "\n")
  more <- if (length(dropped) > 5L) sprintf("\n  and %d more", length(dropped) - 5L) else ""
  warning(structure(
    class = c("jazz_warning_attributes", "jazz_warning", "warning", "condition"),
    list(
      message = sprintf(
        "attributes are not stored:\n%s%s\n  Put them into a list beside the data to keep them.", shown, more
      ),
      call = NULL, attributes = dropped
    )
  ))
}
