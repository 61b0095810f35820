library(Matrix)

example <- function(...) {
  sparseMatrix(i = c(1, 3, 1, 2), j = c(1, 1, 3, 4), x = c(1.5, -0, NA, NaN), dims = c(3, 5), ...)
}

expect_matrix_back <- function(x) {
  back <- there_and_back(x)
  expect_true(validObject(back))
  expect_identical(back, x)
}

# Matrix gives triplets column by column.
sorted <- function(x) {
  if (!is(x, "TsparseMatrix")) return(x)
  order <- order(x@i, x@j)
  if (.hasSlot(x, "x")) x@x <- x@x[order]
  i <- x@i[order]
  x@j <- x@j[order]
  x@i <- i
  x
}

test_that("general sparse matrices come back in their layout", {
  csc <- example()
  for (layout in c("CsparseMatrix", "RsparseMatrix", "TsparseMatrix")) {
    expect_matrix_back(sorted(as(csc, layout)))
    expect_matrix_back(sorted(as(as(csc, "nMatrix"), layout)))
    truth <- sparseMatrix(i = 1:3, j = c(2, 5, 1), x = c(TRUE, NA, FALSE), dims = c(3, 5))
    expect_matrix_back(sorted(as(truth, layout)))
  }
})

test_that("sparse matrices without entries, rows or columns come back", {
  for (dims in list(c(0, 0), c(0, 3), c(3, 0), c(2, 2))) {
    for (layout in c("CsparseMatrix", "RsparseMatrix", "TsparseMatrix")) {
      expect_matrix_back(as(sparseMatrix(i = integer(0), j = integer(0), x = numeric(0), dims = dims), layout))
    }
  }
})

test_that("dimnames of sparse matrices come back", {
  expect_matrix_back(example(dimnames = list(letters[1:3], NULL)))
  expect_matrix_back(example(dimnames = list(letters[1:3], LETTERS[1:5])))
  expect_matrix_back(example(dimnames = list(gene = letters[1:3], cell = NULL)))
})

test_that("stored zeros and missing entries stay entries", {
  encoded <- encode_value(example())
  expect_identical(encoded$header$tensor$stored_entries, 4)
  expect_identical(encoded$header$tensor$missing_entries, 1)
})

test_that("entries and indices without NA are sent from the memory where they lie", {
  x <- rsparsematrix(100, 50, 0.1)
  pieces <- encode_value(x)$pieces
  expect_identical(
    vapply(pieces, function(piece) address(piece$vector), ""), c(address(x@p), address(x@i), address(x@x))
  )
})

test_that("triplets are sorted, and those at one place are one", {
  x <- new("dgTMatrix", i = c(2L, 0L, 2L, 0L), j = c(0L, 1L, 0L, 0L), x = c(1, 2, 3, NA), Dim = c(3L, 2L))
  back <- there_and_back(x)
  expect_identical(back@i, c(0L, 0L, 2L))
  expect_identical(back@j, c(0L, 1L, 0L))
  expect_identical(back@x, c(NA, 2, 4))
  expect_identical(as.matrix(back), as.matrix(x))
  truth <- new(
    "lgTMatrix", i = c(0L, 0L, 1L, 1L, 2L, 2L), j = integer(6), x = c(NA, TRUE, FALSE, NA, FALSE, FALSE),
    Dim = c(3L, 1L)
  )
  expect_identical(there_and_back(truth)@x, c(TRUE, NA, FALSE))
  pattern <- new("ngTMatrix", i = c(1L, 1L, 0L), j = c(0L, 0L, 0L), Dim = c(2L, 1L))
  expect_identical(there_and_back(pattern)@i, 0:1)
})

test_that("symmetric, triangular, diagonal and permutation matrices are written out", {
  square <- Matrix::crossprod(sparseMatrix(i = c(1, 2, 1, 3), j = c(1, 1, 2, 3), x = c(1, NA, 2, 3)))
  cases <- list(
    forceSymmetric(square), forceSymmetric(square, "L"), as(forceSymmetric(square), "TsparseMatrix"), triu(square),
    tril(square), Diagonal(3), Diagonal(3, c(1, 0, NA)), Diagonal(2, c(TRUE, NA)), as(Diagonal(3), "CsparseMatrix"),
    as(c(3L, 1L, 2L), "pMatrix"), Diagonal(0), forceSymmetric(as(square, "nMatrix")), as(triu(square), "RsparseMatrix")
  )
  for (x in cases) {
    back <- there_and_back(x)
    expect_true(is(back, "generalMatrix") && is(back, "sparseMatrix"))
    expect_true(validObject(back))
    expect_identical(unname(as.matrix(back)), unname(as.matrix(x)))
  }
  named <- Diagonal(2, 1:2 + 0)
  dimnames(named) <- list(c("a", "b"), c("a", "b"))
  expect_identical(dimnames(there_and_back(named)), dimnames(named))
  both <- forceSymmetric(matrix(1:4 + 0, 2, dimnames = list(c("a", "b"), c("a", "b"))))
  expect_identical(dimnames(there_and_back(as(both, "CsparseMatrix"))), list(c("a", "b"), c("a", "b")))
})

test_that("dense matrices of package Matrix are matrices", {
  x <- Matrix(c(1, NA, 3, 4), 2, sparse = FALSE, dimnames = list(c("a", "b"), NULL))
  expect_identical(there_and_back(x), as.matrix(x))
  expect_identical(
    there_and_back(Matrix::crossprod(Matrix(1:4 + 0, 2, sparse = FALSE))),
    as.matrix(Matrix::crossprod(Matrix(1:4 + 0, 2, sparse = FALSE)))
  )
})

