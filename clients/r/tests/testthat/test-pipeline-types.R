text <- function(type) format(jz_table(list(x = type)))

test_that("types are printed as they are written", {
  for (written in c(
    "float32[rows, 1024] csr", "int32|float64[*, n]?", "any[...] csr|csc strict", "timestamp[us, UTC][n]",
    "ordered factor[n]", "float64[] in kg/m**3", "float64[n] from -1 to 2.5", "any", "null", "lab/photo@2"
  )) expect_identical(text(written), sprintf("{x: %s, ...}", written))
})

test_that("functions and texts say the same", {
  pairs <- list(
    list(jz_csr("rows", 1024), "any[rows, 1024] csr"),
    list(jz_dense("n", type = "float64", nullable = TRUE), "float64[n]? dense"), list(jz_tensor(NA, 3), "any[*, 3]"),
    list(jz_any_value(), "any"), list(jz_of_kind("lab/photo"), "lab/photo"),
    list(jz_coo("i", type = c("int64", "int32")), "int32|int64[i] coo"),
    list(jz_tensor(unit = "m", min = 0), "any[...] in m from 0")
  )
  for (pair in pairs) expect_identical(text(pair[[1]]), text(pair[[2]]))
})

test_that("texts that say no type are refused with what was expected", {
  for (wrong in c(
    "float3[n]", "float64", "float64[n] foo", "float64[n] csr csr", "{a: b}", "float64[a b]", "", "int32|int32[n]",
    "timestamp[n]", "float64[n] from x", "float64[1.5]"
  )) {
    expect_error(text(wrong), class = "jazz_error_tracing", info = wrong)
  }
})
