# Axes to names and dimnames.

#' What R says for the axes of a tensor: `names`, `dimnames`, and `memory` for what these cannot say.
#' @param native Whether the object has a place for them; a sparse vector does not.
#' @noRd
shown_axes <- function(tensor, shape, sight, declared, column = FALSE, native = TRUE) {
  if (is.null(tensor$axes) && length(declared) == 0L) return(list(memory = list()))
  rank <- length(shape)
  along <- as.character(tensor$axes %||% character(rank))
  memory <- list()
  used <- unique(along[nzchar(along)])
  if (column) used <- setdiff(used, along[[1L]])
  usual <- vapply(declared, function(axis) axis$name, "")
  # Axes that are not declared just where and in the order that they are used are remembered.
  if (length(declared) > 0L && !identical(intersect(used, usual), usual)) memory$axes <- declared
  if (column && rank > 0L) along[[1L]] <- ""
  if (!any(nzchar(along))) return(list(memory = memory))
  dimnames <- vector("list", rank)
  names <- character(rank)
  for (number in which(nzchar(along))) {
    axis <- sight[[along[[number]]]]
    if (is.null(axis)) refuse_malformed("the header", sprintf("no axis %s is declared", dQuote(along[[number]], FALSE)))
    text <- if (!is.null(axis$labels)) label_texts(axis$labels)
    if (!is.null(text)) {
      dimnames[[number]] <- text
      plain <- is.character(axis$labels) && is.null(attributes(axis$labels))
      if (!plain || !native || (rank > 1L && length(text) == 0L)) memory$labels[[axis$name]] <- axis$labels
    }
    # "rows" and "columns" are what dimensions with labels are called that have no name in R.
    usual <- axis$name == default_axis(number) && length(text) > 0L
    names[[number]] <- if (usual || (rank == 1L && !is.null(text) && axis$name == "rows")) "" else axis$name
  }
  if (!native) return(list(memory = c(memory, list(along = along))))
  if (rank == 1L && along == "rows" && is.null(dimnames[[1L]])) return(list(memory = c(memory, list(along = along))))
  if (rank == 1L && !nzchar(names)) return(list(names = dimnames[[1L]], memory = memory))
  if (rank == 1L && shape == 0) {
    # R has no dimnames of length 0.
    if (!is.null(dimnames[[1L]])) memory$labels[[along]] <- axis$labels
    dimnames[1L] <- list(NULL)
  }
  if (any(nzchar(names))) base::names(dimnames) <- names
  list(dimnames = dimnames, memory = memory)
}
