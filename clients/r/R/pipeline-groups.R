# Rows of tables in a pipeline in groups: R's aggregate() and rowsum(), and jz_aggregate() with Jazz's arguments.

# What can be told of groups, by the names that R has for it.
TOLD <- c(
  length = "size", sum = "sum", prod = "prod", mean = "mean", min = "min", max = "max", any = "any", all = "all",
  median = "median", var = "var", sd = "std", count = "count", nunique = "nunique", first = "first", last = "last"
)

#' Rows of tables in groups
#'
#' A row for each group of rows that are equal in some fields: their keys, in the order of these, and functions of other
#' fields.
#'
#' `aggregate()` gives the columns and rows that [aggregate()] gives of data frames: without the rows of which a key is
#' `NA`, and in the order of the last key, then of the one before it. With a formula rows are left out, too, of which a
#' field in it is `NA`. Texts are ordered by their code points, and `NaN` is a key, the last one.
#'
#' `rowsum()` adds up the rows of a vector, of a matrix, which may be sparse, or of each field of a table. Its rows have
#' no names, since pipelines make none: they are in the order of the groups, as `jz_unique(group)$values` has them, and
#' with `reorder = FALSE` as `unique(group)` has them. `aggregate()` and `jz_aggregate()` have the groups as a field.
#'
#' `jz_aggregate()` has the names of functions and the rows that the Python client has: what is `NA` in a key is a key,
#' the last one, unless `dropna = TRUE`, and rows are in the order of the first key.
#'
#' @param x A table whose fields are known, or a vector; for `rowsum()` also a matrix. Or a formula, such as
#'   `cbind(a, b) ~ key` or `. ~ key`, with a table as `data`.
#' @param by The keys: a named list of vectors, or a table. For `jz_aggregate()` names of fields of the table.
#' @param FUN `sum`, `prod`, `mean`, `min`, `max`, `any`, `all`, `median`, `var`, `sd` or `length`, as functions or by
#'   name, or one of the names that `jz_aggregate()` has besides: these are written down, and no function is called.
#' @param simplify,drop As in R, where they are left out.
#' @param na.rm Whether `NA` is left out. Where nothing is left sums are 0, and means, least and greatest elements are
#'   `NA`. Of one element `var` and `sd` are `NaN`.
#' @param group A vector of the groups of the rows.
#' @param reorder Whether groups are in their order, or in that in which they are first seen.
#' @param table A table.
#' @param ... For `jz_aggregate()`: by the name of each result a field and a function, such as `total = c("x", "sum")`.
#'   Functions are `"size"`, which counts rows; `"count"`, elements that are not `NA`; `"nunique"`, different ones of
#'   these; `"first"` and `"last"`; `"median"`; and the reductions `"sum"`, `"prod"`, `"mean"`, `"min"`, `"max"`,
#'   `"any"`, `"all"`, `"var"`, `"std"`. Of matrices each column for itself; of sparse ones all but `"median"` and
#'   `"nunique"`. A name with which `table` or `by` begins, such as `b`, is none, since R takes it for these. Nothing
#'   more else.
#' @param dropna Whether rows are left out of which a key is `NA`.
#' @param correction What `"var"` and `"std"` take from the number of elements; 1 for a sample, as `FUN = var` has it.
#' @return A value of the pipeline.
#' @examples
#' sold <- jz_table(list(item = "string[n]", city = "string[n]", sold = "int32[n]"))
#' inputs <- list(t = sold)
#' jz_pipeline(function(t) aggregate(t["sold"], by = list(item = t$item), FUN = sum), inputs)
#' jz_pipeline(function(t) aggregate(sold ~ item + city, data = t, FUN = mean), inputs)
#' jz_pipeline(function(t) jz_aggregate(t, "item", total = c("sold", "sum"), n = c("sold", "size")))
#' jz_pipeline(function(counts, kind) rowsum(counts, kind))
#' @export
jz_aggregate <- function(table, by, ..., na.rm = FALSE, dropna = FALSE, correction = 0) {
  call <- traced_call()
  check_result_names(names(sys.call()) %||% character(), call)
  if (missing(by)) stop_tracing("by", "names of fields", "none")
  check_names(by, "by")
  results <- list(...)
  if (is.null(names(results)) || !all(nzchar(names(results)))) {
    found <- if (length(results) == 0) "none" else "one without a name"
    stop_tracing(call, "results by name, such as total = c(\"x\", \"sum\")", found)
  }
  check_names(names(results), call)
  for (name in names(results)) {
    pair <- results[[name]]
    if (!is.character(pair) || length(pair) != 2 || anyNA(pair)) {
      stop_tracing(name, "a field and a function, such as c(\"x\", \"sum\")", shown(pair))
    }
  }
  fields <- vapply(results, `[[`, "", 1)
  functions <- vapply(results, function(pair) told_by(pair[[2]], TOLD, call), "")
  aggregated(table, by, fields, functions, na.rm, dropna, correction, call)
}

