# Sessions: many thousands of small operations, sent as they are added.

message_operations <- 256L # a message is sent when so many operations wait for it,
message_bytes <- 256 * 1024 # or when the values in them have so many bytes

#' Many small operations
#'
#' A session takes operations as a batch does ([jz_batch()]) and sends them while they are added, some hundred in a
#' message, so that there may be any number of them. [jz_put()], [jz_get()], [jz_info()], [jz_copy()] and
#' [jz_delete()] add to it when it is given to them in the place of the connection, and give it back, invisibly;
#' [jz_send()] sends what still waits and gives the results.
#'
#' Operations are done in order, and each stands for itself. When the server cannot be reached, the operation that
#' would have sent a message raises the error, all those in the message have it as their result, and the session takes
#' no more.
#'
#' @param db A connection that [jz_connect()] made.
#' @param timeout Seconds that a message may take.
#' @return A session, class `jazz_session`. It is changed when operations are added to it.
#' @seealso [jz_batch()] for a few operations.
#' @examplesIf jz_has_server()
#' db <- jz_local_server()
#' session <- jz_session(db)
#' for (number in 1:1000) jz_put(session, paste0("many/", number), number)
#' results <- jz_send(session)
#' length(results)
#' jz_get(db, "many/1000")
#' @export
jz_session <- function(db, timeout = NULL) {
  session <- new.env(parent = emptyenv())
  session$db <- check_connection(db)
  session$timeout <- check_seconds(timeout, "timeout")
  session$way <- "session"
  session$allowed <- batch_operations
  session$open <- TRUE
  session$results <- list()
  clear_waiting(session)
  structure(list(state = session), class = "jazz_session")
}

clear_waiting <- function(state) {
  state$waiting <- list()
  state$bytes <- 0
}

#' Adds an operation to a session, and sends those that wait when they are enough.
#' @noRd
add_to_session <- function(session, entry) {
  state <- session$state
  if (!state$open) {
    stop(jazz_condition("FAILED_PRECONDITION", "this session broke off; jz_send() has its results; begin another one"))
  }
  state$waiting[[length(state$waiting) + 1L]] <- entry
  state$bytes <- state$bytes + (entry$value$body_bytes %||% 0)
  if (length(state$waiting) >= message_operations || state$bytes >= message_bytes) send_waiting(state)
  invisible(session)
}

#' Sends what waits; the results of each message are kept by themselves, since R would copy a list that grows.
#' @noRd
send_waiting <- function(state) {
  entries <- state$waiting
  if (length(entries) == 0L) return(invisible())
  clear_waiting(state)
  keep <- function(results) state$results <- list(last = results, before = state$results)
  keep(tryCatch(batch_results(state$db, entries, state$timeout), jazz_error = function(error) {
    state$open <- FALSE
    keep(stats::setNames(rep(list(error), length(entries)), vapply(entries, entry_name, "")))
    stop(error)
  }))
}

#' All results since they were last asked for.
#' @noRd
session_results <- function(session) {
  state <- session$state
  if (state$open) send_waiting(state)
  messages <- list()
  chain <- state$results
  while (length(chain) > 0L) {
    messages[[length(messages) + 1L]] <- chain$last
    chain <- chain$before
  }
  state$results <- list()
  do.call(c, rev(messages))
}

#' @export
format.jazz_session <- function(x, ...) {
  state <- x$state
  told <- if (state$open) sprintf("%d operations wait", length(state$waiting)) else "broken off"
  sprintf("<jazz_session: %s>", told)
}

#' @export
print.jazz_session <- function(x, ...) {
  cat(format(x), "\n", sep = "")
  invisible(x)
}

#' @export
str.jazz_session <- function(object, ...) cat("", format(object), "\n")
