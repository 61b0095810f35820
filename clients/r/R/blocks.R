# Blocks: put, get, look, list, copy, change, delete.

#' Store a value
#'
#' Stores a value as the latest version of a block. When this returns, a block of a persisted space is on disk. If it is
#' cut off in the middle, nothing is stored.
#'
#' @param db A connection that [jz_connect()] made; or a batch or commit ([jz_batch()], [jz_commit()]) to which the
#'   operation is added.
#' @param name `"space/name"`, or a block that [jz_block()] gives. The space is created with default settings when there
#'   is none.
#' @param value Vectors, factors, times, arrays, data frames, lists of them, sparse matrices of package Matrix, `NULL`:
#'   [jazz-types] has the whole table. What lies in R's memory as Jazz stores it is sent from there.
#' @param attributes Texts that belong to the block, a named character vector.
#' @param kind The kind that the value is, `"space/name"` or `"space/name@version"`; it is matched before anything is
#'   stored.
#' @param if_version The version that must be the latest one now; 0 for "must not exist".
#' @param ttl How long it lives, in seconds or as a difftime; as the space says when `NULL`.
#' @param timeout Seconds that it may take; the connection's timeout when `NULL`, which is none for transfers.
#' @param ... Options of [jz_value_options()], by name.
#' @return What is known of the block now, a [jazz_info], invisibly.
#' @seealso [jz_get()], [jz_info()], [jz_delete()]
#' @examplesIf jz_has_server()
#' db <- jz_local_server()
#' jz_put(db, "lab/numbers", matrix(c(1.5, NA, 3), 1), attributes = c(source = "dice"))
#' info <- jz_put(db, "lab/flowers", iris)
#' info
#' @export
jz_put <- function(db, name, value, attributes = NULL, kind = NULL, if_version = NULL, ttl = NULL, timeout = NULL,
                   ...) {
  check_recipient(db)
  options <- given_options(...)
  operation <- put_operation(name, attributes, kind, if_version, ttl)
  if (is_together(db)) return(add_operation(db, "put", operation, encode_value(value, options), timeout = timeout))
  encoded <- NULL
  prepare <- function(ahead) {
    encoded <<- if (is.null(encoded)) {
      encode_value(value, options, ahead)
    } else { # what there is to warn of was said the first time
      suppressWarnings(encode_value(value, options, ahead), classes = "jazz_warning_attributes")
    }
    header <- c(operation, list(value = encoded$header, body_bytes = encoded$body_bytes, request_id = new_uuid()))
    list(request = list(header = header), value = encoded)
  }
  answer <- upload_call(db, "Blocks/PutBlock", prepare, timeout, paste("put", operation$name))
  invisible(block_info(answer$info, encoded$header))
}

#' A put without its value, as a list of the fields of `jazz.v1.PutOperation`.
#' @noRd
put_operation <- function(name, attributes, kind, if_version, ttl) {
  without_null(list(
    name = check_name(name), kind = check_kind_name(kind), attributes = check_attributes(attributes),
    if_version = check_if_version(if_version), time_to_live = check_duration(ttl, "ttl")
  ))
}

#' Read a value, or a part of it
#'
#' First the item, and of it the rows, the columns, and what lies along axes. Only the part is read and sent.
#'
#' Positions count from 1, as everywhere in R; negative ones are left out; one beyond the end is an error. Labels are
#' those that `dimnames()` and `row.names()` have. Dimensions are kept: `jz_get(db, "lab/m", rows = 2)` is a matrix of
#' one row.
#'
#' @param db A connection that [jz_connect()] made, or a batch ([jz_batch()]) to which the operation is added.
#' @param name `"space/name"`, `"space/name@version"`, or a block that [jz_block()] gives.
#' @param version The version; the latest when `NULL`.
#' @param rows What is wanted of the first dimension: positions, `TRUE` and `FALSE` for each, or labels.
#' @param columns What is wanted of the second dimension likewise, or of the fields of a table, by name or position.
#' @param item The name of a field of a table; several for a field of a field.
#' @param along What is wanted of axes, by their names, such as `list(gene = c("CD3E", "CD8A"))`: every dimension along
#'   them is cut, in every field.
#' @param timeout Seconds that it may take; the connection's timeout when `NULL`, which is none for transfers.
#' @param ... Options of [jz_value_options()], by name, for what R has no type for: `bigint = "integer64"`.
#' @return The value, as [jazz-types] says.
#' @seealso [jz_put()]; [jz_block()] for `[` and friends.
#' @examplesIf jz_has_server()
#' db <- jz_local_server()
#' jz_put(db, "lab/flowers", iris)
#' jz_get(db, "lab/flowers", rows = 1:3, columns = c("Species", "Sepal.Width"))
#' jz_get(db, "lab/flowers", item = "Species", rows = c(1, 51, 101))
#' @export
jz_get <- function(db, name, version = NULL, rows = NULL, columns = NULL, item = NULL, along = NULL, timeout = NULL,
                   ...) {
  check_recipient(db)
  options <- given_options(...)
  request <- get_request(db, name, version, item, rows, columns, along, timeout)
  if (is_together(db)) return(add_operation(db, "get", request, options = options))
  lengths <- function() part_lengths(db, request$name, request$slice$item, timeout)
  announced <- function(answer) {
    check_arrived(answer$value, request$slice)
    list(list(header = answer$value, body_bytes = answer$body_bytes %||% 0))
  }
  result <- with_r_fields(withCallingHandlers(
    exchange_call(
      db, "Blocks/GetBlock", request, announced,
      timeout = timeout, label = paste("get", request$name), options = options
    ),
    jazz_error_invalid_argument = function(error) check_positions(error, request$slice, lengths)
  ))
  value <- result$values[[1L]]
  check_arrived(value$header, request$slice, lengths)
  part_value(decode_value(value$header, value$targets, options), request)
}

