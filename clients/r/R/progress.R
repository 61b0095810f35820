# A bar for transfers that last over a second.

shown_after <- 1 # seconds that a transfer lasts before its bar is shown

#' Calls a function with one that is told how far a transfer is: of bytes done and bytes in all; `NULL` for no bar.
#' @noRd
with_progress <- function(db, label, make) {
  wanted <- connection_part(db, "progress") %||% interactive()
  if (!wanted || !requireNamespace("cli", quietly = TRUE)) return(make(NULL))
  begun <- steady_seconds()
  bar <- NULL
  home <- environment()
  on.exit(if (!is.null(bar)) cli::cli_progress_done(id = bar, .envir = home))
  tell <- function(done, total) {
    if (is.null(bar)) {
      if (steady_seconds() - begun < shown_after || done >= total) return(invisible())
      bar <<- cli::cli_progress_bar(
        format = "{cli::pb_name}{cli::pb_bar} {cli::pb_current_bytes} of {cli::pb_total_bytes} {cli::pb_eta_str}",
        name = label, type = "download", total = total, .auto_close = FALSE, .envir = home
      )
    }
    cli::cli_progress_update(set = done, total = total, id = bar, .envir = home)
  }
  make(tell)
}
