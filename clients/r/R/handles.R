# Handles: a stored block that looks like the value that it holds.

#' A stored block as an object
#'
#' Making one asks the server nothing, and the block need not exist. It looks like its value without being read:
#' `dim()`, `length()`, `names()`, `dimnames()`, `nrow()` and `ncol()` ask for what is known of it, `[` reads the part
#' that is wanted and gives it as R does, `[[` a field of a table, and `as.matrix()`, `as.data.frame()` and their like
#' all of it. It can be given in the place of a name, and stands for the stored block where a value is asked for: it
#' stays on the server then.
#'
#' With `rows`, `columns`, `item` or `along` it stands for a part of a block, as an input of [jz_run()]; its methods
#' read that part.
#'
#' @inheritParams jz_get
#' @param x,object A handle.
#' @param y A value: handles are not computed with, and the error says what to do instead.
#' @param i,j What is wanted, as everywhere in R: positions, negative ones to leave out, `TRUE` and `FALSE`, names. What
#'   is not there, `NA` among it, is an error.
#' @param drop Whether dimensions of length 1 are dropped.
#' @param ... Options of [jz_value_options()], by name.
#' @return A handle, class `jazz_block`.
#' @examplesIf jz_has_server()
#' db <- jz_local_server()
#' jz_put(db, "lab/volcano", volcano)
#' v <- jz_block(db, "lab/volcano")
#' v
#' dim(v)
#' v[1:2, 1:5]
#' v[3, c(TRUE, rep(FALSE, 60))]
#' range(as.matrix(v))
#' jz_put(db, "lab/flowers", iris)
#' flowers <- jz_block(db, "lab/flowers")
#' names(flowers)
#' flowers[c(1, 51), c("Species", "Petal.Width")]
#' levels(flowers[["Species"]])
#' @importFrom methods setOldClass
#' @export
jz_block <- function(db, name, version = NULL, rows = NULL, columns = NULL, item = NULL, along = NULL) {
  part <- without_null(list(rows = rows, columns = columns, item = item, along = along))
  handle <- list(db = check_connection(db), name = check_versioned(name, version), part = part)
  # marked as S4 for `%*%`, which asks no class of S3 for a method before R 4.3
  asS4(structure(handle, class = "jazz_block"))
}

setOldClass("jazz_block")

handle_db <- function(x) .subset2(x, "db")
handle_part <- function(x) .subset2(x, "part")
is_part <- function(x) length(handle_part(x)) > 0L

#' The name of a handle's block, where a part cannot be meant.
#' @noRd
whole_name <- function(x, field = "x") {
  if (is_part(x)) stop_invalid(field, "a whole block", I(sprintf("a part of %s", .subset2(x, "name"))))
  .subset2(x, "name")
}

#' What a handle stands for as the fields of `jazz.v1.GetBlockRequest`.
#' @noRd
block_request <- function(x) {
  part <- handle_part(x)
  get_request(handle_db(x), .subset2(x, "name"), NULL, part$item, part$rows, part$columns, part$along, NULL)
}

#' What a handle stands for, read.
#' @noRd
handle_value <- function(x, ...) do.call(jz_get, c(list(handle_db(x), .subset2(x, "name")), handle_part(x), list(...)))

#' What is known of a handle's block.
#' @noRd
handle_info <- function(x) jz_info(handle_db(x), .subset2(x, "name"))
handle_header <- function(x) handle_info(x)$header

#' @export
format.jazz_block <- function(x, ...) {
  part <- if (is_part(x)) sprintf(", its %s", paste(names(handle_part(x)), collapse = ", "))
  sprintf("<jazz_block %s%s>", .subset2(x, "name"), part %||% "")
}