#' What was asked for: a field is a column of its table.
#' @noRd
part_value <- function(x, request) if (length(request$slice$item) > 0L) as_column(x) else x

#' The fields of `jazz.v1.GetBlockRequest`.
#' @noRd
get_request <- function(db, name, version, item, rows, columns, along, timeout) {
  cut <- !(is.null(item) && is.null(rows) && is.null(columns) && is.null(along) && is.null(version))
  if (inherits(name, "jazz_block") && is_part(name) && !cut) return(block_request(name))
  name <- check_versioned(name, version)
  lengths <- function() {
    if (is_together(db)) stop_invalid("rows", "positions to keep, in a batch", I("positions to leave out"))
    part_lengths(db, name, item, timeout)
  }
  part <- slice_message(item, rows, columns, along, lengths)
  c(list(name = name), if (!is.null(part)) list(slice = part))
}

#' The lengths of the first two dimensions of an item, as far as it has them.
#' @noRd
part_lengths <- function(db, name, item, timeout) {
  header <- jz_info(db, name, timeout = timeout)$header
  for (step in item) header <- field_of(header, step)
  dimension_lengths(header)
}

field_of <- function(header, name) {
  for (field in header$table$fields) if (identical(field$name, name)) return(field$value)
  NULL # the server has the error for it
}

#' What is known of a block, without its value
#'
#' @inheritParams jz_get
#' @return `jz_info()`: a [jazz_info]. `jz_exists()`: `TRUE` or `FALSE`.
#' @examplesIf jz_has_server()
#' db <- jz_local_server()
#' jz_put(db, "lab/flowers", iris)
#' jz_info(db, "lab/flowers")
#' summary(jz_info(db, "lab/flowers"))
#' jz_exists(db, "lab/nothing of this name")
#' @export
jz_info <- function(db, name, version = NULL, timeout = NULL) {
  check_recipient(db)
  request <- list(name = check_versioned(name, version))
  if (is_together(db)) return(add_operation(db, "info", request))
  block_info(unary_call(db, "Blocks/GetBlockInfo", request, timeout)$info)
}

#' @rdname jz_info
#' @export
jz_exists <- function(db, name, version = NULL, timeout = NULL) {
  check_connection(db)
  tryCatch(
    {
      jz_info(db, name, version, timeout)
      TRUE
    },
    jazz_error_not_found = function(error) FALSE
  )
}

#' List blocks
#'
#' `jz_list()` gives the latest version of each block of a space, in the order of the bytes of their names;
#' `jz_versions()` the versions of one block that are kept, newest first.
#'
#' @inheritParams jz_get
#' @param prefix `"space"`, or `"space/prefix"` for the names that start with it.
#' @param full Whether to get the headers of the values as well: shapes, fields.
#' @param timeout Seconds that one page of the list may take.
#' @return A data frame with the columns `name`, `version`, `type`, `nbytes`, `kind`, `created`, `updated`, `expires`,
#'   `attributes` (a list) and, where asked for, `header` (a list): see [jazz_info].
#' @examplesIf jz_has_server()
#' db <- jz_local_server()
#' jz_put(db, "shelf/a", 1)
#' jz_put(db, "shelf/b", letters)
#' jz_list(db, "shelf")
#' jz_versions(db, "shelf/a")
#' @export
jz_list <- function(db, prefix, full = FALSE, timeout = NULL) {
  if (missing(prefix)) {
    stop_invalid("prefix", "\"space\" or \"space/prefix\"; jz_space_list(db) lists spaces", I("none"))
  }
  view <- if (check_bool(full, "full")) "BLOCK_VIEW_FULL" else "BLOCK_VIEW_BASIC"
  request <- list(prefix = check_string(prefix, "prefix"), view = view)
  info_frame(lapply(pages(db, "Blocks/ListBlocks", request, "blocks", timeout), block_info))
}

