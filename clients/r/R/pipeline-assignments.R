# Assignments into a value of a pipeline, which has no elements yet that could be changed.

#' @rdname jz_operators
#' @param value A value.
#' @export
setMethod("[<-", "jazz_node", function(x, i, j, ..., value) no_change())

#' @rdname jz_operators
#' @export
setMethod("[[<-", "jazz_node", function(x, i, j, ..., value) no_change())

#' @rdname jz_operators
#' @export
setMethod("$<-", "jazz_node", function(x, name, value) no_change())

no_change <- function() {
  stop_tracing(
    traced_call(), "ifelse(x < 0, 0, x), which gives another value", "an assignment into a value of a pipeline",
    "its elements cannot be changed: it has no data yet"
  )
}
