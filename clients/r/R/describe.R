# What a block shows at a glance.

#' What a block shows at a glance
#'
#' Statistics of every field, computed by the server where the block is: exact for small blocks, those of a sample for
#' large ones, which is spread evenly over the value.
#'
#' @inheritParams jz_get
#' @param item The name of a field to describe alone; several for a field of a field.
#' @param timeout Seconds that it may take.
#' @return A data frame with a row for each field (one, named `""`, for a block that is no table): `field`, `type`,
#'   `total` (elements; of a sparse tensor stored entries) and `seen` (how many of them were looked at), of these
#'   `missing`, `zero`, `nan`, `infinite`, then `mean`, `sd` (with the number of elements as divisor), `least` and
#'   `greatest` as texts, `frequent`, the text or level that is there most often, of `distinct` ones, and `histogram`, a
#'   list with the `edges` and `counts` of each field of numbers.
#' @examplesIf jz_has_server()
#' db <- jz_local_server()
#' jz_put(db, "lab/air", airquality)
#' jz_describe(db, "lab/air")
#' @export
jz_describe <- function(db, name, version = NULL, item = NULL, timeout = NULL) {
  request <- list(name = check_versioned(name, version))
  if (!is.null(item)) request$item <- check_item(item)
  fields <- unary_call(check_connection(db), "Blocks/DescribeBlock", request, timeout)$description$fields
  number <- function(name) vapply(fields, function(field) field$statistics[[name]] %||% 0, 0)
  optional <- function(name) vapply(fields, function(field) field$statistics[[name]] %||% NA_real_, 0)
  extremes <- vapply(fields, function(field) extremes_of(field$statistics$extremes), character(2L))
  frame <- data.frame(
    field = vapply(fields, function(field) paste(field$path, collapse = "$"), ""), type = fields_of(fields, "summary"),
    total = number("total"), seen = number("seen"), missing = number("missing"), zero = number("zero"),
    nan = number("nan"), infinite = number("infinite"), mean = optional("mean"), sd = optional("standard_deviation"),
    least = extremes[1L, ], greatest = extremes[2L, ],
    frequent = vapply(fields, function(field) most_frequent(field$statistics$frequencies), ""),
    distinct = vapply(fields, function(field) field$statistics$frequencies$distinct %||% NA_real_, 0),
    stringsAsFactors = FALSE
  )
  frame$histogram <- lapply(fields, function(field) field$statistics$histogram)
  as_listing(frame)
}

extremes_of <- function(inline) {
  if (is.null(inline)) return(c(NA_character_, NA_character_))
  # what no double holds exactly is shown all the same
  format(jz_plain(value_of_inline(inline, jz_value_options(bigint = "character", times = "nearest"))))
}

most_frequent <- function(frequencies) {
  values <- frequencies$values
  if (is.null(values)) return(NA_character_)
  first <- value_of_inline(values, jz_value_options())[1L]
  if (is.list(first)) paste(as.character(first[[1L]]), collapse = " ") else as.character(first)
}
