# Texts element by element: the operations, and R's functions of texts, which are no generics.

STRIPPED <- c("both", "left", "right")

#' Texts in pipelines
#'
#' Texts are changed, looked into and joined one by one. Inside of the function that [jz_pipeline()] traces, R's own
#' functions write the steps: `nchar(x)`, `nzchar()`, `toupper()`, `tolower()`, `casefold()`, `trimws()`, `substr()`
#' and `substring()`, `startsWith()`, `endsWith()`, `grepl(text, x, fixed = TRUE)`,
#' `gsub(old, new, x, fixed = TRUE)`, `paste0()` and `paste()`, `ifelse()`. The functions here broadcast as numpy does,
#' and need no types of the inputs.
#'
#' Of a factor the texts are those of its levels, and what comes out are texts, numbers or truth values.
#'
#' Where Jazz differs from R:
#' * texts are Unicode, whatever the locale, and cases are those of its full mapping: `toupper()` of a German sharp s is
#'   `"SS"`, where R keeps it;
#' * `trimws()` takes all of Unicode's white space away, where R takes spaces, tabs and ends of lines;
#' * what is missing stays missing in `paste0()` and `paste()`, where R writes `"NA"`; a single `NA` that is written
#'   down is `"NA"`, as in R;
#' * there are no regular expressions: `grepl()` and `gsub()` need `fixed = TRUE`.
#'
#' @param x,text Texts: a value of a pipeline, or texts, which become constants. `text` is what is looked for, as it is.
#' @param side Where white space is taken away: `"both"`, `"left"` or `"right"`.
#' @param start,stop The first character, counted from 0, and the one behind the last, from the end when they are
#'   negative, as Python slices; `NULL` for the beginning and the end. `substr()` counts as R does.
#' @param prefix,suffix,old,new Texts, one or one for each. `old` is not empty.
#' @return A value of the pipeline.
#' @examples
#' jz_pipeline(function(t) {
#'   t$label <- paste0(toupper(substr(t$name, 1, 3)), "-", t$place)
#'   t[grepl("Vienna", t$place, fixed = TRUE), ]
#' }, inputs = list(t = jz_table(list(name = "string[n]", place = "string[n]"))))
#' @examplesIf jz_has_server()
#' db <- jz_local_server()
#' jz_run(db, jz_pipeline(function(x) nchar(trimws(x))), x = c(" a", "bcd ", NA))
#' @name jz_strings
NULL

#' @rdname jz_strings
#' @export
jz_str_len <- unary("str_len")
#' @rdname jz_strings
#' @export
jz_str_upper <- unary("str_upper")
#' @rdname jz_strings
#' @export
jz_str_lower <- unary("str_lower")

#' @rdname jz_strings
#' @export
jz_str_strip <- function(x, side = c("both", "left", "right")) {
  side <- if (missing(side)) "both" else check_one_of(side, "side", STRIPPED)
  apply_one("str_strip", x, settings = list(side = if (side != "both") side), dims = dims_of(x))
}

#' @rdname jz_strings
#' @export
jz_str_slice <- function(x, start = NULL, stop = NULL) {
  if (is_whole(start) && start == 0) start <- NULL
  settings <- list(start = character_number(start, "start"), stop = character_number(stop, "stop"))
  apply_one("str_slice", x, settings = settings, dims = dims_of(x))
}

# Where a part of texts begins or ends. No text is longer than an integer can say.
character_number <- function(value, name) {
  if (is.null(value)) return(NULL)
  if (!is_whole(value)) stop_tracing(name, "a whole number", shown(value))
  as.integer(max(-.Machine$integer.max, min(value, .Machine$integer.max)))
}

#' @rdname jz_strings
#' @export
jz_str_startswith <- function(x, prefix) {
  apply_one("str_startswith", x, prefix, dims = broadcast_dims(x, prefix), truth = TRUE)
}

#' @rdname jz_strings
#' @export
jz_str_endswith <- function(x, suffix) {
  apply_one("str_endswith", x, suffix, dims = broadcast_dims(x, suffix), truth = TRUE)
}

#' @rdname jz_strings
#' @export
jz_str_contains <- function(x, text) {
  apply_one("str_contains", x, text, dims = broadcast_dims(x, text), truth = TRUE)
}

#' @rdname jz_strings
#' @export
jz_str_replace <- function(x, old, new) {
  if (identical(old, "")) stop_tracing("old", "a text that is not empty", shown(old))
  apply_one("str_replace", x, old, new, dims = broadcast_dims(x, old, new))
}

# R's functions, whose arguments are R's.