#' @export
print.jazz_block <- function(x, ...) {
  if (is_part(x)) {
    cat(format(x), "\n", sep = "")
    return(invisible(x))
  }
  told <- tryCatch(
    {
      info <- handle_info(x)
      sprintf("@%s: %s, %s", show_version(info$version), info$summary, show_size(info$nbytes))
    },
    jazz_error = function(error) sprintf(" (%s)", strsplit(conditionMessage(error), "\n")[[1L]][[1L]])
  )
  name <- .subset2(x, "name")
  if (startsWith(told, "@")) name <- sub("@.*", "", name)
  cat(sprintf("<jazz_block %s%s>\n", name, told))
  invisible(x)
}

#' @rdname jz_block
#' @export
setMethod("show", "jazz_block", function(object) print(object))

#' @export
str.jazz_block <- function(object, ...) cat("", format(object), "\n")

#' @rdname jz_block
#' @export
summary.jazz_block <- function(object, ...) summary(handle_info(object))

#' @export
dim.jazz_block <- function(x) if (is_part(x)) dim(handle_value(x)) else header_dim(handle_header(x))

#' @export
length.jazz_block <- function(x) {
  header <- if (!is_part(x)) handle_header(x)
  bytes <- identical(header$tensor$type$data_type, "DATA_TYPE_BYTES") && length(header$tensor$shape) == 0L
  if (is_part(x) || bytes) length(handle_value(x)) else header_length(header)
}

#' @export
names.jazz_block <- function(x) {
  if (is_part(x)) return(names(handle_value(x)))
  header <- handle_header(x)
  if (!is.null(header$table)) header_names(header) else if (length(header$tensor$shape) == 1L) names(x[])
}

#' @export
dimnames.jazz_block <- function(x) dimnames(x[])

#' @export
levels.jazz_block <- function(x) {
  tensor <- if (!is_part(x)) handle_header(x)$tensor
  levels(if (length(tensor$shape) == 1L) x[integer()] else x[])
}

#' @rdname jz_block
#' @export
`[.jazz_block` <- function(x, i, j, ..., drop = TRUE) {
  # x[i] has one index, x[i, ] has two; an option has a name
  indices <- nargs() - 1L - !missing(drop) - ...length()
  further <- as.list(match.call(expand.dots = FALSE)$...)
  beyond <- !nzchar(names(further) %||% character(length(further)))
  if (missing(i) && missing(j) && !any(beyond)) return(handle_value(x, ...))
  if (is_part(x)) return(eval(call_on(sys.call(), handle_value(x)), parent.frame()))
  rows <- if (!missing(i)) wanted_index(i)
  columns <- if (!missing(j)) wanted_index(j)
  if (any(beyond)) {
    around <- parent.frame()
    further <- lapply(further, function(index) if (is_missing_index(index)) TRUE else eval(index, around))
    return(array_part(x, rows, columns, further[beyond], drop, further[!beyond]))
  }
  get <- function(...) jz_get(handle_db(x), .subset2(x, "name"), ...)
  header <- handle_header(x)
  if (indices < 2L) {
    if (!is.null(header$table)) return(get(columns = rows, ...))
    if (has_no_dimension(header)) return(get(...)[i])
    if (length(header$tensor$shape) != 1L) {
      stop_invalid("i", "rows and columns, as in x[i, j]", I("one index for more than one dimension"))
    }
    return(get(rows = rows, ...))
  }
  if (length(header$tensor$shape) > 2L) check_indices(header, indices)
  part <- get(rows = rows, columns = columns, ...)
  if (is.data.frame(part) && anyDuplicated(rows)) part <- rows_named(part)
  # of data frames as R does it: a single column is one, a single row is none
  if (is.data.frame(part)) return(if (drop && !is.null(columns) && ncol(part) == 1L) part[[1L]] else part)
  if (drop && length(dim(part)) == 2L && any(dim(part) == 1L)) part[, , drop = TRUE] else part
}

# Whether a value has no dimension that the server could cut: bytes, a scalar, nothing.
has_no_dimension <- function(header) is.null(header$table) && length(header$tensor$shape) == 0L

is_missing_index <- function(index) is.symbol(index) && !nzchar(as.character(index))

