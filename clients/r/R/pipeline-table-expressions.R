# Expressions in which the fields of a table in a pipeline are variables: R's with(), transform() and within().

#' @rdname jz_operators
#' @param data,_data A table whose fields are known.
#' @param expr An expression; for `within()` assignments to fields, and `rm()` of those that are to go.
#' @export
with.jazz_node <- function(data, expr, ...) {
  no_more(...)
  check_known(data, traced_call())
  eval(substitute(expr), fields_as_variables(data, parent.frame()))
}

#' @rdname jz_operators
#' @export
transform.jazz_node <- function(`_data`, ...) { # nolint: object_name_linter.
  call <- traced_call()
  table <- `_data`
  check_known(table, call)
  fields <- fields_as_variables(table, parent.frame())
  assigned(table, lapply(as.list(substitute(list(...)))[-1], eval, fields), call)
}

# An environment in which the fields of a table are variables; only of those that are asked for there are steps.
fields_as_variables <- function(table, around) {
  variables <- new.env(parent = around)
  lapply(names(table@fields), function(name) delayedAssign(name, table_field(table, name), assign.env = variables))
  variables
}

# As within.data.frame() does it, so that new fields are in the same order.
#' @rdname jz_operators
#' @export
within.jazz_node <- function(data, expr, ...) {
  no_more(...)
  call <- traced_call()
  check_known(data, call)
  before <- lapply(stats::setNames(nm = names(data@fields)), function(name) table_field(data, name))
  around <- parent.frame()
  variables <- evalq(environment(), before, around)
  eval(substitute(expr), variables)
  after <- Filter(Negate(is.null), as.list(variables, all.names = TRUE))
  after <- after[order(match(names(after), names(before)))] # behind those there were before new ones stay in R's order
  same <- vapply(names(after), function(name) identical(after[[name]], before[[name]]), NA)
  if (!all(same)) data <- assigned(data, after[!same], call)
  gone <- setdiff(names(before), names(after))
  if (length(gone) > 0) left_fields(data, gone, call) else data
}

check_known <- function(table, call) {
  if (is_table(table)) return()
  advice <- "say what the input is, as in jz_pipeline(f, inputs = list(x = jz_table(list(a = jz_dense(\"n\")))))"
  stop_tracing(call, "a table whose fields are known", "a value that is not known to be one", advice)
}