of_nodes[["nchar"]] <- function(x, type = "chars", ...) {
  no_more(...)
  if (!is.character(type) || length(type) != 1L || is.na(pmatch(type, "chars"))) {
    stop_tracing(traced_call(), "type = \"chars\"", shown(type))
  }
  jz_str_len(x)
}
# What is missing is not empty, as in R.
of_nodes[["nzchar"]] <- function(x, keepNA = FALSE) { # nolint: object_name_linter.
  there <- jz_str_len(x) > 0
  if (isTRUE(keepNA)) there else jz_fill_na(there, TRUE)
}
of_nodes[["toupper"]] <- function(x) jz_str_upper(x)
of_nodes[["tolower"]] <- function(x) jz_str_lower(x)
of_nodes[["casefold"]] <- function(x, upper = FALSE) {
  if (check_truth(upper, "upper")) jz_str_upper(x) else jz_str_lower(x)
}
of_nodes[["trimws"]] <- function(x, which = STRIPPED, ...) {
  no_more(...)
  jz_str_strip(x, if (identical(which, STRIPPED)) "both" else check_one_of(which, "which", STRIPPED))
}
of_nodes[["substr"]] <- function(x, start, stop) characters_of(x, start, stop)
of_nodes[["substring"]] <- function(text, first, last = .Machine$integer.max) characters_of(text, first, last)
of_nodes[["startsWith"]] <- function(x, prefix) elementwise("str_startswith", x, prefix, truth = TRUE)
of_nodes[["endsWith"]] <- function(x, suffix) elementwise("str_endswith", x, suffix, truth = TRUE)

# What is missing contains nothing, as in R.
of_nodes[["grepl"]] <- function(pattern, x, ignore.case = FALSE, perl = FALSE, fixed = FALSE, ...) { # nolint
  no_more(...)
  check_fixed(fixed, ignore.case)
  jz_fill_na(elementwise("str_contains", x, pattern, truth = TRUE), FALSE)
}
of_nodes[["gsub"]] <- function(pattern, replacement, x, ignore.case = FALSE, perl = FALSE, fixed = FALSE, ...) { # nolint
  no_more(...)
  call <- traced_call()
  check_fixed(fixed, ignore.case, call)
  if (!is_single(pattern) || !is_single(replacement)) {
    stop_tracing(call, "a single text for another one", "several", "jz_str_replace(x, old, new) has one for each")
  }
  jz_str_replace(x, pattern, replacement)
}

of_nodes[["paste"]] <- function(..., sep = " ", collapse = NULL, recycle0 = FALSE) pasted(list(...), sep, collapse)
of_nodes[["paste0"]] <- function(..., collapse = NULL, recycle0 = FALSE) pasted(list(...), "", collapse)

# R would write a list that holds values of a pipeline as text, with what they are made of.
for (name in c(
  "nchar", "nzchar", "toupper", "tolower", "casefold", "trimws", "substr", "substring", "startsWith", "endsWith",
  "grepl", "gsub", "paste", "paste0"
)) attr(of_nodes[[name]], "takes_lists") <- TRUE

# The characters from one up to another, counted from 1; no text has more than an integer can say.
characters_of <- function(x, first, last, call = traced_call()) {
  for (bound in list(first, last)) {
    if (!is_whole(bound)) stop_tracing(call, "the numbers of two characters, for all texts the same", shown(bound))
  }
  jz_str_slice(x, max(first - 1, 0), if (last < .Machine$integer.max) max(last, 0))
}

check_fixed <- function(fixed, ignore_case, call = traced_call()) {
  if (!isTRUE(fixed)) {
    advice <- "there are no regular expressions; startsWith() and endsWith() look at the ends"
    stop_tracing(call, "fixed = TRUE, for a text as it is", shown(fixed), advice)
  }
  if (isTRUE(ignore_case)) stop_tracing(call, "tolower(x) of what is looked into", "ignore.case = TRUE")
}

# Texts behind each other. What is no value of the pipeline is pasted by R, as far as it stands together.
pasted <- function(parts, sep, collapse, call = traced_call()) {
  if (!is.null(collapse)) stop_tracing(call, "collapse = NULL: a text for each element", shown(collapse))
  if (!is.character(sep) || length(sep) != 1L || is.na(sep)) stop_tracing(call, "sep as a text", shown(sep))
  if (any(vapply(parts, holds_node, NA))) {
    advice <- "do.call(paste0, values) takes them one by one"
    stop_tracing(call, "values of the pipeline", "a list that holds some", advice)
  }
  parts <- lapply(unname(parts), function(part) if (is_node(part)) part else paste0("", part))
  # numbers would be added up: beside a text they are refused
  if (!any(vapply(parts, is_text, NA)) && (!nzchar(sep) || length(parts) == 1L)) {
    parts[[1L]] <- elementwise("add", "", parts[[1L]], call)
  }
  behind <- function(a, b) if (is_node(a) || is_node(b)) elementwise("add", a, b, call) else paste0(a, b)
  Reduce(function(a, b) behind(if (nzchar(sep)) behind(a, sep) else a, b), parts)
}

GIVE_TEXTS <- c("str_strip", "str_upper", "str_lower", "str_slice", "str_replace")

# Whether a value is known to be of texts.
is_text <- function(x) {
  is.character(x) || is_node(x) && x@source$kind == "output" && x@source$step$op %in% GIVE_TEXTS
}

# The server adds texts, as Python does; R has no arithmetic of them.
check_no_texts <- function(a, b, call) {
  for (value in list(a, b)) {
    if (is_text(value) || is.factor(value)) {
      found <- if (is_node(value)) "texts" else shown(value)
      stop_tracing(call, "numbers or times", found, "paste0() puts texts together")
    }
  }
}

# R's NA beside texts is one of them.
as_missing_text <- function(value) if (identical(value, NA)) NA_character_ else value
