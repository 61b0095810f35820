# Values of a pipeline that are known to be tables: their rows, in R's brackets and in functions of a name.

is_table <- function(x) is_node(x) && !is.null(x@fields)

# The types of the fields of a table, as far as they are known; NULL where it is not known to be one. A data frame, and
# a list with names, is a table that is a constant.
known_fields <- function(table) {
  if (is_node(table)) return(table@fields)
  named <- is.list(table) && !is.object(table) && !is.null(names(table))
  if (is.data.frame(table) || named) all_known(lapply(table, constant_type))
}

# Fields of a table that is known to have no others.
all_known <- function(fields) structure(fields, closed = TRUE)

# Refuses names that no field has, where there are no others than those that are known.
check_there <- function(table, given, call) {
  fields <- known_fields(table)
  unknown <- setdiff(given, names(fields))
  if (length(unknown) == 0 || !isTRUE(attr(fields, "closed"))) return(invisible())
  found <- paste0(unknown[[1]], did_you_mean(unknown[[1]], names(fields)))
  stop_tracing(call, sprintf("some of the fields %s", toString(names(fields))), found)
}

has_fields <- function(x) !is.null(known_fields(x))

# A node for rows of a table, of which the types of the fields are known, and that they have the same number of rows.
rows_from <- function(node, table) {
  rows <- list(symbol = paste0("?", node@source$step$id))
  fields <- known_fields(table)
  if (!is.null(fields)) {
    fields[] <- lapply(fields, with_rows, dimension = rows)
    slot(node, "fields", check = FALSE) <- fields
  }
  node
}

with_rows <- function(type, dimension) {
  message <- type$message
  if (length(message$tensor$shape$dimensions) > 0) message$tensor$shape$dimensions[[1]] <- dimension
  if (!is.null(message$table)) {
    message$table$fields <- lapply(message$table$fields, function(field) {
      field$type <- with_rows(list(message = field$type), dimension)$message
      field
    })
  }
  new_type(message)
}

# x[i, ] and x[i, "name"] of a table, as of a data frame: rows stay rows, also a single one, and several fields a table.
table_part <- function(x, rows, columns, drop, call) {
  if (!is.null(rows)) {
    lengths <- Filter(length, lapply(x@fields, type_dims))
    length <- if (length(lengths) > 0) lengths[[1]][1]
    x <- taken(x, kept_positions(rows, length, call), 1, call)
  }
  if (is.null(columns)) return(x)
  if (!is.character(columns) || length(columns) == 0 || anyNA(columns)) {
    stop_tracing(call, "the name of a field, x[rows, \"name\"], or names", shown(columns))
  }
  if (isTRUE(drop) && length(columns) == 1) table_field(x, columns) else chosen_fields(x, columns, call)
}

# Tables one below the other.
stacked <- function(parts, call) {
  node <- apply_op("concat", parts, list(), 1, list(NULL), call)[[1]]
  fields <- fields_of_all(lapply(parts, known_fields), paste0("?", node@source$step$id))
  slot(node, "fields", check = FALSE) <- fields
  node
}

#' @rdname jz_op
#' @param by Names of fields that are vectors. What is equal in the first is ordered by the second, and so on; rows that
#'   are equal in all stay in their order.
#' @export
jz_sort_by <- function(table, by, descending = FALSE) {
  if (!is.character(by) || length(by) == 0 || anyNA(by) || !all(nzchar(by))) {
    stop_tracing("by", "names of fields", shown(by))
  }
  if (!is.logical(descending) || anyNA(descending) || !length(descending) %in% c(1L, length(by))) {
    stop_tracing("descending", "TRUE or FALSE, or one for each field", shown(descending))
  }
  descending <- rep_len(descending, length(by))
  order <- NULL
  for (place in rev(seq_along(by))) {
    key <- table_field(table, by[[place]])
    if (is_table(key) || !length(dims_of(key)) %in% 0:1) {
      found <- if (is_table(key)) "a table" else shown_dims(dims_of(key))
      stop_tracing("by", "fields that are vectors", sprintf("%s, which is %s", by[[place]], found))
    }
    if (is.null(order)) {
      order <- jz_argsort(key, descending = descending[[place]])
    } else {
      order <- jz_take(order, jz_argsort(jz_take(key, order), descending = descending[[place]]))
    }
  }
  jz_take(table, order)
}
