# Tables in a pipeline that are joined by keys: R's merge(), and jz_merge() with pandas's arguments.

#' Tables joined by keys
#'
#' Rows of two tables beside each other where their keys are equal: each row of the one with each of the other one that
#' has its keys. A key that is missing is equal to one that is, and `NaN` to `NaN`, as in R.
#'
#' `merge()` gives the columns and rows that [merge()] gives of data frames: keys first, of two names as one column, and
#' rows in the order of the keys. Which fields the tables have has to be known, as it is of inputs of a type
#' [jz_table()]. The order of keys is that of numbers, of the levels of factors, and of the code points of texts, also
#' where R takes several keys together for texts. Levels of a factor as the key are those of `x`, of `y` for `all.y`
#' alone, and those of `x` and then of `y` for `all`, whether rows have them or not. Rows of one key are in the order of
#' the tables, which R leaves open. With `sort = FALSE` rows are in the order of `x`, or of `y` for `all.y` alone.
#'
#' `jz_merge()` has the arguments of `merge()` in pandas and in the Python client, its columns and its order of rows.
#'
#' @param x,y,left,right Tables.
#' @param by,by.x,by.y Names of keys, or their numbers or truth values as in R; by default all names that both have.
#' @param all,all.x,all.y Whether rows stay that have no partner; the fields of the other table are `NA` then.
#' @param sort Whether rows are in the order of their keys, missing ones last.
#' @param suffixes What is put behind the names of fields that both have.
#' @param no.dups,incomparables As in R, where they are left out.
#' @param ... Nothing more.
#' @param on Names of keys in both tables; where there are no names of keys, all that both are known to have.
#' @param left_on,right_on Names of keys that have others in the other table.
#' @param how Which rows stay: `"inner"`, those with a partner; `"left"` and `"right"`, all of that table, in its order;
#'   `"outer"`, all, in the order of the keys; `"semi"` and `"anti"`, the rows of `left` that have a partner, or none,
#'   with nothing beside them. Sparse fields cannot be `NA`, and are refused where rows may have no partner.
#' @param coalesce Whether keys of two names become one field, too, with the name in `left`.
#' @param validate `"one_to_one"`, `"one_to_many"` or `"many_to_one"` (`"1:1"`, `"1:m"`, `"m:1"`): keys that are there
#'   again where they are to be there once are refused.
#' @return A value of the pipeline.
#' @examples
#' sold <- jz_table(list(item = "string[n]", sold = "int32[n]"))
#' items <- jz_table(list(item = "string[m]", price = "float64[m]"))
#' jz_pipeline(function(t, u) merge(t, u, all.x = TRUE), inputs = list(t = sold, u = items))
#' jz_pipeline(function(t, u) jz_merge(t, u, "anti", on = "item"))
#' @export
jz_merge <- function(left, right, how = c("inner", "left", "right", "outer", "semi", "anti"), on = NULL, left_on = NULL,
                     right_on = NULL, sort = FALSE, suffixes = c("_x", "_y"), coalesce = FALSE, validate = NULL) {
  call <- traced_call()
  how <- if (missing(how)) "inner" else how_of(how)
  keys <- merge_keys(left, right, on, left_on, right_on)
  merged(left, right, keys, how, sort, suffixes, coalesce, times_there(validate), call)
}

#' @rdname jz_merge
#' @export
merge.jazz_node <- function(x, y, by = NULL, by.x = by, by.y = by, all = FALSE, all.x = all, all.y = all, sort = TRUE,
                            suffixes = c(".x", ".y"), no.dups = TRUE, incomparables = NULL, ...) {
  no_more(...)
  call <- traced_call()
  if (!isTRUE(no.dups)) stop_tracing(call, "no.dups = TRUE", shown(no.dups))
  if (!is.null(incomparables)) stop_tracing(call, "incomparables = NULL", shown(incomparables))
  for (table in list(x, y)) if (!is.data.frame(table)) check_known(table, call)
  if (missing(by) && (missing(by.x) || missing(by.y))) by <- common_fields(x, y)
  keys <- list(key_names(by.x, x, "by.x"), key_names(by.y, y, "by.y"))
  for (name in c("all.x", "all.y")) check_truth(get(name), name)
  how <- if (all.x && all.y) "outer" else if (all.x) "left" else if (all.y) "right" else "inner"
  two <- !identical(keys[[1]], keys[[2]])
  merged(keys_first(x, keys[[1]], call), y, keys, how, sort, suffixes, two, NULL, call)
}

merged <- function(left, right, keys, how, sort, suffixes, coalesce, validate, call) {
  if (length(keys[[1]]) != length(keys[[2]])) {
    stop_tracing(call, "as many keys of both tables", sprintf("%d and %d", length(keys[[1]]), length(keys[[2]])))
  }
  if (!is.character(suffixes) || length(suffixes) != 2 || anyNA(suffixes)) {
    stop_tracing("suffixes", "two texts", shown(suffixes))
  }
  check_there(left, keys[[1]], call)
  check_there(right, keys[[2]], call)
  settings <- list(
    left_on = as.list(keys[[1]]), right_on = as.list(keys[[2]]), how = if (how != "inner") how,
    sort = if (check_truth(sort, "sort")) TRUE, coalesce = if (check_truth(coalesce, "coalesce")) TRUE,
    suffixes = if (!identical(as.vector(suffixes), c("_x", "_y"))) as.list(as.vector(suffixes)), validate = validate
  )
  node <- apply_op("merge", list(left, right), settings, 1, list(NULL), call)[[1]]
  rows <- paste0("?", node@source$step$id)
  slot(node, "fields", check = FALSE) <- merged_fields(known_fields(left), known_fields(right), settings, rows)
  node
}

