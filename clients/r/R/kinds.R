# Kinds: named, versioned types. The server reads and writes their text form, so that nothing here has to.

#' Kinds: what data is
#'
#' A kind is a named, versioned type that values are matched with, written as text: `"float32[rows, 1024] csr"`. The
#' server reads it, and names line and column of what is wrong in it. The types that pipelines use, such as
#' [jz_csr()], are taken as well. `jz_kind_propose()` gives the kind of a value, to begin with: edit what it says too
#' much or too little.
#'
#' `jz_kind_match()` says whether a value is of a kind: the dimensions that it binds, or every reason why not. The
#' elements of a value that is not stored stay here, so that rules on them (least, greatest) are not checked.
#'
#' @param of A kind as text, or a type such as `jz_dense("h", "w", 3)`.
#' @param extends Names of kinds whose fields it has as well; for types (a text says that itself).
#' @param doc What it is, in a few lines; likewise.
#' @param db A connection that [jz_connect()] made.
#' @param name `"space/name"`, or `"space/name@version"`.
#' @param kind What `jz_kind()` takes or gives; for `jz_kind_match()` also the name of a stored kind.
#' @param version The version; the latest when `NULL`, all of them when deleting.
#' @param prefix `"space"`, or `"space/prefix"` for the names that start with it.
#' @param value A value, of which only the description is sent; or a block that [jz_block()] gives, which stays on the
#'   server.
#' @param if_version The version that must be the latest one now; 0 for "must not exist".
#' @param timeout Seconds that it may take.
#' @return `jz_kind()`, `jz_kind_propose()`: a kind, class `jazz_kind`. `jz_kind_put()`, `jz_kind_get()`: a list of
#'   class `jazz_kind_info`: `name`, `version`, `created`, `text`, `kind` (the message as a list). `jz_kind_list()`: a
#'   data frame. `jz_kind_delete()`: nothing. `jz_kind_match()`: a list of class `jazz_match`: `matches`, `bindings`
#'   (the length of each symbol), `mismatches` (a data frame with `field`, `expected`, `found`).
#' @examplesIf jz_has_server()
#' db <- jz_local_server()
#' jz_kind_put(db, "lab/photo", "
#'   # A photograph with its mask.
#'   {
#'     image: float64[h, w, 3]
#'     mask: float64[h, w]
#'   }
#' ")
#' jz_kind_get(db, "lab/photo")
#' jz_kind_match(db, "lab/photo", list(image = array(0, c(4, 5, 3)), mask = matrix(0, 4, 5)))
#' jz_kind_match(db, "float64[n]", matrix(0, 2, 2))
#' jz_kind_delete(db, "lab/photo")
#' @name jz_kinds
NULL

#' @rdname jz_kinds
#' @export
jz_kind <- function(of, extends = character(), doc = "") {
  if (inherits(of, "jazz_kind")) return(of)
  if (inherits(of, "jazz_kind_info")) return(structure(list(message = of$kind, text = of$text), class = "jazz_kind"))
  if (is.character(of)) {
    if (length(extends) > 0L || !identical(doc, "")) {
      stop_invalid(
        if (length(extends) > 0L) "extends" else "doc", "nothing beside a text, which says that itself", I("more")
      )
    }
    return(structure(list(text = check_string(of, "of", "a kind as text, or a type")), class = "jazz_kind"))
  }
  if (!inherits(of, "jazz_type")) stop_invalid("of", "a kind as text, or a type such as jz_dense(\"n\")", of)
  message <- c(
    list(type = of$message),
    if (length(extends) > 0L) list(extends = lapply(extends, function(name) list(name = check_name(name, "extends")))),
    if (!identical(doc, "")) list(doc = check_string(doc, "doc"))
  )
  structure(list(message = message, text = format(of)), class = "jazz_kind")
}

#' @export
format.jazz_kind <- function(x, ...) x$text

#' @export
print.jazz_kind <- function(x, ...) {
  cat("<jazz_kind>\n", x$text, "\n", sep = "")
  invisible(x)
}

#' @rdname jz_kinds
#' @export
jz_kind_put <- function(db, name, kind, if_version = NULL, timeout = NULL) {
  request <- c(
    list(name = check_name(name), request_id = new_uuid()), kind_source(jz_kind(kind), "kind"),
    if_version_field(if_version)
  )
  invisible(kind_info(unary_call(check_connection(db), "Kinds/PutKind", request, timeout)$info))
}

