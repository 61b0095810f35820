# Types of inputs of pipelines.

#' Types for the inputs of pipelines
#'
#' A type says which tensors an input takes. Where a type is asked for, its text will do as well, such as
#' `"float32[rows, 1024] csr"`, which is how types print. Dimensions are lengths, symbols (texts) for a length that is
#' the same wherever the symbol recurs in the pipeline, or `NA` for any length. Without dimensions the rank is not
#' known, and R's element-wise operators, whose recycling depends on it, are refused for such an input.
#'
#' @param ... Dimensions: whole numbers, symbols, or `NA`.
#' @param type Element types that fit, such as `"float64"` or `c("int32", "int64")`; any when `NULL`.
#' @param nullable Whether elements may be missing (`NA`).
#' @param strict Whether a value in another layout is refused rather than converted.
#' @param unit The unit of the elements, in the vocabulary of pint, such as `"kg/m**3"`; `""` for none.
#' @param min,max The least and the greatest element that fit; `NULL` for no bound.
#' @return A type, to be named in `inputs =` of [jz_pipeline()].
#' @examples
#' jz_csr("rows", 1024)
#' jz_dense("n", type = "float64", nullable = TRUE)
#' @examplesIf jz_has_server()
#' db <- jz_local_server()
#' jz_put(db, "lab/flowers", iris)
#' flowers <- jz_type_of(db, "lab/flowers")
#' flowers
#' jz_pipeline(function(t) t[t$Sepal.Length > 7, "Species"], inputs = list(t = flowers))
#' @name jz_types
NULL

#' @describeIn jz_types Tensors in any layout.
#' @export
jz_tensor <- function(..., type = NULL, nullable = FALSE, strict = FALSE, unit = "", min = NULL, max = NULL) {
  tensor_type(character(), list(...), type, nullable, strict, unit, min, max)
}

#' @describeIn jz_types Dense tensors: vectors, matrices, arrays.
#' @export
jz_dense <- function(..., type = NULL, nullable = FALSE, strict = FALSE, unit = "", min = NULL, max = NULL) {
  tensor_type("dense", list(...), type, nullable, strict, unit, min, max)
}

#' @describeIn jz_types Compressed sparse rows, such as a `dgRMatrix`.
#' @export
jz_csr <- function(..., type = NULL, nullable = FALSE, strict = FALSE, unit = "", min = NULL, max = NULL) {
  tensor_type("csr", list(...), type, nullable, strict, unit, min, max)
}

#' @describeIn jz_types Compressed sparse columns, such as a `dgCMatrix`.
#' @export
jz_csc <- function(..., type = NULL, nullable = FALSE, strict = FALSE, unit = "", min = NULL, max = NULL) {
  tensor_type("csc", list(...), type, nullable, strict, unit, min, max)
}

#' @describeIn jz_types Sparse tensors as coordinates, such as a `dgTMatrix` or a `sparseVector`.
#' @export
jz_coo <- function(..., type = NULL, nullable = FALSE, strict = FALSE, unit = "", min = NULL, max = NULL) {
  tensor_type("coo", list(...), type, nullable, strict, unit, min, max)
}

#' @describeIn jz_types The values of a stored kind, `space/name` or `space/name@version`.
#' @param name The name of the kind.
#' @export
jz_of_kind <- function(name) {
  new_type(list(kind = list(name = check_string(name, "name", "the name of a kind, such as \"lab/photo\""))))
}

#' @describeIn jz_types Tables with these fields.
#' @param fields A named list of types.
#' @param optional Names of fields that may be absent.
#' @param closed Whether further fields are refused: then a name that no field has is found while a function is traced.
#' @export
jz_table <- function(fields, optional = character(), closed = FALSE) {
  if (!is.list(fields) || is.null(names(fields)) || !all(nzchar(names(fields)))) {
    stop_tracing("fields", "a named list of types", shown(fields))
  }
  if (anyDuplicated(names(fields))) stop_tracing("fields", "each field once", toString(names(fields)))
  check_bool(closed, "closed")
  unknown <- setdiff(optional, names(fields))
  if (length(unknown) > 0) {
    stop_tracing("optional", paste("some of", toString(names(fields))), unknown[[1]])
  }
  messages <- lapply(names(fields), function(name) {
    message <- list(name = name, type = as_type(fields[[name]], paste0("fields$", name))$message)
    if (name %in% optional) message$optional <- TRUE
    message
  })
  table <- list(fields = messages)
  if (closed) table$closed <- TRUE
  new_type(list(table = table))
}

#' @describeIn jz_types All values.
#' @export
jz_any_value <- function() new_type(list(any = empty_message()))

