# Tables in a pipeline that are made of fields, have others, or lack some: as R makes and changes data frames.

#' @rdname jz_op
#' @param fields A named list: values with the same number of rows, or single ones, which stand in every row. Rows have
#'   the names that fields have, which must be the same in all that have some. Of `jz_assign()` also functions, each of
#'   the table as it is with the fields before.
#' @export
jz_frame <- function(fields) framed(fields, traced_call())

framed <- function(fields, call) {
  check_fields(fields, call)
  if (all(vapply(fields, is_alone, NA))) {
    rows <- "a field that has rows, and says how many there are"
    stop_tracing(call, rows, "single values alone", "jz_expand_dims(x) is a vector of one")
  }
  given <- unname(lapply(fields, as_field))
  node <- apply_op("frame", given, list(names = as.list(names(fields))), 1, list(NULL), call)[[1]]
  with_fields(node, all_known(lapply(fields, field_type)))
}

#' @rdname jz_op
#' @export
jz_assign <- function(table, fields) {
  call <- traced_call()
  check_fields(fields, call)
  pending <- list()
  for (name in names(fields)) {
    field <- fields[[name]]
    if (is.function(field)) {
      if (length(pending) > 0) table <- assigned(table, pending, call)
      pending <- list()
      field <- called_in_order(in_pipeline(field), list(table))
    }
    pending[name] <- list(field)
  }
  assigned(table, pending, call)
}

assigned <- function(table, fields, call) {
  check_fields(fields, call)
  given <- c(list(table), unname(lapply(fields, as_field)))
  node <- apply_op("assign", given, list(names = as.list(names(fields))), 1, list(NULL), call)[[1]]
  known <- known_fields(table)
  if (is.null(known)) return(node)
  known[names(fields)] <- lapply(fields, field_type)
  with_fields(node, known)
}

check_fields <- function(fields, call) {
  given <- is.list(fields) && !is.object(fields) && length(fields) > 0
  if (!given || is.null(names(fields))) stop_tracing(call, "a named list of fields", shown(fields))
  check_names(names(fields), call)
}

check_names <- function(names, call) {
  if (!is.character(names) || length(names) == 0 || anyNA(names) || !all(nzchar(names))) {
    stop_tracing(call, "names of fields", shown(names))
  }
  if (anyDuplicated(names) > 0) stop_tracing(call, "each name once", shown(names))
}

#' @rdname jz_op
#' @param names Names of fields.
#' @export
jz_drop <- function(table, names) left_fields(table, names, traced_call())

left_fields <- function(table, names, call) {
  check_names(names, call)
  check_there(table, names, call)
  node <- apply_op("drop", list(table), list(names = as.list(names)), 1, list(NULL), call)[[1]]
  fields <- known_fields(table)
  if (!is.null(fields)) {
    fields[names] <- NULL
    slot(node, "fields", check = FALSE) <- fields
  }
  node
}

# The table of several fields of one, in their order.
chosen_fields <- function(table, names, call) {
  check_names(names, call)
  framed(stats::setNames(lapply(names, function(name) table_field(table, name)), names), call)
}

# A single value, also one that is missing or of a factor, stands in every row, as a bare number does.
as_field <- function(value) {
  if (!is_single_field(value) || !is.null(as_literal(value))) return(value)
  with_new_memory(value, utils::modifyList(memory_of(value), list(rank = 0)))
}

# Whether it is known to stand in every row, however many there are.
is_alone <- function(value) is_single_field(value) || is_node(value) && identical(value@dims, list())

is_single_field <- function(value) {
  is.atomic(value) && length(value) == 1 && is.null(dim(value)) && is.null(names(value))
}

# What is known of a value that becomes a field.
field_type <- function(value) {
  column_type(if (is_single_field(value)) tensor_of(list(), is_truth(value)) else known_type(value))
}

# A table with these fields, which have one number of rows.
with_fields <- function(node, fields) {
  slot(node, "fields", check = FALSE) <- in_rows(fields, paste0("?", node@source$step$id))
  node
}

# R's data.frame() and cbind() of what is named, or beside a table. Fields without a name have that of their variable.
frame_of <- function(expressions, parts, call, checked = TRUE) {
  given <- names(parts) %||% character(length(parts))
  tables <- vapply(parts, has_fields, NA)
  beside <- !nzchar(given[[1]]) && tables[[1]]
  unnamed <- !nzchar(given) & vapply(expressions, is.symbol, NA) & !tables
  given[unnamed] <- vapply(expressions[unnamed], as.character, "")
  fields <- stats::setNames(parts, given)
  if (beside) fields <- fields[-1]
  for (name in names(fields)) check_column(name, fields[[name]], call)
  if (checked) names(fields) <- make.names(names(fields))
  if (beside) assigned(parts[[1]], fields, call) else framed(fields, call)
}

# R makes several columns of a matrix and of a table, with names of its own.
check_column <- function(name, value, call) {
  several <- has_fields(value) || length(dims_of(value)) > 1
  if (several || !nzchar(name)) {
    found <- if (has_fields(value)) "a table" else if (several) shown_dims(dims_of(value)) else "one without a name"
    stop_tracing(call, "vectors with names", found, "jz_frame(list(a = x)) has matrices and tables as fields")
  }
}
