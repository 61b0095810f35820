# What is known of the values of a pipeline's message that is written into another one, as jz_call() and jz_inline()
# write it: their types, as far as they follow from those of its inputs.

MOVED <- c("drop_na", "filter", "flip", "slice", "take")

# The types of all outputs of a graph. `symbol`: what the symbols begin with that stand for its own numbers of rows.
graph_types <- function(graph, inputs, constants, symbol) {
  known <- vector("list", length(graph$steps))
  of_source <- function(source) {
    if (!is.null(source$literal)) return(tensor_of(list(), !is.null(source$literal$bool_value)))
    if (!is.null(source$constant)) return(constants[[source$constant + 1]])
    if (!is.null(source$step)) {
      outputs <- known[[(source$step$step %||% 0) + 1]]
      place <- (source$step$output %||% 0) + 1
      return(if (place <= length(outputs)) outputs[[place]] else jz_any_value())
    }
    inputs[[(source$input %||% 0) + 1]]
  }
  for (number in seq_along(known)) {
    step <- graph$steps[[number]]
    types <- lapply(step$arguments, of_source)
    rows <- paste0(symbol, ".", number)
    if (length(types) > 0L) known[[number]] <- step_types(step$op, types, plain_settings(step$parameters), rows)
  }
  lapply(graph$outputs, function(output) of_source(output$source))
}

# The types of the outputs of a step. `rows`: a symbol for a number of rows that it alone may have.
step_types <- function(op, types, settings, rows) {
  fields <- step_fields(op, types, settings, rows)
  if (!is.null(fields)) return(list(table_of(fields)))
  if (op == "iterate") {
    return(c(lapply(utils::head(types, settings$count %||% 1), in_other_rows, rows), list(tensor_of(list(), FALSE))))
  }
  if (op == "field") return(list(type_fields(types[[1L]])[[settings$name]] %||% jz_any_value()))
  truths <- c(COMPARISONS, LOGIC, "logical_not", "logical_xor", "is_na", "isin", STRING_TESTS)
  truth <- op %in% truths || op %in% c(MOVED, "transpose") && is_truth_type(types[[1L]])
  lapply(step_dims(op, lapply(types, type_dims), settings, 1L), tensor_of, truth = truth)
}

# The fields of the table that a step gives; NULL where it is not known to give one.
step_fields <- function(op, types, settings, rows) {
  if (op == "frame") return(in_rows(stats::setNames(lapply(types, column_type), settings$names), rows))
  fields <- type_fields(types[[1L]])
  if (is.null(fields)) return(NULL)
  if (op == "assign") {
    fields[settings$names] <- lapply(types[-1L], column_type)
    return(in_rows(fields, rows))
  }
  if (op == "drop") return(fields[setdiff(names(fields), settings$names)])
  if (op == "merge") return(merged_fields(fields, type_fields(types[[2L]]), settings, rows))
  if (op == "aggregate") return(grouped_fields(fields, settings, rows))
  if (op %in% MOVED) return(lapply(fields, with_rows, dimension = known_dimension(rows)))
  if (op == "concat") fields_of_all(lapply(types, type_fields), rows)
}

# The fields of tables one below the other: those that are known of all, as far as they are the same.
fields_of_all <- function(parts, rows) {
  if (any(vapply(parts, is.null, NA))) return(NULL)
  names <- Reduce(intersect, lapply(parts, names))
  lapply(stats::setNames(nm = names), function(name) {
    Reduce(function(a, b) type_of_both(a, b, rows), lapply(parts, function(fields) {
      with_rows(fields[[name]], known_dimension(rows))
    }))
  })
}

# What is known of a value: of a node what it remembers, of other ones what they are.
known_type <- function(value) {
  fields <- known_fields(value)
  if (!is.null(fields)) return(table_of(fields))
  tensor_of(if (!is.list(value)) dims_of(value), is_truth(value))
}

