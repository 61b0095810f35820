#' How values that R has no type for are shown
#'
#' Everything that R can hold comes exactly as it is stored, and nothing has to be said. What R cannot hold is an
#' error of class `jazz_error_unrepresentable` that names the option, here, that helps. `jz_get()` and its relatives
#' take these options by their names.
#'
#' @param bigint What 64-bit integers are: `"numeric"` (exact, and an error beyond 2^53), `"integer64"` (package
#'   bit64), or `"character"` (digits; holds all of them). The default is the R option `jazz.bigint`, else
#'   `"numeric"`: indices, arithmetic and printing of base R read the bits of an integer64 as those of a double where
#'   bit64 is not attached, and `x[i]` with such an `i` gives other elements without a word.
#' @param times What times are that no double holds exactly, as most counts of nanoseconds: `"exact"` refuses them,
#'   `"nearest"` gives the nearest double, `"counts"` gives all times as the integers that are stored, by `bigint`.
#'   When storing, `"nearest"` rounds to microseconds those that nanoseconds do not reach.
#' @param strings What texts are: `"character"` (an error where there is a U+0000 inside, which R cannot hold) or
#'   `"raw"`, a list of raw vectors.
#' @param tensors What a tensor is that no class of R or Matrix is made for, such as a sparse array of three
#'   dimensions: `"native"` refuses it, `"parts"` gives a list of its parts, class `jazz_parts`.
#' @param lossy Whether what must be changed is changed instead of refused: integers beyond 2^53 are rounded with
#'   `bigint = "numeric"`, a NaN with the bits of R's `NA_real_` is a NaN, fractions of a `Date` are cut off, and
#'   attributes are dropped without a warning.
#' @param keep_order Whether an array that is stored row by row, as numpy has them (C order), remembers it in its
#'   comment, to be stored again byte for byte. Otherwise it is an array like any other, and is stored column
#'   by column, as R has it; for all who read it that is the same value.
#' @return A list of class `jazz_value_options`.
#' @examples
#' jz_value_options(bigint = "integer64")
#' @seealso [jazz-types]
#' @export
jz_value_options <- function(bigint = getOption("jazz.bigint", "numeric"), times = "exact", strings = "character",
                             tensors = "native", lossy = FALSE, keep_order = FALSE) {
  known <- function(given, choices, name) {
    if (is.character(given) && length(given) == 1L && given %in% choices) return(given)
    refuse(name, paste(dQuote(choices, FALSE), collapse = ", "), deparse(given)[1L], "Choose one of them.")
  }
  truth <- function(given, name) {
    if (isTRUE(given) || isFALSE(given)) return(given)
    refuse(name, "TRUE or FALSE", deparse(given)[1L], "Choose one of them.")
  }
  structure(class = "jazz_value_options", list(
    bigint = known(bigint, c("integer64", "numeric", "character"), "bigint"),
    times = known(times, c("exact", "nearest", "counts"), "times"),
    strings = known(strings, c("character", "raw"), "strings"),
    tensors = known(tensors, c("native", "parts"), "tensors"),
    lossy = truth(lossy, "lossy"), keep_order = truth(keep_order, "keep_order")
  ))
}

usual_options <- jz_value_options(bigint = "numeric")

#' The options that a function was given in its `...`; whatever else is there is an argument that it has not.
#' @noRd
given_options <- function(...) {
  if (...length() == 0L) return(if (is.null(getOption("jazz.bigint"))) usual_options else jz_value_options())
  own <- setdiff(names(formals(sys.function(-1))), c("db", "..."))
  known <- names(formals(jz_value_options))
  given <- names(list(...)) %||% rep("", ...length())
  wrong <- which(is.na(pmatch(given, known)))
  if (length(wrong) > 0L) stop_unknown_argument(given[[wrong[[1L]]]], c(own, known))
  jz_value_options(...)
}

#' @export
print.jazz_value_options <- function(x, ...) {
  cat("<jazz_value_options>\n", sprintf("%10s: %s\n", names(x), vapply(x, format, "")), sep = "")
  invisible(x)
}
