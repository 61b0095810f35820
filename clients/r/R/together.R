# Operations that travel together: batches, where each stands for itself, and commits, where all happen or none.

batch_operations <- c("put", "get", "info", "copy", "delete")
inline_bytes <- 16 * 1024 # values up to this length travel inside a commit, larger ones are uploaded before it

#' Several operations in one call
#'
#' `jz_batch()` and `jz_commit()` begin a list of operations; [jz_put()], [jz_get()], [jz_info()], [jz_copy()],
#' [jz_update()] and [jz_delete()] add to it when it is given to them in the place of the connection; `jz_send()` sends
#' it. Nothing happens before.
#'
#' The operations of a batch are small (the server says how small a value has to be: [jz_server()]), are done in order,
#' and each stands for itself: one that fails does not undo another. A batch can put, get, copy, delete and ask for
#' infos.
#'
#' The operations of a commit all happen, or none: it can put, copy, update and delete. Values may be large. No two may
#' be on the same block, and all blocks must be in persisted spaces, or all in volatile ones.
#'
#' @param db A connection that [jz_connect()] made.
#' @param operations What `jz_batch()`, `jz_commit()` or [jz_session()] began.
#' @param check Whether the first error of an operation is raised.
#' @param timeout Seconds that it may take.
#' @return `jz_batch()`, `jz_commit()`: the list of operations, class `jazz_operations`. `jz_send()`: a list with the
#'   result of each operation, named as the blocks are: a value, a [jazz_info], `NULL` for a delete; in a batch, the
#'   error of an operation that failed, which is not raised.
#' @examplesIf jz_has_server()
#' db <- jz_local_server()
#' results <- jz_batch(db) |>
#'   jz_put("lab/small", 7) |>
#'   jz_get("lab/small") |>
#'   jz_get("lab/nothing of this name") |>
#'   jz_send()
#' results[[2]]
#' inherits(results[[3]], "jazz_error_not_found")
#'
#' jz_commit(db) |>
#'   jz_put("lab/image", matrix(0, 480, 640)) |>
#'   jz_put("lab/label", "a cat") |>
#'   jz_send()
#' @export
jz_batch <- function(db) new_operations(db, "batch", batch_operations)

#' @rdname jz_batch
#' @export
jz_commit <- function(db) new_operations(db, "commit", c("put", "copy", "update", "delete"))

#' @rdname jz_batch
#' @export
jz_send <- function(operations, timeout = NULL, check = FALSE) {
  if (!is_together(operations)) {
    stop_invalid("operations", "what jz_batch(), jz_commit() or jz_session() began", operations)
  }
  check_bool(check, "check")
  results <- if (is_session(operations)) {
    if (!is.null(timeout)) stop_invalid("timeout", "NULL; jz_session() takes it", timeout)
    session_results(operations) %||% list()
  } else if (length(operations$entries) == 0L) {
    list()
  } else if (operations$way == "batch") {
    batch_results(operations$db, operations$entries, timeout)
  } else {
    send_commit(operations, timeout)
  }
  if (check) for (result in results) if (inherits(result, "jazz_error")) stop(result)
  structure(results, class = "jazz_results")
}

new_operations <- function(db, way, allowed) {
  structure(class = "jazz_operations", list(db = check_connection(db), way = way, allowed = allowed, entries = list()))
}

is_session <- function(db) inherits(db, "jazz_session")
is_together <- function(db) inherits(db, "jazz_operations") || is_session(db)

#' What an operation is given to: a connection, or what collects operations.
#' @noRd
check_recipient <- function(db) if (!is_together(db)) check_connection(db)

#' The list with one more operation.
#'
#' @param fields The fields of its message.
#' @param value For a put what `encode_value` gives.
#' @noRd
add_operation <- function(operations, what, fields, value = NULL, options = NULL, timeout = NULL) {
  collected <- if (is_session(operations)) operations$state else operations
  if (!what %in% collected$allowed) {
    stop_invalid(
      "db", sprintf("a connection (a %s has no %s)", collected$way, what), I(sprintf("a %s", collected$way))
    )
  }
  if (!is.null(timeout)) stop_invalid("timeout", "NULL; jz_send() or jz_session() takes it", timeout)
  entry <- list(what = what, fields = fields, value = value, options = options)
  if (is_session(operations)) return(add_to_session(operations, entry))
  operations$entries[[length(operations$entries) + 1L]] <- entry
  operations
}

