# Data frames of what a server told, which print as people want to read them.

as_listing <- function(frame) {
  class(frame) <- c("jazz_listing", "data.frame")
  frame
}

#' @export
print.jazz_listing <- function(x, n = 20L, ...) {
  frame <- as.data.frame(x)
  class(frame) <- "data.frame"
  if (nrow(frame) == 0L) {
    cat("<none>\n")
    return(invisible(x))
  }
  shown <- frame[seq_len(min(n, nrow(frame))), !vapply(frame, is.list, NA), drop = FALSE]
  if (all(c("created", "updated") %in% names(shown))) is.na(shown$updated) <- shown$updated == shown$created
  shown[] <- Map(show_column, shown, names(shown))
  print(shown[vapply(shown, function(column) any(nzchar(column)), NA)], row.names = FALSE, right = FALSE)
  if (nrow(frame) > n) cat(sprintf("... and %d more: print(x, n = %d) shows all\n", nrow(frame) - n, nrow(frame)))
  invisible(x)
}

show_column <- function(column, name) {
  if (inherits(column, "POSIXct")) return(ifelse(is.na(column), "", format(column, "%Y-%m-%d %H:%M:%S", tz = "")))
  if (inherits(column, "difftime")) return(ifelse(is.na(column), "", paste(format(as.double(column)), "s")))
  if (name %in% c("nbytes", "quota")) return(show_size(column))
  if (is.logical(column)) return(ifelse(column, "yes", ""))
  if (is.numeric(column)) return(ifelse(is.na(column), "", format(column, digits = 5L, scientific = 12L)))
  ifelse(is.na(column), "", if (name %in% c("type", "signature")) shortened(column) else column)
}

#' Texts that leave a line room for the rest, the end of longer ones left out.
#' @noRd
shortened <- function(texts, most = max(20L, getOption("width") - 50L)) {
  ifelse(nchar(texts) > most, paste0(substr(texts, 1L, most - 3L), "..."), texts)
}
