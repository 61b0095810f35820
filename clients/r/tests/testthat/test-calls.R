test_that("a server that is not there is an error that says what to check", {
  db <- jz_connect("127.0.0.1:1", timeout = 1)
  on.exit(jz_close(db), add = TRUE)
  error <- raised(jz_info(db, "a/b"))
  expect_s3_class(error, "jazz_error_unavailable")
  expect_match(conditionMessage(error), "no Jazz server answers at 127.0.0.1:1")
})

# A port at which somebody listens and never answers.
silent_port <- function(frame = parent.frame()) {
  for (port in sample(20000:60000, 20)) {
    socket <- tryCatch(serverSocket(port), error = function(error) NULL)
    if (!is.null(socket)) {
      defer(close(socket), frame)
      return(port)
    }
  }
  skip("a free port")
}

test_that("a call ends at its deadline", {
  db <- jz_connect(sprintf("127.0.0.1:%d", silent_port()))
  on.exit(jz_close(db), add = TRUE)
  begun <- Sys.time()
  error <- raised(jz_info(db, "a/b", timeout = 0.5))
  expect_s3_class(error, c("jazz_error_deadline_exceeded", "jazz_error_unavailable"))
  expect_lt(as.double(Sys.time() - begun, units = "secs"), 5)
})

test_that("Ctrl-C calls off the call under way, and the connection lives on", {
  skip_on_os("windows")
  db <- test_db()
  space <- test_space(db, "r-interrupts")
  x <- numeric(4e6)
  jz_put(db, "r-interrupts/x", x)
  interrupted <- function(expr) {
    pid <- Sys.getpid()
    system(sprintf("(sleep 0.4; kill -INT %d) &", pid))
    tryCatch({
      force(expr)
      Sys.sleep(5)
      "not interrupted"
    }, interrupt = function(condition) "interrupted")
  }
  expect_identical(interrupted(repeat jz_get(db, "r-interrupts/x")), "interrupted")
  expect_identical(jz_get(db, "r-interrupts/x"), x)
  expect_identical(interrupted(repeat jz_put(db, "r-interrupts/x", x)), "interrupted")
  expect_identical(jz_get(db, "r-interrupts/x"), x)
  silent <- jz_connect(sprintf("127.0.0.1:%d", silent_port()))
  begun <- Sys.time()
  expect_identical(interrupted(jz_info(silent, "a/b", timeout = 30)), "interrupted")
  expect_lt(as.double(Sys.time() - begun, units = "secs"), 5)
  jz_close(silent)
})

test_that("calls to a server that does not read end in time, and nothing of them is lost or left", {
  skip_on_os("windows")
  db <- test_db()
  space <- test_space(db, "r-silent")
  x <- runif(4e6)
  jz_put(db, "r-silent/x", x)
  tools::pskill(local_server$pid, tools::SIGSTOP)
  on.exit(tools::pskill(local_server$pid, tools::SIGCONT), add = TRUE, after = FALSE)
  begun <- Sys.time()
  sent <- x + 0
  expect_s3_class(raised(jz_put(db, "r-silent/y", sent, timeout = 1)), "jazz_error_deadline_exceeded")
  expect_s3_class(raised(jz_info(db, "r-silent/x", timeout = 1)), "jazz_error_deadline_exceeded")
  expect_lt(as.double(Sys.time() - begun, units = "secs"), 20)
  expect_gt(count_leftovers(), 0L)
  sent[1:10] <- 0
  rm(sent)
  gc()
  tools::pskill(local_server$pid, tools::SIGCONT)
  expect_identical(jz_get(db, "r-silent/x"), x)
  for (wait in 1:100) {
    if (count_leftovers() == 0L) break
    Sys.sleep(0.05)
  }
  expect_identical(count_leftovers(), 0L)
  expect_false(jz_exists(db, "r-silent/y"))
})

test_that("an error of R during a transfer leaves the connection usable", {
  db <- test_db()
  space <- test_space(db, "r-errors")
  x <- numeric(2e6)
  jz_put(db, "r-errors/x", x)
  failing <- function(...) stop("by the test")
  wanted <- list(name = "r-errors/x")
  for (time in 1:3) {
    expect_error(call_exchange(channel_for(db), "Blocks/GetBlock", wanted, list(), failing, 10, NULL), "by the test")
  }
  encoded <- encode_value(numeric(2e7))
  given <- list(header = list(name = "r-errors/x", value = encoded$header, body_bytes = encoded$body_bytes))
  expect_error(
    call_upload(channel_for(db), "Blocks/PutBlock", given, list(encoded), 60, failing), "by the test"
  )
  gc()
  expect_identical(jz_get(db, "r-errors/x"), x)
})

test_that("a connection that is closed, or comes out of a file, says so", {
  db <- jz_connect("localhost:1")
  jz_close(db)
  jz_close(db)
  expect_match(format(db), "(closed)", fixed = TRUE)
  expect_s3_class(raised(jz_info(db, "a/b")), "jazz_error_failed_precondition")
  file <- tempfile()
  saveRDS(jz_connect("localhost:1"), file)
  expect_s3_class(raised(jz_info(readRDS(file), "a/b")), "jazz_error_failed_precondition")
})

test_that("after a fork the child is told, and the parent goes on", {
  skip_on_os("windows")
  db <- test_db()
  job <- parallel::mcparallel({
    list(use = class(raised(jz_server(db))), connect = class(raised(jz_connect("localhost:1"))), close = jz_close(db))
  })
  told <- parallel::mccollect(job, wait = FALSE, timeout = 20)[[1]]
  expect_identical(told$use[1:2], c("jazz_error_forked", "jazz_error_failed_precondition"))
  expect_identical(told$connect[1], "jazz_error_forked")
  expect_s3_class(jz_server(db), "jazz_server")
})

test_that("what is no connection is refused", {
  expect_s3_class(raised(jz_info("localhost", "a/b")), "jazz_error_invalid_argument")
  expect_s3_class(raised(jz_put(NULL, "a/b", 1)), "jazz_error_invalid_argument")
})

test_that("a bar is shown for transfers that last", {
  skip_if_not_installed("cli")

  local_mocked <- shown_after
  db <- list(progress = FALSE)
  expect_null(with_progress(db, "x", function(tell) tell))
  db$progress <- TRUE
  expect_type(with_progress(db, "x", function(tell) tell), "closure")
  expect_silent(with_progress(db, "x", function(tell) tell(1, 2)))
})
