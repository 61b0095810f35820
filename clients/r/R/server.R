# The server itself.

#' What runs there and within which limits
#'
#' @param db A connection that [jz_connect()] made.
#' @param timeout Seconds that it may take.
#' @return A list of class `jazz_server`: `version`, `started`, `identity` (who the caller is there), `kernels` (the
#'   kernel library that it computes with), `threads`, and the limits `message_bytes`, `inline_bytes` (of a value in a
#'   batch), `batch_operations` and `upload_lifetime` (a difftime).
#' @examplesIf jz_has_server()
#' jz_server(jz_local_server())
#' @export
jz_server <- function(db, timeout = NULL) {
  answer <- unary_call(check_connection(db), "Server/GetServerInfo", list(), timeout)
  limits <- answer$limits
  structure(
    class = "jazz_server",
    list(
      version = answer$version %||% "", started = moment_of(answer$start_time), identity = answer$identity %||% "",
      kernels = answer$kernels %||% "", threads = answer$threads %||% NA_real_,
      message_bytes = limits$message_bytes %||% NA_real_, inline_bytes = limits$inline_bytes %||% NA_real_,
      batch_operations = limits$batch_operations %||% NA_real_,
      upload_lifetime = as.difftime(seconds_of(limits$upload_lifetime), units = "secs")
    )
  )
}

#' @export
format.jazz_server <- function(x, ...) {
  c(sprintf("<jazz_server %s>", x$version), show_rows(list(
    started = show_moment(x$started), identity = x$identity, kernels = x$kernels, threads = format(x$threads),
    "largest message" = show_size(x$message_bytes), "largest inline value" = show_size(x$inline_bytes),
    "operations in a batch" = format(x$batch_operations), "uploads are kept" = format(x$upload_lifetime)
  )))
}

#' @export
print.jazz_server <- function(x, ...) {
  cat(format(x), sep = "\n")
  invisible(x)
}