# A call of brackets, of another object.
call_on <- function(call, object) {
  call[1:2] <- list(as.name("["), object)
  call
}

# Of an array of more than two dimensions: the server cuts the first two, R the others.
array_part <- function(x, rows, columns, others, drop, options) {
  check_indices(handle_header(x), 2L + length(others))
  part <- do.call(jz_get, c(list(handle_db(x), .subset2(x, "name"), rows = rows, columns = columns), options))
  do.call(`[`, c(list(part, TRUE, TRUE), others, drop = drop))
}

check_indices <- function(header, count) {
  rank <- length(header$tensor$shape)
  if (count != rank) stop_invalid("i", sprintf("an index for each of %d dimensions", rank), I(format(count)))
}

# An index as jz_get() takes it: in brackets NULL is nothing, and a single TRUE or FALSE is repeated.
wanted_index <- function(index) {
  if (is.null(index) || isFALSE(index) || identical(index, logical())) return(integer())
  if (!isTRUE(index)) index
}

# Rows that are there more than once have row names in R, made unique; elsewhere their labels are a column.
rows_named <- function(frame) {
  labels <- frame[[1L]]
  named <- is.character(labels) || is.integer(labels) && is.null(attributes(labels))
  if (!isTRUE(memory_of(frame)$index) || !named || anyNA(labels)) return(frame)
  frame <- frame[-1L]
  comment(frame) <- NULL
  row.names(frame) <- make.unique(as.character(labels))
  frame
}

#' @rdname jz_block
#' @export
`[[.jazz_block` <- function(x, i, j, ...) {
  if (!missing(j)) {
    if (length(i) != 1L || length(j) != 1L) stop_invalid("i, j", "one position or name each", I("several"))
    return(x[i, j, ...][[1L]])
  }
  if (is_part(x)) return(handle_value(x, ...)[[i]])
  if (is.numeric(i) && length(i) == 1L) {
    check_whole(i, "i", least = 1)
    header <- handle_header(x)
    if (length(header$tensor$shape) == 1L) return(x[i, ...][[1L]])
    if (has_no_dimension(header)) return(handle_value(x, ...)[[i]])
    fields <- header_names(header)
    if (is.null(fields)) stop_invalid("i", "x[[i, j]], or the field of a table", i)
    if (i > length(fields)) stop_invalid("i", sprintf("one of %d fields", length(fields)), i)
    i <- fields[[i]]
  }
  jz_get(handle_db(x), whole_name(x), item = i, ...)
}

#' @export
`$.jazz_block` <- function(x, name) x[[name]]

#' @rdname jz_block
#' @export
as.matrix.jazz_block <- function(x, ...) as.matrix(x[...])

#' @export
as.array.jazz_block <- function(x, ...) as.array(x[...])

#' @export
as.vector.jazz_block <- function(x, mode = "any") as.vector(x[], mode)

#' @export
as.double.jazz_block <- function(x, ...) as.double(x[])

#' @export
as.integer.jazz_block <- function(x, ...) as.integer(x[])

#' @export
as.logical.jazz_block <- function(x, ...) as.logical(x[])

#' @export
as.character.jazz_block <- function(x, ...) as.character(x[])

#' @export
as.list.jazz_block <- function(x, ...) as.list(x[...])

#' @exportS3Method unlist jazz_block
unlist.jazz_block <- function(x, recursive = TRUE, use.names = TRUE) { # nolint: object_name_linter.
  unlist(x[], recursive, use.names)
}

#' @rdname jz_block
#' @param row.names,optional,stringsAsFactors As for [as.data.frame()].
#' @export
as.data.frame.jazz_block <- function(x, row.names = NULL, optional = FALSE, ...,
                                     stringsAsFactors = FALSE) { # nolint: object_name_linter.
  as.data.frame(x[...], row.names = row.names, optional = optional, stringsAsFactors = stringsAsFactors)
}
