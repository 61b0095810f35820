# A connection to a server.

#' Connect to a Jazz server
#'
#' This asks the server nothing: when none answers, the first call says so, with an error of class
#' `jazz_error_unavailable`. Calls that cannot act twice (reads, and writes that the server recognises by their request
#' id) are made up to five times within their timeout, with growing pauses, when the server is unavailable. Ctrl-C calls
#' off the call under way and leaves the connection usable. After a fork, as [parallel::mclapply()] makes them, the
#' child cannot use gRPC, and is told so by an error of class `jazz_error_forked`.
#'
#' @param target `"host:port"`, `"[ipv6]:port"` or `"unix:/path/to/socket"`; port 50051 when there is none.
#' @param token Who is calling: sent with every call as a bearer token, over TLS, a Unix socket or a loopback address
#'   only.
#' @param tls `NULL` for plain text, `TRUE` for TLS with the system's certificates, or [jz_tls()].
#' @param timeout Seconds that any call may take, unless the call says otherwise; `Inf` for no limit. When `NULL`, calls
#'   with bulk data (values, runs) have no limit, and all others 60 seconds.
#' @param progress Whether to show bars for transfers that last over a second, if package cli is there; when `NULL`, in
#'   interactive sessions.
#' @return A connection, class `jazz_connection`: the first argument of all functions that talk to the server.
#' @seealso [jz_put()] and [jz_get()]; [jz_close()]; [jz_local_server()] to start a server.
#' @examples
#' db <- jz_connect("localhost:50051", timeout = 5)
#' db
#' jz_close(db)
#' @export
jz_connect <- function(target = "localhost:50051", token = NULL, tls = NULL, timeout = NULL, progress = NULL) {
  resolved <- resolve_target(target, token, tls)
  timeout <- check_seconds(timeout, "timeout")
  if (!is.null(progress)) check_bool(progress, "progress")
  check_process()
  structure(
    class = "jazz_connection",
    list(
      target = resolved$shown, timeout = timeout, progress = progress,
      channel = channel_open(resolved$address, resolved$options, resolved$tls, resolved$metadata)
    )
  )
}

#' Close a connection
#'
#' Closing twice is fine. A connection that nobody uses any more is closed by itself.
#'
#' @param db,con A connection that [jz_connect()] made.
#' @param ... Not used.
#' @return Nothing, invisibly.
#' @examples
#' db <- jz_connect("localhost:50051")
#' jz_close(db)
#' @export
jz_close <- function(db) {
  check_connection(db)
  if (forked_from() == 0L) channel_close(db$channel)
  invisible()
}

#' @rdname jz_close
#' @export
close.jazz_connection <- function(con, ...) jz_close(con)

#' @export
format.jazz_connection <- function(x, ...) {
  parts <- unclass(x)
  sprintf("<jazz_connection %s%s>", parts$target, if (channel_is_open(parts$channel)) "" else " (closed)")
}

#' @export
print.jazz_connection <- function(x, ...) {
  cat(format(x), "\n", sep = "")
  invisible(x)
}

#' @export
str.jazz_connection <- function(object, ...) cat("", format(object), "\n")

#' What a server is: its version, its limits, its spaces
#'
#' @param object A connection.
#' @param ... Not used.
#' @return A list with `server`, what [jz_server()] gives, and `spaces`, what [jz_space_list()] gives.
#' @examplesIf jz_has_server()
#' summary(jz_local_server())
#' @export
summary.jazz_connection <- function(object, ...) {
  structure(
    class = "summary.jazz_connection",
    list(connection = format(object), server = jz_server(object), spaces = jz_space_list(object))
  )
}

#' @export
print.summary.jazz_connection <- function(x, ...) {
  cat(x$connection, "\n", sep = "")
  print(x$server)
  print(x$spaces)
  invisible(x)
}

#' A connection, and nothing else.
#' @noRd
check_connection <- function(db) {
  if (!inherits(db, "jazz_connection")) stop_invalid("db", "a connection that jz_connect() made", db)
  db
}

connection_part <- function(db, name) .subset2(db, name)

#' The channel of a connection, if it can be used.
#' @noRd
channel_for <- function(db) {
  channel <- connection_part(db, "channel")
  if (channel_is_usable(channel)) return(channel)
  check_process()
  stop(jazz_condition("FAILED_PRECONDITION", sprintf(
    "the connection to %s is closed (or came out of a file); make another one with jz_connect()",
    connection_part(db, "target")
  )))
}

#' Sees that this process is not the fork of one that had used gRPC.
#' @noRd
check_process <- function() {
  parent <- forked_from()
  if (parent == 0L) return(invisible())
  stop(jazz_condition(
    "FAILED_PRECONDITION", class = "forked",
    sprintf(paste(
      "this process was forked from process %d after that had connected to Jazz, and gRPC does not work across a fork;",
      "start processes that are no forks, as parallel::makePSOCKcluster() does, and connect in each of them"
    ), parent)
  ))
}
