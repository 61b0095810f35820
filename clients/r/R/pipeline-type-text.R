# Types of tensors as people write them, "float32[rows, 1024] csr", to messages. Servers read the whole language, of
# which this is what inputs of pipelines need where there is no server: tensors, names of kinds, `any` and `null`.

# The message of a type that a text says.
parse_type <- function(text, field) {
  fail <- function(expected, found) {
    stop_tracing(field, expected, found, paste("in", encodeString(text, quote = "\"")))
  }
  rest <- trimws(text)
  if (rest == "any") return(list(any = empty_message()))
  if (rest == "null") return(list(null = empty_message()))
  if (startsWith(rest, "{")) {
    fail("the type of a tensor, or the name of a kind", "a table; jz_table(list(a = \"float64[n]\")) makes one")
  }
  if (grepl("^[a-z][^][{}| ]*/[^][{}| ]+$", rest)) return(list(kind = list(name = rest)))
  # the element types of times have brackets of their own
  form <- "^((?:(?:timestamp|duration)\\[[^]]*\\]|[^][])+)\\[([^]]*)\\](.*)$"
  parts <- regmatches(rest, regexec(form, rest, perl = TRUE))[[1]]
  if (length(parts) == 0) fail("a type, such as \"float32[rows, 3]\", \"any[...] csr\" or \"lab/photo\"", rest)
  tensor <- list()
  elements <- trimws(strsplit(parts[[2]], "|", fixed = TRUE)[[1]])
  if (!identical(elements, "any")) tensor$types <- element_types(elements, field)
  dimensions <- trimws(strsplit(parts[[3]], ",", fixed = TRUE)[[1]])
  if (!identical(dimensions, "...")) {
    if (length(dimensions) > 1 && !nzchar(dimensions[[length(dimensions)]])) dimensions <- utils::head(dimensions, -1)
    shape <- lapply(dimensions[nzchar(dimensions) | length(dimensions) > 1], function(dimension) {
      dimension_message(if (grepl("^[0-9]+$", dimension)) as.double(dimension) else dimension, field)
    })
    tensor$shape <- if (length(shape) > 0) list(dimensions = shape) else empty_message()
  }
  message <- parse_suffixes(tensor, trimws(parts[[4]]), fail)
  list(tensor = if (length(message) > 0) message else empty_message())
}

# What stands behind the dimensions: `?`, layouts, `strict`, `in` a unit, `from` and `to` numbers, each once.
parse_suffixes <- function(tensor, rest, fail) {
  number <- "[+-]?(?:inf\\b|(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
  layout <- "(?:dense|csr|csc|coo)"
  patterns <- c(
    nullable = "^\\?", layouts = sprintf("^%s(?:\\s*\\|\\s*%s)*\\b", layout, layout), strict_layout = "^strict\\b",
    unit = "^in\\s+(?:\"[^\"]*\"|[^\\s\"?]+)", minimum = sprintf("^from\\s+%s", number),
    maximum = sprintf("^to\\s+%s", number)
  )
  found <- list()
  while (nzchar(rest)) {
    ends <- vapply(patterns, function(pattern) attr(regexpr(pattern, rest, perl = TRUE), "match.length"), 0L)
    what <- names(patterns)[ends > 0][1]
    if (is.na(what)) fail("`?`, a layout, `strict`, `in` a unit, `from` or `to` a number", rest)
    if (!is.null(found[[what]])) fail(paste("each of these once:", sub("_layout", "", what)), rest)
    word <- substr(rest, 1, ends[[what]])
    behind <- trimws(sub("^[a-z]+\\s+", "", word))
    found[[what]] <- switch(what,
      nullable = , strict_layout = TRUE,
      layouts = layout_names(trimws(strsplit(word, "|", fixed = TRUE)[[1]]), fail),
      unit = gsub("\"", "", behind, fixed = TRUE),
      as.double(behind)
    )
    rest <- trimws(substring(rest, ends[[what]] + 1))
  }
  c(tensor, found[intersect(c("layouts", "strict_layout", "nullable", "unit", "minimum", "maximum"), names(found))])
}

layout_names <- function(words, fail) {
  if (anyDuplicated(words)) fail("each layout once", paste(words, collapse = "|"))
  paste0("LAYOUT_", toupper(intersect(c("dense", "csr", "csc", "coo"), words)))
}
