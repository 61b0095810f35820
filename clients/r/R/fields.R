# Errors of the server name fields of requests, whose elements are counted from 0; here they name arguments, from 1.
# What they advise are operations; here it is what is written in R.

# fields of requests that are arguments of other names, whichever element it is
argument_fields <- c(
  "^inputs\\[[0-9]+\\]\\.name$" = "inputs", "^stores\\[[0-9]+\\]\\..*$" = "into", "^binds\\[[0-9]+\\]\\..*$" = "bind",
  "^slice\\.axes\\[[0-9]+\\]\\..*$" = "along"
)

slice_fields <- "^slice\\.(item|rows|columns)(\\.labels|\\.positions)?(\\[([0-9]+)\\])?$"

# what the server advises, and R's words for it
advised <- c(
  "fill_na with false" = "jz_fill_na(mask, FALSE)", "to_dense makes" = "jz_to_dense() makes",
  "filter takes" = "jz_filter() takes"
)

#' Says of errors of the server which argument they are about: `rows[2]` for `slice.rows.labels[1]`.
#' @noRd
with_r_fields <- function(code) {
  withCallingHandlers(code, jazz_error = function(error) {
    for (row in seq_along(error$violations$field)) {
      field <- error$violations$field[[row]]
      argument <- argument_of(field)
      error$violations$field[[row]] <- argument
      error$message <- gsub(paste0(field, ":"), paste0(argument, ":"), error$message, fixed = TRUE)
    }
    error$violations[] <- lapply(error$violations, operations_from_one)
    error$violations$expected <- in_words_of_r(error$violations$expected)
    error$message <- in_words_of_r(operations_from_one(error$message))
    stop(error)
  })
}

argument_of <- function(field) {
  known <- vapply(names(argument_fields), grepl, NA, field)
  if (any(known)) return(argument_fields[known][[1L]])
  parts <- regmatches(field, regexec(slice_fields, field))[[1L]]
  if (length(parts) == 0L) return(field)
  paste0(parts[[2L]], if (nzchar(parts[[5L]])) sprintf("[%.0f]", as.double(parts[[5L]]) + 1))
}

in_words_of_r <- function(texts) {
  for (advice in names(advised)) texts <- gsub(advice, advised[[advice]], texts, fixed = TRUE)
  texts
}

operations_from_one <- function(texts) {
  places <- gregexpr("operations\\[[0-9]+\\]", texts)
  regmatches(texts, places) <- lapply(regmatches(texts, places), function(found) {
    sprintf("operations[%.0f]", as.double(gsub("[^0-9]", "", found)) + 1)
  })
  texts
}
