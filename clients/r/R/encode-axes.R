# Names and dimnames to axes.

default_axis <- function(number) if (number == 1L) "rows" else if (number == 2L) "columns" else paste0("dim", number)

#' For each dimension the axis that an array lies along: NULL for none, else its name, labels (a vector or NULL) and
#' the texts that dimnames have for them. An empty list where there are none at all.
#' @noRd
wanted_axes <- function(x, rank, memory) {
  if (is.null(attributes(x)) && length(memory) == 0L) return(list())
  wanted <- vector("list", rank)
  names <- attr(x, "names", exact = TRUE)
  dimnames <- if (isS4(x) && methods::.hasSlot(x, "Dimnames")) x@Dimnames else attr(x, "dimnames", exact = TRUE)
  if (is.null(dimnames) && !is.null(names) && rank == 1L) dimnames <- list(as.character(names))
  given <- attr(dimnames, "names", exact = TRUE)
  for (number in seq_len(rank)) {
    name <- if (is.null(given) || is.na(given[[number]]) || !nzchar(given[[number]])) "" else enc2utf8(given[[number]])
    text <- if (!is.null(dimnames)) dimnames[[number]]
    if (!nzchar(name)) {
      along <- memory$along[number]
      name <- if (!is.null(text)) default_axis(number) else if (length(along) && !is.na(along)) along else ""
    }
    if (!nzchar(name)) next
    labels <- text
    typed <- memory$labels[[name]]
    # Labels that are no texts are remembered. They are valid as long as the texts are theirs.
    if (!is.null(typed) && (is.null(text) || identical(label_texts(typed), text))) labels <- typed
    wanted[[number]] <- list(name = name, labels = labels, text = if (is.null(labels)) NULL else label_texts(labels))
  }
  wanted
}

#' Declares the axes that are wanted and not in sight, and names the axis of each dimension.
#' @param remembered The axes that were declared on the value before, or NULL.
#' @return A list: `declared`, messages Axis; `names`, of the axis of each dimension; `sight`, with those declared.
#' @noRd
declare_axes <- function(wanted, shape, remembered, plan, path, sight) {
  if (length(wanted) == 0L && length(remembered) == 0L) {
    return(list(declared = list(), names = character(length(shape)), sight = sight))
  }
  declared <- list()
  declare <- function(name, length, labels, text) {
    if (!is.null(sight[[name]])) conflict(name, path)
    message <- c(list(name = name), if (length > 0) list(length = as.double(length)))
    if (!is.null(labels)) {
      message$labels <- encode_labels(labels, plan, sprintf("%s, labels of %s", path, dQuote(name, FALSE)))
    }
    declared[[base::length(declared) + 1L]] <<- message
    sight[[name]] <<- list(length = length, text = text)
  }
  for (axis in remembered) {
    declare(axis$name, axis$length, axis$labels, if (!is.null(axis$labels)) label_texts(axis$labels))
  }
  names <- character(length(shape))
  for (number in seq_along(wanted)) {
    axis <- wanted[[number]]
    if (is.null(axis)) next
    known <- sight[[axis$name]]
    if (is.null(known)) {
      declare(axis$name, shape[[number]], axis$labels, axis$text)
    } else if (!identical(base::names(axis), "name")) {
      # Columns of a data frame only name their axis.
      if (known$length != shape[[number]] || !identical(known$text, axis$text)) conflict(axis$name, path)
    }
    names[[number]] <- axis$name
  }
  list(declared = declared, names = names, sight = sight)
}

#' @noRd
conflict <- function(name, path) {
  refuse(
    path, sprintf("one axis %s", dQuote(name, FALSE)), "two of that name with other lengths or labels",
    "Give each its own name: names(dimnames(x)) <- c(...).", class = "jazz_axis_conflict"
  )
}

#' @noRd
encode_labels <- function(labels, plan, path) {
  encode_vector(encode_elements(labels, plan, path, memory_of(labels)), plan)
}

#' What dimnames say for labels of any type.
#' @noRd
label_texts <- function(labels) {
  if (is.character(labels) && !is.object(labels)) {
    attributes(labels) <- NULL
    return(labels)
  }
  if (inherits(labels, "integer64")) {
    texts <- int64_to_text(labels, FALSE)
    texts[missing_bits(labels)] <- NA
    return(texts)
  }
  texts <- if (is.double(labels) && !is.object(labels) && (memory_of(labels)$type %||% "") %in% c("int64", "uint64")) {
    ifelse(is.na(labels), NA_character_, sprintf("%.0f", labels))
  } else if (is_blobs(labels)) {
    vapply(unclass(labels), function(blob) if (is.null(blob)) NA_character_ else paste(format(blob), collapse = ""), "")
  } else if (inherits(labels, "POSIXct")) {
    format(labels, "%Y-%m-%d %H:%M:%OS6")
  } else if (inherits(labels, "difftime")) {
    as.character(as.double(labels))
  } else {
    as.character(labels)
  }
  attributes(texts) <- NULL
  texts
}

#' Which elements of an integer64 are missing, without package bit64.
#' @noRd
missing_bits <- function(x) int64_to_text(x, FALSE) == "-9223372036854775808"
