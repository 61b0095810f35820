# A server of one's own: for examples, tests, and trying things out.

local_server <- new.env(parent = emptyenv())

#' Start a server on this machine
#'
#' `jz_local_server()` starts `jazz-server` with a temporary folder, once in a session, and gives a connection to it. It
#' ends with the session, and what it stores is gone then: it is made for examples, tests and trying things out.
#' `jz_has_server()` says whether it can be started.
#'
#' The program is sought in the environment variable `JAZZ_SERVER` (a path, or a command with arguments), then on the
#' search path.
#'
#' @param timeout Seconds that the start may take.
#' @return `jz_local_server()`: a connection, as [jz_connect()] gives. `jz_has_server()`: `TRUE` or `FALSE`.
#'   `jz_stop_local_server()`: nothing.
#' @examplesIf jz_has_server()
#' db <- jz_local_server()
#' jz_put(db, "lab/greeting", "hello")
#' jz_get(db, "lab/greeting")
#' @export
jz_local_server <- function(timeout = 60) {
  if (!is.null(local_server$db)) {
    if (forked_from() == 0L && is_running(local_server$pid)) return(local_server$db)
    check_process()
    jz_stop_local_server()
  }
  command <- server_command()
  if (is.null(command)) {
    stop(jazz_condition("UNAVAILABLE", paste(
      "no server can be started: `jazz-server` is not on the search path;",
      "install it (pip install jazz-server), or set the environment variable JAZZ_SERVER"
    )))
  }
  folder <- tempfile("jazz-")
  dir.create(folder)
  start_server(command, folder)
  socket <- file.path(folder, "socket")
  reg.finalizer(local_server, function(server) jz_stop_local_server(), onexit = TRUE)
  db <- jz_connect(paste0("unix:", socket), progress = FALSE)
  deadline <- steady_seconds() + check_seconds(timeout, "timeout")
  while (!(file.exists(socket) && answers(db))) {
    if (!is_running(local_server$pid) || steady_seconds() > deadline) {
      log <- readLines(file.path(folder, "log"), warn = FALSE)
      jz_stop_local_server()
      stop(jazz_condition(
        "UNAVAILABLE", paste(c("the server did not start; it said:", utils::tail(log, 20L)), collapse = "\n")
      ))
    }
    Sys.sleep(0.05)
  }
  local_server$db <- db
  db
}

#' @rdname jz_local_server
#' @export
jz_has_server <- function() .Platform$OS.type == "unix" && !is.null(server_command())

#' @rdname jz_local_server
#' @export
jz_stop_local_server <- function() {
  if (!is.null(local_server$db)) try(jz_close(local_server$db), silent = TRUE)
  if (!is.null(local_server$pid) && local_server$owner == Sys.getpid()) {
    tools::pskill(local_server$pid, tools::SIGTERM)
    for (wait in 1:100) {
      if (!is_running(local_server$pid)) break
      Sys.sleep(0.05)
    }
    unlink(local_server$folder, recursive = TRUE)
  }
  rm(list = ls(local_server), envir = local_server)
  invisible()
}

#' The command that starts a server, quoted for the shell; `NULL` when there is none.
#' @noRd
server_command <- function() {
  given <- Sys.getenv("JAZZ_SERVER")
  if (nzchar(given)) return(if (file.exists(given)) shQuote(given) else given)
  found <- Sys.which("jazz-server")
  if (nzchar(found)) shQuote(found)
}

#' Starts a server in the background; it writes its process id, so that it alone can be ended.
#' @noRd
start_server <- function(command, folder) {
  at <- function(name) shQuote(file.path(folder, name))
  # R's own libraries are not for other programs
  system(sprintf(
    "unset LD_LIBRARY_PATH; %s serve --data %s --listen 127.0.0.1:0 --socket %s --log-level warning --grace 1 %s",
    command, at("data"), at("socket"), sprintf(">%s 2>&1 </dev/null & echo $! >%s", at("log"), at("pid"))
  ))
  local_server$folder <- folder
  local_server$owner <- Sys.getpid()
  local_server$pid <- as.integer(readLines(file.path(folder, "pid")))
}

#' Whether a server is there and ready.
#' @noRd
answers <- function(db) {
  tryCatch(
    {
      jz_server(db)
      TRUE
    },
    jazz_error_unavailable = function(error) FALSE
  )
}

is_running <- function(pid) tools::pskill(pid, 0L)