# What is known of a field of a table that is a constant, where a single number is a vector.
constant_type <- function(value) {
  fields <- known_fields(value)
  if (!is.null(fields)) return(table_of(fields))
  if (!is.atomic(value) && !methods::is(value, "Matrix")) return(jz_any_value())
  single <- identical(memory_of(value)$rank, 0)
  tensor_of(as.list(as.double(if (!single) dim(value) %||% length(value))), is.logical(value))
}

# What is known of a state after a loop, of whose turns one gives `turn`: lengths that show when it runs may change.
type_of_turns <- function(start, turn, rows) {
  dims <- list(type_dims(start), type_dims(turn))
  if (!is.null(type_fields(start)) || any(lengths(dims) == 0) || length(dims[[1]]) != length(dims[[2]])) {
    return(in_other_rows(start, rows))
  }
  changes <- vapply(dims[[2]], function(dim) is.na(dim) || is.character(dim) && startsWith(dim, "?"), NA)
  dims[[2]][!changes] <- dims[[1]][!changes]
  tensor_of(dims_of_both(dims[[1]], dims[[2]]), is_truth_type(start))
}

# A state of a loop: a table has the same fields in all turns, and as many rows as it likes.
in_other_rows <- function(type, rows) {
  if (is.null(type_fields(type))) type else with_rows(type, known_dimension(rows))
}

# What is known of a value that is one of two: tables have the same fields then, and as many rows as they like.
type_of_both <- function(then, otherwise, rows) {
  if (identical(then, otherwise)) return(then)
  fields <- type_fields(then)
  if (is.null(fields)) {
    truth <- is_truth_type(then) && is_truth_type(otherwise)
    return(tensor_of(dims_of_both(type_dims(then), type_dims(otherwise)), truth))
  }
  others <- type_fields(otherwise)
  table_of(lapply(stats::setNames(nm = names(fields)), function(name) {
    both <- lapply(list(fields[[name]], others[[name]] %||% jz_any_value()), with_rows, known_dimension(rows))
    type_of_both(both[[1]], both[[2]], rows)
  }))
}

# Lengths that differ are not known of what is either: that of x[x > 0] shows only when it runs.
dims_of_both <- function(a, b) {
  if (is.null(a) || is.null(b) || length(a) != length(b)) return(NULL)
  Map(function(x, y) if (same_dim(x, y)) x else NA, a, b)
}

table_of <- function(fields) {
  messages <- lapply(names(fields), function(name) list(name = name, type = fields[[name]]$message))
  new_type(list(table = list(fields = messages)))
}

# Tensors of these dimensions; any value where not even their number is known.
tensor_of <- function(dims, truth) {
  if (is.null(dims)) return(jz_any_value())
  types <- if (truth) list(types = list(list(data_type = "DATA_TYPE_BOOL")))
  new_type(list(tensor = c(types, list(shape = list(dimensions = lapply(dims, known_dimension))))))
}

known_dimension <- function(dim) {
  if (is.na(dim)) list(any = empty_message()) else if (is.character(dim)) list(symbol = dim) else list(size = dim)
}

# A value as a field of a table: a single one stands in every row.
column_type <- function(type) {
  dims <- type_dims(type)
  if (!is.null(dims) && length(dims) == 0) tensor_of(list(NA), is_truth_type(type)) else type
}

# Fields that have one number of rows: the one that is known of any, or `rows`, a symbol for one of their own.
in_rows <- function(fields, rows) {
  lengths <- lapply(Filter(length, lapply(fields, type_dims)), `[[`, 1)
  known <- Filter(Negate(is.na), lengths)
  sure <- c(Filter(is.numeric, known), known, rows)[[1]]
  fields[] <- lapply(fields, with_rows, dimension = known_dimension(sure))
  fields
}

# What is known of a value from its header.
header_type <- function(header) {
  if (!is.null(header$table)) {
    fields <- header$table$fields
    names <- vapply(fields, `[[`, "", "name")
    return(table_of(lapply(stats::setNames(fields, names), function(field) header_type(field$value))))
  }
  tensor <- header$tensor
  if (is.null(tensor)) return(jz_any_value())
  tensor_of(as.list(as.double(tensor$shape %||% numeric())), identical(tensor$type$data_type, "DATA_TYPE_BOOL"))
}