test_that("sparse vectors come back", {
  for (x in list(
    sparseVector(c(1.5, NA, NaN), c(1, 3, 9), 10), sparseVector(c(1L, NA), c(2, 5), 5),
    sparseVector(c(TRUE, NA), c(1, 2), 2), sparseVector(1i, 2, 3), new("nsparseVector", i = c(1L, 4L), length = 4L),
    sparseVector(numeric(0), integer(0), 5)
  )) {
    x@i <- as.integer(x@i)
    x@length <- as.integer(x@length)
    expect_identical(there_and_back(x), x)
  }
  far <- new("dsparseVector", i = c(1, 2^40), x = c(1, 2), length = 2^41)
  expect_identical(encode_value(far)$header$tensor$index_type, "INDEX_TYPE_INT64")
  back <- there_and_back(far)
  expect_identical(list(back@i, back@x, back@length), list(far@i, far@x, far@length))
})

test_that("matrices that are broken are refused", {
  x <- example()
  x@i[1:2] <- x@i[2:1]
  expect_refused(encode_value(x), "indices that are not sorted")
  y <- as(example(), "TsparseMatrix")
  y@i[1] <- 99L
  expect_refused(encode_value(y), "out of range")
})

test_that("slots of further classes are said", {
  setClass("Described", contains = "dgCMatrix", slots = c(about = "character"), where = environment())
  x <- new("Described", example(), about = "a test")
  expect_warning(encode_value(x), "slot about of class Described", class = "jazz_warning_attributes")
})

# A value of the wire over sparse parts, as others write it.
wire_sparse <- function(data, layout, shape, positions = NULL, indices, int64 = FALSE, fill = raw(0),
                        options = list()) {
  plan <- new_plan(jz_value_options())
  index <- function(x) if (int64) wire_indices(x, 0L, TRUE) else x
  buffers <- c(
    if (!is.null(positions)) list(add_buffer(plan, "INDPTR", index(positions))),
    lapply(indices, function(each) add_buffer(plan, "INDICES", index(each)))
  )
  elements <- add_elements(plan, encode_elements(data, plan, "x", memory_of(data)), buffers)
  tensor <- tensor_message(
    elements, shape, layout, NULL, if (int64) "int64" else "int32", length(indices[[1]]), FALSE,
    buffers = elements$buffers, fill = fill
  )
  list(header = list(tensor = tensor), body = body_of(list(body_bytes = plan$end, pieces = plan_pieces(plan))))
}

test_that("sparse matrices of types that Matrix lacks are doubles, and stay what they were", {
  for (type in c("float16", "float32", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")) {
    for (int64 in c(FALSE, TRUE)) {
      wire <- wire_sparse(jz_as_type(c(1, NA, 3), type), "CSR", c(2, 3), c(0L, 1L, 3L), list(c(2L, 0L, 1L)), int64)
      x <- received(wire$header, wire$body)
      expect_s4_class(x, "dgRMatrix")
      expect_identical(x@x, c(1, NA, 3))
      expect_same_bytes(x, wire$header, wire$body)
    }
  }
})

test_that("sparse arrays that no class is made for are refused, or parts", {
  far <- wire_sparse(1.5, "COO", c(2^40, 3), NULL, list(2^40 - 1, 2), TRUE)
  cube <- wire_sparse(c(1, NA), "COO", c(2, 2, 2), NULL, list(0:1, 0:1, 0:1))
  times <- wire_sparse(as.Date(c("2024-01-01", NA)), "COO", 3, NULL, list(0:1))
  filled <- wire_sparse(
    jz_as_type(c(1, NA), "float32"), "CSR", c(1, 3), c(0L, 2L), list(0:1), fill = as.raw(c(0, 0, 0x80, 0x7f))
  )
  pairs <- wire_sparse(c(1i, NA), "CSC", c(3, 1), c(0L, 2L), list(0:1))
  for (wire in list(far, cube, times, filled, pairs)) {
    expect_refused(received(wire$header, wire$body), "tensors = \"parts\"")
    parts <- received(wire$header, wire$body, tensors = "parts")
    expect_s3_class(parts, "jazz_parts")
    expect_output(print(parts), "entries")
    expect_same_bytes(parts, wire$header, wire$body)
  }
  expect_identical(as.vector(received(filled$header, filled$body, tensors = "parts")$fill), Inf)
})

test_that("integers beyond 2^53 in a sparse matrix are refused", {
  wire <- wire_sparse(int64("9007199254740993"), "CSR", c(1, 3), c(0L, 1L), list(0L))
  expect_refused(received(wire$header, wire$body), "2^53")
})

test_that("2^31 stored entries are refused before they are received", {
  many <- tensor_message(elements_of("float32", NULL, 2^31), c(2^20, 2^20), "CSR", NULL, "int64", 2^31)
  expect_refused(allocate_value(list(tensor = many)), "2^31 stored entries")
})

test_that("indices that are not sound are errors, not crashes", {
  for (indices in list(c(0L, 9L), c(1L, 0L), c(-1L, 0L))) {
    for (layout in c("CSR", "COO")) {
      wire <- wire_sparse(
        c(1, 2), layout, c(1, 3), if (layout == "CSR") c(0L, 2L),
        if (layout == "CSR") list(indices) else list(c(0L, 0L), indices)
      )
      expect_error(received(wire$header, wire$body), class = "jazz_error_data_loss")
    }
  }
})

test_that("the collections of package Matrix come back", {
  for (name in c("KNex", "CAex", "USCounties")) {
    data(list = name, package = "Matrix", envir = environment())
    x <- get(name)
    if (is.list(x)) {
      back <- there_and_back(x)
      for (field in names(x)) expect_equal(as.matrix(back[[field]])[1:9], as.matrix(x[[field]])[1:9])
    } else {
      expect_identical(there_and_back(x), as(x, "generalMatrix"))
    }
  }
})
