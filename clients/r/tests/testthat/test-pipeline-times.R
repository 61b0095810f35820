# Times beside values of a pipeline become constants; a single one has no dimensions, as a single number has none.

dims_of_constant <- function(time) {
  message <- raw_to_message("jazz.v1.Pipeline", jz_pipeline_bytes(jz_pipeline(function(x) x - time)))
  as.double(unlist(message$constants[[1]]$header$tensor$shape))
}

test_that("a single time is no vector", {
  expect_identical(dims_of_constant(as.Date("2024-02-29")), double())
  expect_identical(dims_of_constant(as.POSIXct("2024-02-29", tz = "UTC")), double())
  expect_identical(dims_of_constant(as.difftime(1, units = "hours")), double())
  expect_identical(dims_of_constant(as.Date(NA)), double())
})

test_that("a single time goes with values of any dimensions", {
  expect_s3_class(jz_pipeline(function(x) as.Date("2024-02-29") - x), "jazz_pipeline")
  expect_error(jz_pipeline(function(x) x - as.Date(c("2024-02-29", NA))), class = "jazz_error")
})