#' A kind as one of two fields: the message, or the text.
#' @noRd
kind_source <- function(kind, field) {
  if (is.null(kind$message)) list(text = kind$text) else stats::setNames(list(kind$message), field)
}

#' @rdname jz_kinds
#' @export
jz_kind_get <- function(db, name, version = NULL, timeout = NULL) {
  request <- list(name = check_versioned(name, version))
  kind_info(unary_call(check_connection(db), "Kinds/GetKind", request, timeout)$info)
}

#' @rdname jz_kinds
#' @export
jz_kind_list <- function(db, prefix, timeout = NULL) {
  kinds <- lapply(
    pages(db, "Kinds/ListKinds", list(prefix = check_string(prefix, "prefix")), "kinds", timeout), kind_info
  )
  empty <- kind_info(list(name = ""))
  columns <- lapply(c("name", "version", "created", "text"), function(name) {
    do.call(c, c(list(empty[[name]][0L]), lapply(kinds, .subset2, name)))
  })
  as_listing(as.data.frame(
    stats::setNames(columns, c("name", "version", "created", "text")), stringsAsFactors = FALSE
  ))
}

#' @rdname jz_kinds
#' @export
jz_kind_delete <- function(db, name, version = NULL, if_version = NULL, timeout = NULL) {
  request <- c(list(name = check_versioned(name, version)), if_version_field(if_version))
  # without a precondition and a request id, a repetition could not tell "deleted" from "never was"
  unary_call(check_connection(db), "Kinds/DeleteKind", request, timeout, repeatable = FALSE)
  invisible()
}

#' @rdname jz_kinds
#' @export
jz_kind_match <- function(db, kind, value, timeout = NULL) {
  check_connection(db)
  stored <- is.character(kind) && length(kind) == 1L && grepl("^[a-z][a-z0-9_-]*/[^][{}:]+$", kind)
  request <- if (stored) list(name = check_name(kind, "kind")) else kind_source(jz_kind(kind), "inline")
  match_info(unary_call(db, "Kinds/MatchKind", c(request, value_source(value)), timeout))
}

#' @rdname jz_kinds
#' @export
jz_kind_propose <- function(db, value, timeout = NULL) {
  check_connection(db)
  answer <- unary_call(db, "Kinds/ProposeKind", value_source(value), timeout)
  structure(list(message = answer$kind, text = answer$text), class = "jazz_kind")
}

#' A value as one of two fields: the name of a stored block, or the header.
#' @noRd
value_source <- function(value) {
  if (inherits(value, "jazz_block")) {
    list(block = whole_name(value, "value"))
  } else {
    list(header = encode_value(value)$header)
  }
}

kind_info <- function(message) {
  structure(
    class = "jazz_kind_info",
    list(
      name = message$name, version = message$version %||% NA_real_, created = moment_of(message$create_time),
      text = message$text %||% "", kind = message$kind
    )
  )
}

#' @export
format.jazz_kind_info <- function(x, ...) sprintf("<jazz_kind_info %s@%s: %s>", x$name, show_version(x$version), x$text)

#' @export
print.jazz_kind_info <- function(x, ...) {
  cat(format(x), "\n", sep = "")
  invisible(x)
}

#' @export
str.jazz_kind_info <- function(object, ...) cat("", format(object), "\n")

match_info <- function(message) {
  mismatches <- data.frame(
    field = fields_of(message$mismatches, "field"), expected = fields_of(message$mismatches, "expected"),
    found = fields_of(message$mismatches, "found"), stringsAsFactors = FALSE
  )
  structure(
    class = "jazz_match",
    list(
      matches = isTRUE(message$matches),
      bindings = stats::setNames(
        vapply(message$bindings, function(binding) binding$size %||% 0, 0), fields_of(message$bindings, "symbol")
      ),
      mismatches = mismatches
    )
  )
}

#' @export
format.jazz_match <- function(x, ...) {
  if (x$matches) {
    bound <- sprintf(", %s = %.0f", names(x$bindings), x$bindings)
    return(paste0("<jazz_match: yes", paste(bound, collapse = ""), ">"))
  }
  field <- ifelse(nzchar(x$mismatches$field), x$mismatches$field, "value")
  wrong <- sprintf("  - %s: expected %s, found %s", field, x$mismatches$expected, x$mismatches$found)
  paste0(paste(c("<jazz_match: no", wrong), collapse = "\n"), ">")
}

#' @export
print.jazz_match <- function(x, ...) {
  cat(format(x), "\n", sep = "")
  invisible(x)
}