# R takes b = c("x", "sum") for the argument `by`.
check_result_names <- function(names, call) {
  for (argument in c("table", "by")) {
    short <- setdiff(names[nzchar(names) & startsWith(argument, names)], argument)
    if (length(short) > 0) {
      stop_tracing(call, sprintf("names that R does not take for the argument `%s`", argument), short[[1]])
    }
  }
}

#' @rdname jz_aggregate
#' @importFrom stats aggregate
#' @export
aggregate.jazz_node <- function(x, by, FUN, ..., na.rm = FALSE, # nolint: object_name_linter.
                                simplify = TRUE, drop = TRUE) {
  no_more(...)
  call <- traced_call()
  check_kept(list(simplify = simplify, drop = drop), call)
  if (!is_table(x)) x <- framed(list(x = x), call)
  grouped(x, keys_of(by, call), FUN, na.rm, call)
}

#' @rdname jz_aggregate
#' @export
rowsum.jazz_node <- function(x, group, reorder = TRUE, na.rm = FALSE, ...) {
  no_more(...)
  call <- traced_call()
  check_bool(reorder, "reorder")
  if (is_table(x)) {
    if ("group" %in% names(x@fields)) stop_tracing(call, "a table without a field `group`", "one with it")
    table <- assigned(x, list(group = checked_key(group, call)), call)
    fields <- names(x@fields)
    found <- aggregated(table, "group", stats::setNames(nm = fields), told_of_all(fields, "sum"), na.rm, FALSE, 0, call)
    return(groups_in_order(left_fields(found, "group", call), group, reorder))
  }
  dims <- dims_of(x)
  table <- framed(list(x = x, group = checked_key(group, call)), call)
  sums <- table_field(aggregated(table, "group", c(x = "x"), c(x = "sum"), na.rm, FALSE, 0, call), "x")
  sums <- groups_in_order(sums, group, reorder)
  if (length(dims) == 1) jz_expand_dims(sums, 2) else sums # R makes a matrix of a vector
}

# Rows of groups, which are in the order of their keys, or in that in which they are first seen.
groups_in_order <- function(rows, group, reorder) {
  if (reorder) rows else jz_take(rows, jz_argsort(jz_unique(group)$indices))
}

# aggregate() and rowsum() where the first argument may be no value of the pipeline.
aggregate_of <- function(x, ...) {
  if (inherits(x, "formula")) return(by_formula(x, ...))
  if (is.list(x) && !is.data.frame(x)) x <- framed(x, traced_call())
  aggregate.jazz_node(x, ...)
}

by_formula <- function(x, data, FUN, ..., na.rm = FALSE) { # nolint: object_name_linter.
  no_more(...)
  call <- traced_call()
  check_known(data, call)
  known <- names(data@fields)
  sides <- if (length(x) == 3) list(told = x[[2]], keys = x[[3]])
  names <- lapply(sides, formula_names, call = call)
  if (is.null(sides) || identical(names$told, ".") && identical(names$keys, ".")) {
    stop_tracing(call, "a formula such as x ~ key", deparse1(x))
  }
  for (side in 1:2) if (identical(names[[side]], ".")) names[[side]] <- setdiff(known, names[[3 - side]])
  unknown <- setdiff(unlist(names), known)
  if (length(unknown) > 0) {
    found <- paste0(unknown[[1]], did_you_mean(unknown[[1]], known))
    stop_tracing(call, sprintf("some of the fields %s", toString(known)), found)
  }
  used <- jz_drop_na(chosen_fields(data, c(names$keys, names$told), call))
  grouped(used, names$keys, FUN, na.rm, call)
}

# The names on a side of a formula: one, several as a + b, or as cbind(a, b).
formula_names <- function(side, call) {
  if (is.symbol(side)) return(as.character(side))
  if (is.call(side) && as.character(side[[1]])[[1]] %in% c("+", "cbind")) {
    return(unlist(lapply(as.list(side)[-1], formula_names, call = call)))
  }
  stop_tracing(call, "names of fields in the formula", deparse1(side), "transform() makes a field of what is computed")
}