#' @describeIn jz_types That of data at hand, as [jz_kind_propose()] has it: all fields of a table, element types, and
#'   the dimensions that are the same. Of what is stored only the description is asked for. Tables that are two inputs
#'   of a pipeline need not have as many rows, nor anything else of one length, whatever it is called.
#' @param db A connection that [jz_connect()] made.
#' @param of The name of a stored block, or the block that [jz_block()] gives; or a value, such as a data frame.
#' @param timeout Seconds that it may take.
#' @export
jz_type_of <- function(db, of, timeout = NULL) {
  check_connection(db)
  named <- is.character(of) && length(of) == 1L && !is.object(of)
  source <- if (named) list(block = check_name(of, "of")) else value_source(of)
  type <- new_type(unary_call(db, "Kinds/ProposeKind", source, timeout)$kind$type)
  if (!is.null(type$message$table)) type$own_symbols <- TRUE
  type
}

# The rows of all frames without row names have the symbol `rows`, and nobody meant by that that two have as many:
# where several inputs are tables that were proposed, the input's name is in their symbols.
with_own_symbols <- function(types) {
  own <- vapply(types, function(type) isTRUE(type$own_symbols), NA)
  if (sum(own) < 2) return(types)
  types[own] <- Map(
    function(type, input) new_type(with_input_in_symbols(type$message, input)), types[own], names(types)[own]
  )
  types
}

# The message of a type, with the name of an input behind each symbol.
with_input_in_symbols <- function(message, input) {
  if (!is.null(message$table)) {
    message$table$fields <- lapply(message$table$fields, function(field) {
      field$type <- with_input_in_symbols(field$type, input)
      field
    })
  }
  if (!is.null(message$tensor$shape)) {
    message$tensor$shape$dimensions <- lapply(message$tensor$shape$dimensions, function(dimension) {
      if (is.null(dimension$symbol)) dimension else list(symbol = paste(dimension$symbol, input, sep = "_"))
    })
  }
  message
}

new_type <- function(message) structure(list(message = message), class = "jazz_type")

empty_message <- function() structure(list(), names = character())

tensor_type <- function(layout, dimensions, type, nullable, strict, unit, min, max) {
  check_bool(nullable, "nullable")
  check_bool(strict, "strict")
  unit <- check_string(unit, "unit")
  check_bounds(min, max)
  tensor <- list()
  if (!is.null(type)) {
    if (!is.character(type) || anyNA(type)) stop_tracing("type", "names of element types", shown(type))
    tensor$types <- element_types(type, "type")
  }
  if (length(dimensions) > 0) {
    tensor$shape <- list(dimensions = lapply(dimensions, dimension_message))
    if (any(layout %in% c("csr", "csc")) && length(dimensions) != 2) {
      stop_tracing(layout, "2 dimensions", as.character(length(dimensions)))
    }
  }
  if (length(layout) > 0) tensor$layouts <- paste0("LAYOUT_", toupper(layout))
  if (strict) tensor$strict_layout <- TRUE
  if (nullable) tensor$nullable <- TRUE
  if (nzchar(unit)) tensor$unit <- unit
  if (!is.null(min)) tensor$minimum <- as.double(min)
  if (!is.null(max)) tensor$maximum <- as.double(max)
  if (length(tensor) == 0) tensor <- empty_message()
  new_type(list(tensor = tensor))
}

# in the order of their numbers in the contract
element_type_names <- c(
  "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64",
  "complex64", "complex128", "string", "bytes", "timestamp", "date", "duration", "factor"
)

data_type_order <- paste0("DATA_TYPE_", toupper(element_type_names))

# Element types in the order of the contract, each once.
element_types <- function(texts, field) {
  types <- lapply(texts, element_type, field = field)
  if (anyDuplicated(types)) stop_tracing(field, "each element type once", paste(texts, collapse = "|"))
  rank <- function(part) vapply(types, part, 0)
  types[order(
    rank(function(type) match(type$data_type, data_type_order)),
    rank(function(type) match(type$time_unit %||% "", time_units, 0L)),
    vapply(types, function(type) type$time_zone %||% "", ""), rank(function(type) isTRUE(type$ordered) + 0),
    method = "radix"
  )]
}

# An element type of a text such as "float32", "timestamp[us, UTC]" or "ordered factor".
element_type <- function(text, field = "type") {
  parts <- regmatches(text, regexec("^(ordered )?([a-z0-9]+)(\\[([a-z]+)(, *([^]]+))?\\])?$", text))[[1]]
  if (length(parts) == 0 || !parts[[3]] %in% element_type_names) {
    stop_tracing(field, paste("one of", toString(element_type_names)), encodeString(text, quote = "\""))
  }
  message <- list(data_type = paste0("DATA_TYPE_", toupper(parts[[3]])))
  timed <- parts[[3]] %in% c("timestamp", "duration")
  if (timed != (parts[[5]] %in% names(time_units))) {
    stop_tracing(field, "a unit for timestamps and durations alone, such as \"timestamp[us, UTC]\"", text)
  }
  if (timed) message$time_unit <- time_units[[parts[[5]]]]
  if (nzchar(parts[[7]])) message$time_zone <- parts[[7]]
  if (nzchar(parts[[2]])) message$ordered <- TRUE
  message
}

