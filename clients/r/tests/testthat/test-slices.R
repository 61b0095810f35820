rows <- function(wanted, of = 10) selection_message(wanted, "rows", function() of)

test_that("positions count from 1", {
  expect_identical(rows(2:4), list(range = list(start = 1, stop = 4)))
  expect_identical(rows(3), list(range = list(start = 2, stop = 3)))
  expect_identical(rows(c(4, 2, 2)), list(positions = list(positions = c(3, 1, 1))))
  expect_identical(rows(c(0, 4, 2)), list(positions = list(positions = c(3, 1))))
  expect_length(rows(integer())$positions, 0)
  expect_null(rows(NULL))
})

test_that("negative positions are left out", {
  expect_identical(rows(-1), list(range = list(start = 1)))
  expect_identical(rows(-(3:1)), list(range = list(start = 3)))
  expect_identical(rows(-2, of = 4), list(positions = list(positions = c(0, 2, 3), of = 4)))
})

test_that("truth values are a mask of the whole", {
  expect_identical(rows(c(TRUE, FALSE, TRUE)), list(positions = list(positions = c(0, 2), of = 3)))
})

test_that("texts and factors are labels, numbers that are marked too", {
  expect_identical(rows(c("b", "a"))$labels$header$tensor$type$data_type, "DATA_TYPE_STRING")
  expect_identical(rows(factor("b"))$labels, rows("b")$labels)
  expect_identical(rows(jz_labels(2001:2002))$labels$header$tensor$type$data_type, "DATA_TYPE_INT32")
})

test_that("what is no selection is refused", {
  for (wrong in list(NA, c(1, NA), 1.5, c(-1, 2), NA_character_, list(1), Sys.Date())) {
    expect_s3_class(raised(rows(wrong)), "jazz_error_invalid_argument")
  }
  none <- function() numeric()
  expect_s3_class(raised(slice_message(3, NULL, NULL, NULL, none)), "jazz_error_invalid_argument")
  expect_s3_class(raised(slice_message(NULL, NULL, NULL, list(1), none)), "jazz_error_invalid_argument")
  expect_s3_class(raised(slice_message(NULL, NULL, NULL, list(gene = -2), none)), "jazz_error_invalid_argument")
})

test_that("a part is all that is said of it", {
  none <- function() numeric()
  expect_null(slice_message(NULL, NULL, NULL, NULL, none))
  part <- slice_message(c("a", "b"), 1, NULL, list(gene = 2:3), none)
  expect_named(part, c("item", "rows", "axes"))
  expect_identical(part$axes, list(list(axis = "gene", selection = list(range = list(start = 1, stop = 3)))))
})