#' @rdname jz_list
#' @export
jz_versions <- function(db, name, timeout = NULL) {
  request <- list(name = check_name(name))
  info_frame(lapply(pages(db, "Blocks/ListBlockVersions", request, "blocks", timeout), block_info))
}

#' All pages of a list.
#' @noRd
pages <- function(db, method, request, field, timeout) {
  check_connection(db)
  request$page_size <- 1000
  all <- list()
  repeat {
    page <- unary_call(db, method, request, timeout)
    all[[length(all) + 1L]] <- page[[field]]
    request$page_token <- page$next_page_token
    if (is.null(request$page_token)) return(do.call(c, all))
  }
}

#' Copy, change and delete blocks
#'
#' `jz_copy()` stores one version of a block under another name, without moving its bytes. `jz_update()` changes
#' attributes and expiry of the latest version; the value and the version stay. `jz_delete()` deletes a block with all
#' its versions, or one version of it.
#'
#' @param db A connection that [jz_connect()] made; or a batch or commit to which the operation is added ([jz_batch()]
#'   has no updates).
#' @param source,name `"space/name"`, or `"space/name@version"`, or a block that [jz_block()] gives.
#' @param target The new name.
#' @param version The version of the source, the latest when `NULL`; the version to delete, all of them when `NULL`.
#' @param attributes The attributes that it shall have, all of them: a named character vector; `NULL` for none. They
#'   stay as they are when this is left out.
#' @param expires When it shall expire, a POSIXct; `NULL` for never. It stays as it is when this is left out.
#' @param if_version The version that must be the latest one now (of the target, when copying; 0 for "must not exist").
#' @param timeout Seconds that it may take.
#' @return What is known of the block now, a [jazz_info], invisibly; of `jz_delete()` nothing.
#' @examplesIf jz_has_server()
#' db <- jz_local_server()
#' jz_put(db, "lab/a", 1:3)
#' jz_copy(db, "lab/a", "lab/b")
#' jz_update(db, "lab/b", attributes = c(note = "a copy"), expires = Sys.time() + 3600)
#' jz_delete(db, "lab/b")
#' @export
jz_copy <- function(db, source, target, version = NULL, if_version = NULL, timeout = NULL) {
  check_recipient(db)
  request <- c(
    list(source = check_versioned(source, version, "source"), target = check_name(target, "target")),
    if_version_field(if_version)
  )
  if (is_together(db)) return(add_operation(db, "copy", request))
  request$request_id <- new_uuid()
  invisible(block_info(unary_call(db, "Blocks/CopyBlock", request, timeout)$info))
}

#' @rdname jz_copy
#' @export
jz_update <- function(db, name, attributes, expires, if_version = NULL, timeout = NULL) {
  check_recipient(db)
  request <- c(list(name = check_name(name)), if_version_field(if_version))
  paths <- character()
  if (!missing(attributes)) {
    request$attributes <- check_attributes(attributes)
    paths <- "attributes"
  }
  if (!missing(expires)) {
    if (!is.null(expires)) request$expire_time <- check_moment(expires, "expires")
    paths <- c(paths, "expire_time")
  }
  if (length(paths) == 0L) stop_invalid("update", "attributes or expires to change", I("neither"))
  request$update_mask <- list(paths = paths)
  if (is_together(db)) return(add_operation(db, "update", request))
  request$request_id <- new_uuid()
  invisible(block_info(unary_call(db, "Blocks/UpdateBlock", request, timeout)$info))
}

#' @rdname jz_copy
#' @export
jz_delete <- function(db, name, version = NULL, if_version = NULL, timeout = NULL) {
  check_recipient(db)
  request <- c(list(name = check_versioned(name, version)), if_version_field(if_version))
  if (is_together(db)) return(add_operation(db, "delete", request))
  request$request_id <- new_uuid()
  unary_call(db, "Blocks/DeleteBlock", request, timeout)
  invisible()
}

if_version_field <- function(if_version) {
  number <- check_if_version(if_version)
  if (!is.null(number)) list(if_version = number)
}