dimension_message <- function(dimension, field = "dimension") {
  if (length(dimension) == 1 && (is.na(dimension) || identical(dimension, "*"))) return(list(any = empty_message()))
  if (is.character(dimension) && length(dimension) == 1) {
    if (make.names(dimension) != dimension || grepl(".", dimension, fixed = TRUE)) {
      stop_tracing(field, "an identifier as a symbol", encodeString(dimension, quote = "\""))
    }
    return(list(symbol = dimension))
  }
  if (is_whole(dimension) && dimension >= 0) return(list(size = as.double(dimension)))
  stop_tracing(field, "a length, a symbol or NA", shown(dimension))
}

TABLE_TYPE <- "jz_table(list(a = \"float64[n]\", b = \"string[n]\")) is that of a data frame"

as_type <- function(type, field) {
  if (is.null(type)) return(jz_any_value())
  if (inherits(type, "jazz_type")) return(type)
  if (is.character(type) && length(type) == 1 && !is.na(type)) return(new_type(parse_type(type, field)))
  advice <- if (inherits(type, c("jazz_kind", "jazz_kind_info"))) {
    "jz_kind_put() stores a kind, and its name stands for it"
  } else if (inherits(type, "jazz_block")) {
    "jz_type_of(db, x) is that of a stored block"
  } else if (is.data.frame(type)) {
    paste0(TABLE_TYPE, ", and jz_type_of(db, x) that of x")
  } else if (is.list(type)) {
    TABLE_TYPE
  }
  stop_tracing(field, "a type, such as jz_csr(\"rows\", 1024) or \"float32[rows, 1024] csr\"", shown(type), advice)
}

# What is known of the dimensions of a type: a list of lengths, symbols and NA, or NULL where the rank is not known.
type_dims <- function(type) {
  tensor <- type$message$tensor
  if (is.null(tensor)) return(NULL)
  if (is.null(tensor$shape)) {
    layouts <- tensor$layouts
    compressed <- length(layouts) > 0 && all(layouts %in% c("LAYOUT_CSR", "LAYOUT_CSC"))
    return(if (compressed) list(NA, NA) else NULL)
  }
  lapply(tensor$shape$dimensions, function(dimension) {
    if (!is.null(dimension$size)) dimension$size else if (!is.null(dimension$symbol)) dimension$symbol else NA
  })
}

type_fields <- function(type) {
  if (is.null(type$message$table)) return(NULL)
  fields <- type$message$table$fields
  found <- stats::setNames(lapply(fields, function(field) new_type(field$type)), vapply(fields, `[[`, "", "name"))
  if (isTRUE(type$message$table$closed)) all_known(found) else found
}

is_truth_type <- function(type) {
  types <- type$message$tensor$types
  length(types) == 1 && identical(types[[1]]$data_type, "DATA_TYPE_BOOL")
}

#' @export
format.jazz_type <- function(x, ...) type_text(x$message)

#' @export
print.jazz_type <- function(x, ...) {
  cat("<jazz_type> ", format(x), "\n", sep = "")
  invisible(x)
}

type_text <- function(message) {
  switch(names(message)[[1]],
    any = "any",
    null = "null",
    kind = message$kind$name,
    table = {
      fields <- vapply(message$table$fields, function(field) {
        paste0(field$name, if (isTRUE(field$optional)) "?", ": ", type_text(field$type))
      }, "")
      more <- if (isTRUE(message$table$closed)) character() else "..."
      paste0("{", paste(c(fields, more), collapse = ", "), "}")
    },
    tensor = tensor_text(message$tensor)
  )
}

tensor_text <- function(tensor) {
  types <- vapply(tensor$types, element_text, "")
  dimensions <- if (is.null(tensor$shape)) {
    "..."
  } else {
    toString(vapply(tensor$shape$dimensions, function(dimension) {
      if (!is.null(dimension$size)) format_whole(dimension$size) else dimension$symbol %||% "*"
    }, ""))
  }
  layouts <- tolower(sub("LAYOUT_", "", tensor$layouts))
  unit <- tensor$unit %||% ""
  paste0(
    if (length(types) > 0) paste(types, collapse = "|") else "any", "[", dimensions, "]",
    if (isTRUE(tensor$nullable)) "?", if (length(layouts) > 0) paste0(" ", paste(layouts, collapse = "|")),
    if (isTRUE(tensor$strict_layout)) " strict",
    if (nzchar(unit)) paste(" in", if (grepl("\\s", unit)) dQuote(unit, FALSE) else unit),
    if (!is.null(tensor$minimum)) paste(" from", format_whole(tensor$minimum)),
    if (!is.null(tensor$maximum)) paste(" to", format_whole(tensor$maximum))
  )
}

element_text <- function(type) {
  name <- tolower(sub("DATA_TYPE_", "", type$data_type))
  unit <- names(time_units)[match(type$time_unit %||% "", time_units)]
  inside <- c(unit[!is.na(unit)], type$time_zone)
  paste0(
    if (isTRUE(type$ordered)) "ordered ", name, if (length(inside) > 0) paste0("[", toString(inside), "]")
  )
}