entry_name <- function(entry) if (entry$what == "copy") entry$fields$target else entry$fields$name

#' A put with its value inside.
#' @noRd
inline_put <- function(entry) c(entry$fields, list(value = inline_value(entry$value)))

#' Sends operations as one batch: their results.
#' @noRd
batch_results <- function(db, entries, timeout) {
  messages <- lapply(entries, function(entry) {
    stats::setNames(list(if (entry$what == "put") inline_put(entry) else entry$fields), entry$what)
  })
  writes <- any(vapply(entries, function(entry) entry$what %in% c("put", "copy", "delete"), NA))
  request <- c(if (writes) list(request_id = new_uuid()), list(operations = messages))
  answer <- with_r_fields(unary_call(db, "Blocks/Batch", request, timeout))
  if (length(answer$results) != length(entries)) {
    stop(damaged(sprintf("%d results for %d operations", length(answer$results), length(entries))))
  }
  results <- vector("list", length(entries))
  for (at in seq_along(entries)) results[at] <- list(batch_result(answer$results[[at]], entries[[at]], db))
  stats::setNames(results, vapply(entries, entry_name, ""))
}

batch_result <- function(result, entry, db) {
  if (!is.null(result$error)) return(condition_from_error(result$error))
  if (!is.null(result$info)) return(block_info(result$info, entry$value$header))
  if (!is.null(result$value)) {
    lengths <- function() part_lengths(db, entry$fields$name, entry$fields$slice$item, NULL)
    check_arrived(result$value$value$header, entry$fields$slice, lengths)
    return(part_value(value_of_inline(result$value$value, entry$options), entry$fields))
  }
  NULL
}

send_commit <- function(operations, timeout) {
  db <- operations$db
  messages <- lapply(operations$entries, function(entry) {
    if (entry$what != "put") return(stats::setNames(list(entry$fields), entry$what))
    if (entry$value$body_bytes <= inline_bytes) return(list(put = inline_put(entry)))
    list(put = c(entry$fields, list(upload = stage(db, entry, timeout))))
  })
  request <- list(operations = messages, request_id = new_uuid())
  answer <- with_r_fields(unary_call(db, "Blocks/Commit", request, timeout))
  entries <- operations$entries
  if (length(answer$infos) != length(entries)) {
    stop(damaged(sprintf("%d infos for %d operations", length(answer$infos), length(entries))))
  }
  results <- Map(function(info, entry) {
    if (entry$what != "delete") block_info(info, entry$value$header)
  }, answer$infos, entries)
  stats::setNames(results, vapply(entries, entry_name, ""))
}

#' Uploads a value without storing it yet: the token that names it in a commit.
#' @noRd
stage <- function(db, entry, timeout) {
  name <- entry$fields$name
  header <- list(space = sub("/.*", "", name), value = entry$value$header, body_bytes = entry$value$body_bytes)
  prepare <- function(ahead) list(request = list(header = header), value = entry$value)
  upload_call(db, "Blocks/StageBlock", prepare, timeout, paste("put", name))$upload
}

#' @export
format.jazz_operations <- function(x, ...) {
  count <- length(x$entries)
  sprintf("<jazz_operations: a %s of %d %s>", x$way, count, if (count == 1L) "operation" else "operations")
}

#' @export
print.jazz_operations <- function(x, ...) {
  told <- vapply(x$entries, function(entry) sprintf("  %s %s", entry$what, entry_name(entry)), "")
  writeLines(c(format(x), told))
  invisible(x)
}

#' @export
str.jazz_operations <- function(object, ...) cat("", format(object), "\n")

#' @export
print.jazz_results <- function(x, ...) {
  told <- vapply(unclass(x), function(result) {
    if (is.null(result)) return("deleted")
    if (inherits(result, "jazz_error")) return(sprintf("%s: %s", class(result)[1L], conditionMessage(result)))
    if (inherits(result, "jazz_info")) return(format(result))
    trimws(utils::capture.output(utils::str(result, give.attr = FALSE, max.level = 0L))[1L])
  }, "")
  writeLines(c(sprintf("<jazz_results: %d>", length(x)), sprintf("  %s: %s", names(x), told)))
  invisible(x)
}