# The keys of aggregate(), as a named list of vectors.
keys_of <- function(by, call) {
  if (is_table(by)) return(lapply(stats::setNames(nm = names(by@fields)), function(name) table_field(by, name)))
  if (!is.list(by) || length(by) == 0) {
    stop_tracing(call, "by as a list of keys, such as list(k = t$k), or as a table", shown(by))
  }
  names <- names(by) %||% character(length(by))
  names(by) <- ifelse(nzchar(names), names, paste0("Group.", seq_along(by)))
  lapply(by, checked_key, call = call)
}

# A single value would stand in every row, and make one group of all.
checked_key <- function(key, call) {
  if (is_single_field(key)) stop_tracing(call, "a vector as the key, such as t$k", shown(key))
  key
}

# The rows of aggregate(): `by` are the names of keys in the table, or keys that are no fields of it.
grouped <- function(table, by, fun, na.rm, call) { # nolint: object_name_linter.
  keys <- if (is.list(by)) names(by) else by
  fields <- setdiff(names(table@fields), if (!is.list(by)) keys)
  both <- intersect(keys, fields)
  if (length(both) > 0) stop_tracing(call, "names of keys that no field has", both[[1]])
  if (length(fields) == 0) stop_tracing(call, "a field that is no key", "none")
  if (is.list(by)) table <- assigned(table, by, call)
  if (missing(fun)) stop_tracing(call, "FUN, such as sum", "none")
  told <- told_by(fun, names(TOLD), call)
  correction <- if (told %in% c("var", "std")) 1L else 0
  functions <- told_of_all(fields, told)
  # R has rows in the order of the last key
  found <- aggregated(table, rev(keys), stats::setNames(nm = fields), functions, na.rm, TRUE, correction, call)
  if (length(keys) > 1) chosen_fields(found, c(keys, fields), call) else found
}

told_of_all <- function(fields, told) stats::setNames(rep(told, length(fields)), fields)

# The name in Jazz of a function, which is one of R's or a name; where it is neither, `names` are those to be said.
told_by <- function(fun, names, call) {
  if (is.function(fun)) {
    given <- if (methods::is(fun, "genericFunction")) as.character(fun@generic) else attr(fun, "of") %||% fun
    own <- intersect(names(TOLD), c(ls(baseenv()), "median", "var", "sd"))
    same <- vapply(own, function(name) identical(given, name) || identical(given, get(name, asNamespace("stats"))), NA)
    if (any(same)) return(TOLD[[own[same][[1]]]])
  } else if (is.character(fun) && length(fun) == 1 && fun %in% c(TOLD, names(TOLD))) {
    return(if (fun %in% TOLD) fun else TOLD[[fun]])
  }
  hint <- if (is.character(fun) && length(fun) == 1 && !is.na(fun)) did_you_mean(fun, names)
  found <- if (is.function(fun)) "a function that is none of these" else shown(fun)
  stop_tracing(call, sprintf("one of %s", toString(names)), paste0(found, hint))
}

aggregated <- function(table, by, fields, functions, na.rm, dropna, correction, call) { # nolint: object_name_linter.
  both <- intersect(names(fields), by)
  if (length(both) > 0) stop_tracing(call, "names that no key has", both[[1]])
  check_there(table, c(by, fields), call)
  settings <- list(
    by = as.list(by), names = as.list(names(fields)), fields = as.list(unname(fields)),
    functions = as.list(unname(functions)), skipna = if (check_bool(na.rm, "na.rm")) TRUE,
    dropna = if (check_bool(dropna, "dropna")) TRUE, correction = correction_setting(correction)
  )
  node <- apply_op("aggregate", list(table), settings, 1, list(NULL), call)[[1]]
  known <- known_fields(table)
  told <- grouped_fields(known, settings, paste0("?", node@source$step$id))
  slot(node, "fields", check = FALSE) <- all_known(told)
  node
}

# The types of keys and of what is told of groups, as far as they are known.
grouped_fields <- function(known, settings, rows) {
  vector <- tensor_of(list(NA), FALSE)
  keys <- lapply(stats::setNames(nm = unlist(settings$by)), function(name) known[[name]] %||% vector)
  results <- Map(function(field, told) {
    if (told == "size") return(vector)
    if (told %in% c("first", "last")) return(known[[field]] %||% jz_any_value())
    dims <- if (!is.null(known[[field]])) type_dims(known[[field]])
    tensor_of(if (length(dims) > 0) dims, told %in% c("any", "all"))
  }, unlist(settings$fields), unlist(settings$functions))
  names(results) <- unlist(settings$names)
  lapply(c(keys, results), with_rows, dimension = known_dimension(rows))
}

check_kept <- function(given, call) {
  for (name in names(given)) if (!isTRUE(given[[name]])) stop_tracing(call, paste(name, "= TRUE"), shown(given[[name]]))
}
