test_that("a batch does its operations in order, and each stands for itself", {
  db <- test_db()
  space <- test_space(db, "r-batch")
  results <- jz_batch(db) |>
    jz_put("r-batch/a", c(x = 1.5, y = NA)) |>
    jz_get("r-batch/a") |>
    jz_get("r-batch/nothing") |>
    jz_copy("r-batch/a", "r-batch/b") |>
    jz_info("r-batch/b") |>
    jz_get("r-batch/a", rows = 2) |>
    jz_delete("r-batch/a") |>
    jz_send()
  expect_identical(results[[2]], c(x = 1.5, y = NA))
  expect_s3_class(results[[3]], "jazz_error_not_found")
  expect_identical(results[["r-batch/b"]]$name, "r-batch/b")
  expect_s3_class(results[[5]], "jazz_info")
  expect_identical(results[[6]], c(y = NA_real_))
  expect_length(results, 7)
  expect_null(results[[7]])
  expect_false(jz_exists(db, "r-batch/a"))
  expect_output(print(results), "jazz_error_not_found")
})

test_that("a commit does all or nothing, with values of any size", {
  db <- test_db()
  space <- test_space(db, "r-commit")
  large <- as.double(1:1e5)
  results <- jz_commit(db) |>
    jz_put("r-commit/large", large, attributes = c(a = "b")) |>
    jz_put("r-commit/small", "x") |>
    jz_send()
  expect_identical(names(results), c("r-commit/large", "r-commit/small"))
  expect_identical(jz_get(db, "r-commit/large"), large)
  version <- results[["r-commit/small"]]$version
  failing <- jz_commit(db) |>
    jz_put("r-commit/small", "y", if_version = version + 1e6) |>
    jz_delete("r-commit/large")
  expect_s3_class(raised(jz_send(failing)), "jazz_error_version_conflict")
  expect_identical(jz_get(db, "r-commit/small"), "x")
  expect_true(jz_exists(db, "r-commit/large"))
  done <- jz_commit(db) |>
    jz_update("r-commit/small", attributes = c(now = "here")) |>
    jz_delete("r-commit/large") |>
    jz_send()
  expect_identical(done[[1]]$attributes, c(now = "here"))
  expect_null(done[[2]])
  expect_false(jz_exists(db, "r-commit/large"))
})

test_that("what does not belong into a batch or a commit is refused", {
  db <- test_db()
  expect_s3_class(raised(jz_commit(db) |> jz_get("a/b")), "jazz_error_invalid_argument")
  expect_s3_class(raised(jz_batch(db) |> jz_update("a/b", attributes = NULL)), "jazz_error_invalid_argument")
  expect_s3_class(raised(jz_batch(db) |> jz_put("a/b", 1, timeout = 3)), "jazz_error_invalid_argument")
  expect_s3_class(raised(jz_list(jz_batch(db), "a")), "jazz_error_invalid_argument")
  expect_s3_class(raised(jz_send(db)), "jazz_error_invalid_argument")
  expect_length(jz_send(jz_batch(db)), 0)
  expect_output(print(jz_batch(db) |> jz_get("a/b")), "a batch of 1 operation")
})

test_that("a session sends any number of operations in order", {
  db <- test_db()
  space <- test_space(db, "r-sessions", versions = 2)
  session <- jz_session(db)
  for (number in 1:600) jz_put(session, "r-sessions/last", number)
  expect_output(print(session), "88 operations wait")
  session |> jz_get("r-sessions/last") |> jz_get("r-sessions/nothing") |> jz_delete("r-sessions/last")
  results <- jz_send(session)
  expect_length(results, 603)
  expect_identical(results[[601]], 600L)
  expect_s3_class(results[[602]], "jazz_error_not_found")
  expect_null(results[[603]])
  expect_true(all(diff(vapply(results[1:600], `[[`, 0, "version")) > 0))
  expect_length(jz_send(session), 0)
  jz_put(session, "r-sessions/large", numeric(40000))
  expect_output(print(session), "0 operations wait")
  expect_length(jz_send(session), 1)
  expect_s3_class(raised(jz_update(session, "r-sessions/x", c(a = "b"))), "jazz_error_invalid_argument")
})

test_that("a session that breaks off says so, and takes no more", {
  db <- jz_connect("127.0.0.1:1")
  on.exit(jz_close(db))
  session <- jz_session(db, timeout = 0.5)
  jz_put(session, "lab/x", 1)
  expect_s3_class(raised(jz_send(session)), "jazz_error_unavailable")
  expect_s3_class(raised(jz_put(session, "lab/x", 1)), "jazz_error_failed_precondition")
  expect_s3_class(jz_send(session)[[1]], "jazz_error_unavailable")
})

test_that("the first error of several operations is raised when asked for", {
  db <- test_db()
  space <- test_space(db, "r-checks")
  batch <- jz_batch(db) |> jz_put("r-checks/a", 1) |> jz_get("r-checks/b")
  expect_s3_class(raised(jz_send(batch, check = TRUE)), "jazz_error_not_found")
  expect_length(jz_send(batch), 2)
})
