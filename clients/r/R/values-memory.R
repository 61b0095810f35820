# What a value is on the wire beyond what R can say, remembered in its comment(), the attribute that R never prints. It
# is a memory, not a declaration: a vector that no longer fits it is stored as R holds it, so that nothing is ever lost.

# Of vectors: type, time_unit, zone, ordered; order ("C"), rank (0), index_type ("int64"), unit and unit_of (the
# fingerprint of the elements that have it), labels (by name of axis, those that are no texts or that dimnames cannot
# hold), along (names of axes where there are no dimnames), axes (those declared, where that is not what follows).
# Of data frames: axis (its name) and index (whether the column of that name is the labels). Of lists: axes.

#' @noRd
memory_of <- function(x) {
  comment <- attr(x, "comment", exact = TRUE)
  if (inherits(comment, "jazz_wire")) attr(comment, "memory", exact = TRUE) else list()
}

#' @noRd
remembers <- function(x) inherits(attr(x, "comment", exact = TRUE), "jazz_wire")

#' The comment that holds a memory: in words, with the memory as its attribute.
#' @noRd
wire_comment <- function(memory) structure(memory_words(memory), memory = memory, class = "jazz_wire")

#' The names of attributes that are neither known nor a memory.
#' @noRd
further_attributes <- function(x, known) {
  setdiff(names(attributes(x)), c(known, if (remembers(x)) "comment"))
}

#' @noRd
with_memory <- function(x, memory) {
  memory <- without_null(memory)
  if (length(memory) == 0L) return(x)
  with_attribute(x, "comment", wire_comment(memory))
}

#' A copy of an object of the user's with a memory, in the place of a comment of the user's own.
#' @noRd
with_new_memory <- function(x, memory) {
  if (!remembers(x) && !is.null(comment(x))) warn_dropped("x: comment")
  comment(x) <- wire_comment(memory)
  x
}

#' A field of a table as the column that it is: without the memory of the axis that it lies along there.
#' @noRd
as_column <- function(x) {
  if (isS4(x) || is.list(x)) return(x)
  memory <- memory_of(x)
  memory$along <- NULL
  attr(x, "comment") <- NULL
  if (all(vapply(dimnames(x), is.null, NA))) {
    dimnames(x) <- NULL
    if (length(dim(x)) == 1L) dim(x) <- NULL
  }
  with_memory(x, memory)
}

memory_words <- function(memory) {
  type <- memory$type
  within <- c(memory$time_unit, if (nzchar(memory$zone %||% "")) memory$zone)
  if (length(within) > 0L) type <- sprintf("%s[%s]", type %||% "time", paste(within, collapse = ", "))
  if (identical(memory$zone, "")) type <- paste(type, "of a wall clock")
  toString(c(
    type,
    if (identical(memory$rank, 0)) "scalar",
    if (identical(memory$order, "C")) "C order",
    if (!is.null(memory$index_type)) paste(memory$index_type, "indices"),
    if (!is.null(memory$unit)) paste("in", memory$unit),
    if (!is.null(memory$labels)) paste("labels of", paste(names(memory$labels), collapse = ", ")),
    if (!is.null(memory$along)) paste("along", paste(memory$along, collapse = ", ")),
    if (!is.null(memory$axes)) paste("axes", paste(vapply(memory$axes, function(axis) axis$name, ""), collapse = ", ")),
    if (!is.null(memory$axis)) paste("along", memory$axis),
    if (isTRUE(memory$index)) "labels are a column"
  ))
}

#' @export
format.jazz_wire <- function(x, ...) sprintf("<%s>", as.character(x))

#' @export
print.jazz_wire <- function(x, ...) {
  cat(format(x), "\n", sep = "")
  invisible(x)
}

#' @export
str.jazz_wire <- function(object, ...) cat("", format(object), "\n")

#' Forget or set how a value is stored
#'
#' Values that come from Jazz and have a type that R lacks, such as float32, remember it in their [comment()], which R
#' does not print, so that they can be stored again just as they were. `jz_plain()` forgets it. `jz_as_type()` says
#' which type of the wire a vector, array or sparse matrix is to be stored as, `jz_scalar()` that a vector of length 1
#' is a scalar, of rank 0, which R has not and pipelines can ask for. The comment never changes a value: elements that
#' are set later and that the type does not hold are stored in R's own type.
#'
#' @param x A vector, array, sparse matrix of package Matrix, data frame or list.
#' @param type A type: `"int8"`, `"int16"`, `"int32"`, `"int64"`, `"uint8"`, `"uint16"`, `"uint32"`, `"uint64"`,
#'   `"float16"`, `"float32"`, `"float64"`, `"complex64"` or `"complex128"`.
#' @param lossy Whether elements are rounded to what the type holds; an error otherwise.
#' @return `jz_plain()`: the value without that comment, also inside of lists and data frames. `jz_as_type()` and
#'   `jz_scalar()`: the value with it.
#' @examples
#' x <- jz_as_type(c(0.5, NA, 2), "float32")
#' x
#' comment(x)
#' identical(jz_plain(x), c(0.5, NA, 2))
#' try(jz_as_type(0.1, "float32"))
#' jz_as_type(0.1, "float32", lossy = TRUE)
#' jz_scalar(5)
#' @seealso [jazz-types]
#' @export
jz_plain <- function(x) {
  if (remembers(x)) attr(x, "comment") <- NULL
  if (is.list(x) && (!is.object(x) || is.data.frame(x))) x[] <- lapply(x, jz_plain)
  x
}

#' @rdname jz_plain
#' @export
jz_as_type <- function(x, type, lossy = FALSE) {
  sparse <- methods::is(x, "sparseMatrix") || methods::is(x, "sparseVector")
  elements <- if (sparse && methods::.hasSlot(x, "x")) x@x else x
  if (!is.character(type) || length(type) != 1L || !type %in% number_types) {
    refuse("type", paste(number_types, collapse = ", "), deparse(type)[1L], "Choose one of them.")
  }
  if (inherits(elements, "integer64") && type %in% c("int64", "uint64")) {
    if (type == "uint64" && !none_negative(elements)) refuse("x", "0 or more", "less", "Choose int64.")
  } else {
    if (is.object(elements) || !(is.numeric(elements) || is.complex(elements))) {
      refuse("x", "numbers", class(elements)[1L], "Only numbers have a choice of types.")
    }
    data <- wire_numbers(elements, if (type == "complex128") "complex64" else type, lossy || type == "complex128")
    if (is.null(data)) {
      refuse("x", sprintf("numbers that are exactly %s", type), typeof(elements), "Round them, or say lossy = TRUE.")
    }
    if (lossy && type %in% c("float16", "float32", "complex64")) {
      rounded <- received_numbers(data, type, length(elements))
      rounded[is.na(elements) & !is.nan(elements)] <- NA
      elements[] <- rounded
      if (sparse) x@x <- elements else x[] <- elements
    }
  }
  memory <- memory_of(x)
  memory$type <- type
  with_new_memory(x, memory)
}

#' @rdname jz_plain
#' @export
jz_scalar <- function(x) {
  dense <- is.atomic(x) && length(x) == 1L && is.null(dim(x)) && is.null(names(x))
  if (!dense) {
    found <- if (is.atomic(x)) sprintf("%s of length %d", typeof(x), length(x)) else class(x)[[1L]]
    refuse("x", "a vector of length 1 without a name", found, "Take one element: x[[1]].")
  }
  memory <- memory_of(x)
  memory$rank <- 0
  with_new_memory(x, memory)
}
