# A connection to a server of this session's own; what needs one is skipped where there is none.
test_db <- function() {
  testthat::skip_if_not(jz_has_server(), "jazz-server")
  jz_local_server()
}

# A space of a test's own, deleted after it.
test_space <- function(db, name, ..., frame = parent.frame()) {
  jz_space_create(db, name, ...)
  defer(jz_space_delete(db, name, force = TRUE), frame)
  name
}

defer <- function(expr, frame) {
  call <- substitute(expr)
  home <- parent.frame()
  do.call("on.exit", list(bquote(eval(quote(.(call)), .(home))), add = TRUE), envir = frame)
}

# The condition that an expression raises.
raised <- function(expr) tryCatch({
  expr
  NULL
}, error = identity)

# A file of the repository, where the tests run inside of it, or JAZZ_REPOSITORY says where it is.
repository_file <- function(...) {
  root <- Sys.getenv("JAZZ_REPOSITORY", testthat::test_path("..", "..", "..", ".."))
  path <- file.path(root, ...)
  testthat::skip_if_not(file.exists(path), "the repository around the package")
  path
}
