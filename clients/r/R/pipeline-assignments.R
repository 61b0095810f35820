# Assignments into a value of a pipeline: of fields of a table, since there are no elements yet that could be changed.

#' @rdname jz_operators
#' @param value A value.
#' @export
setMethod("[<-", "jazz_node", function(x, i, j, ..., value) no_change())

#' @rdname jz_operators
#' @export
setMethod("[[<-", "jazz_node", function(x, i, j, ..., value) {
  if (!missing(j) || !is.character(i) || length(i) != 1) no_change()
  with_field(x, i, value)
})

#' @rdname jz_operators
#' @export
setMethod("$<-", "jazz_node", function(x, name, value) with_field(x, name, value))

# A field of a table that is new, in the place of another one, or, when it is NULL, gone: another table.
with_field <- function(x, name, value) {
  if (!is.null(dims_of(x))) no_change()
  call <- traced_call()
  if (is.null(value)) left_fields(x, name, call) else assigned(x, stats::setNames(list(value), name), call)
}

no_change <- function() {
  stop_tracing(
    traced_call(), "ifelse(x < 0, 0, x), which gives another value", "an assignment into a value of a pipeline",
    "its elements cannot be changed: it has no data yet"
  )
}