how_of <- function(how) {
  words <- eval(formals(jz_merge)$how)
  if (is.character(how) && length(how) == 1 && how %in% words) return(how)
  named <- if (is.character(how) && length(how) == 1) did_you_mean(how, words)
  stop_tracing(
    "how", paste("one of", toString(words)), paste0(shown(how), named), "keys are named by on, as in on = \"key\""
  )
}

check_truth <- function(value, name) {
  if (!isTRUE(value) && !isFALSE(value)) stop_tracing(name, "TRUE or FALSE", shown(value))
  value
}

# The names of the keys in both tables, for the arguments that pandas has.
merge_keys <- function(left, right, on, left_on, right_on) {
  if (!is.null(on)) {
    if (!is.null(left_on) || !is.null(right_on)) stop_tracing("on", "on, or left_on and right_on", "both")
    check_names(on, "on")
    return(list(on, on))
  }
  if (is.null(left_on) && is.null(right_on)) {
    found <- common_fields(left, right)
    return(list(found, found))
  }
  check_names(left_on, "left_on")
  check_names(right_on, "right_on")
  list(left_on, right_on)
}

# Keys of a table as merge() takes them: names, numbers, or a truth value for each field.
key_names <- function(by, table, argument) {
  fields <- names(known_fields(table))
  if (is.logical(by) && length(by) == length(fields) && !anyNA(by)) by <- fields[by]
  if (is.numeric(by) && !anyNA(by) && all(by %in% seq_along(fields))) by <- fields[by]
  check_names(by, argument)
  unknown <- setdiff(by, fields)
  if (length(unknown) > 0) {
    found <- paste0(unknown[[1]], did_you_mean(unknown[[1]], fields))
    stop_tracing(argument, sprintf("some of the fields %s", toString(fields)), found)
  }
  by
}

keys_first <- function(table, keys, call) {
  fields <- names(known_fields(table))
  ordered <- c(keys, setdiff(fields, keys))
  if (identical(fields, ordered)) return(table)
  if (is_node(table)) chosen_fields(table, ordered, call) else table[ordered]
}

common_fields <- function(left, right) {
  found <- lapply(list(left = left, right = right), function(table) names(known_fields(table)))
  for (side in names(found)) {
    if (is.null(found[[side]])) {
      none <- sprintf("none, and %s is a table of which no fields are known", side)
      stop_tracing(
        "on", "names of keys, such as on = \"key\"", none,
        "which fields two tables have is not known when a pipeline is written, unless types of inputs say it"
      )
    }
  }
  common <- intersect(found$left, found$right)
  if (length(common) > 0) return(common)
  stop_tracing("on", sprintf("a field that both have, as one of %s", toString(found$left)), "none")
}

times_there <- function(validate) {
  if (is.null(validate)) return(NULL)
  words <- c("1:1" = "one_to_one", "1:m" = "one_to_many", "m:1" = "many_to_one", "m:m" = "many_to_many")
  if (!is.character(validate) || length(validate) != 1 || !validate %in% c(words, names(words))) {
    stop_tracing("validate", paste(words, collapse = ", "), shown(validate))
  }
  if (validate %in% words) validate else words[[validate]]
}

# The fields of two tables that are joined; NULL where not all of both are known.
merged_fields <- function(left, right, settings, rows) {
  if (is.null(left) || is.null(right)) return(NULL)
  how <- settings$how %||% "inner"
  keys <- stats::setNames(unlist(settings$right_on), unlist(settings$left_on))
  dimension <- known_dimension(rows)
  if (how == "left" && (settings$validate %||% "") %in% c("one_to_one", "many_to_one")) {
    dimension <- known_dimension(type_dims(Find(function(type) length(type_dims(type)) > 0, left))[[1]])
  }
  if (!how %in% c("semi", "anti")) {
    shared <- keys[isTRUE(settings$coalesce) | names(keys) == unname(keys)]
    known <- shared[names(shared) %in% names(left) & shared %in% names(right)]
    if (how %in% c("right", "outer")) left[names(known)] <- right[known]
    beyond <- right[setdiff(names(right), shared)]
    suffixes <- unlist(settings$suffixes) %||% c("_x", "_y")
    both <- intersect(names(left), names(beyond))
    behind <- function(names, changed, suffix) ifelse(names %in% changed, paste0(names, suffix), names)
    names(left) <- behind(names(left), setdiff(both, names(shared)), suffixes[[1]])
    names(beyond) <- behind(names(beyond), both, suffixes[[2]])
    left <- c(left, beyond)
  }
  lapply(left, with_rows, dimension = dimension)
}
