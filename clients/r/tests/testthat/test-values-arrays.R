test_that("arrays of every rank and type come back", {
  set.seed(4)
  shapes <- list(c(2, 3), c(1, 1), c(3, 1), c(0, 3), c(3, 0), c(0, 0), c(2, 3, 4), c(2, 0, 4), c(2, 1, 2, 3, 2))
  for (shape in shapes) {
    count <- prod(shape)
    for (elements in list(
      rnorm(count), replace(rnorm(count), runif(count) < 0.3, NA), sample.int(9, count, TRUE), runif(count) < 0.5,
      sample(c("a", "\u00e9", NA), count, TRUE), complex(count, rnorm(count), 1)
    )) {
      expect_there_and_back(array(elements, shape))
    }
  }
})

test_that("arrays lie in the body as in R", {
  encoded <- encode_value(matrix(1:6, 2))
  expect_identical(encoded$header$tensor[c("shape", "order")], list(shape = c(2, 3), order = "ORDER_FORTRAN"))
  expect_identical(body_of(encoded), bytes_in(1:6))
})

test_that("arrays of C order are turned, and are as any other", {
  for (shape in list(c(2, 3), c(2, 3, 4), c(3, 1, 2, 5), c(0, 3))) {
    elements <- as.double(seq_len(prod(shape)))
    expected <- aperm(array(elements, rev(shape)), rev(seq_along(shape)))
    expect_identical(wire_vector("float64", elements, shape), expected)
  }
  expect_output(print(wire_vector("float64", c(1, 2), c(1, 2))), "\\[1,\\] +1 +2$")
})

test_that("arrays of C order are C order again when that is kept", {
  for (shape in list(c(2, 3), c(100, 70), c(2, 3, 4), c(3, 1, 2, 5), c(0, 3))) {
    count <- prod(shape)
    x <- wire_vector("int32", seq_len(count), shape, options = list(keep_order = TRUE))
    expect_identical(jz_plain(x), aperm(array(seq_len(count), rev(shape)), rev(seq_along(shape))))
    expect_identical(body_of(encode_value(x)), bytes_in(seq_len(count)))
    expect_identical(encode_value(x)$header$tensor$order, "ORDER_C")
  }
})

test_that("missing elements of C order are those that they were", {
  x <- structure(matrix(c(1, NA, 3, 4, 5, NA), 2), comment = wire_comment(list(order = "C")))
  expect_there_and_back(x, keep_order = TRUE)
  texts <- structure(matrix(c("a", NA, "c", "d"), 2), comment = wire_comment(list(order = "C")))
  expect_there_and_back(texts, keep_order = TRUE)
  blobs <- structure(
    list(as.raw(1), NULL, raw(0), as.raw(2:3)), class = "blob", dim = c(2L, 2L),
    comment = wire_comment(list(order = "C"))
  )
  expect_identical(unclass(there_and_back(blobs, keep_order = TRUE))[1:4], unclass(blobs)[1:4])
})

test_that("classes can have dimensions", {
  expect_there_and_back(structure(c(1, NA, 3, 4), dim = c(2L, 2L), class = "Date"))
  expect_there_and_back(structure(1:4, levels = letters[1:4], dim = c(2L, 2L), class = "factor"))
})

test_that("names and dimnames come back", {
  expect_there_and_back(c(a = 1, b = NA))
  expect_there_and_back(c(a = "x", "y"))
  expect_there_and_back(setNames(1:3, c("a", NA, "a")))
  expect_there_and_back(setNames(numeric(0), character(0)))
  expect_there_and_back(setNames(as.Date(c("2024-01-01", NA)), c("x", "y")))
  expect_there_and_back(setNames(factor(c("u", "v")), c("x", "y")))
  expect_there_and_back(matrix(1:4, 2, dimnames = list(c("a", "b"), c("c", "d"))))
  expect_there_and_back(matrix(1:4, 2, dimnames = list(NULL, c("c", "d"))))
  expect_there_and_back(matrix(1:4, 2, dimnames = list(c("a", NA), NULL)))
  expect_there_and_back(matrix(1:4, 2, dimnames = list(gene = c("a", "b"), cell = c("c", "d"))))
  expect_there_and_back(matrix(1:4, 2, dimnames = list(gene = NULL, c("c", "d"))))
  expect_there_and_back(matrix(1:4, 2, dimnames = list(gene = NULL, cell = NULL)))
  expect_there_and_back(array(1:8, c(2, 2, 2), list(NULL, NULL, c("p", "q"))))
  expect_there_and_back(array(1:8, c(2, 2, 2), list(x = c("a", "b"), NULL, z = c("p", "q"))))
  expect_there_and_back(matrix(0, 0, 2, dimnames = list(NULL, c("a", "b"))))
  expect_there_and_back(array(1:2, 2, list(gene = c("a", "b"))))
  expect_there_and_back(array(1:2, 2, list(gene = NULL)))
})

unname_dimensions <- function(x) {
  names(dimnames(x)) <- NULL
  x
}

test_that("names of dimensions that stand for none are said", {
  x <- matrix(1:4, 2, dimnames = list(rows = c("a", "b"), columns = c("c", "d")))
  expect_warning(back <- there_and_back(x), "rows", class = "jazz_warning_attributes")
  expect_identical(back, unname_dimensions(x))
})

test_that("tables of counts are arrays with named dimensions", {
  x <- table(cyl = mtcars$cyl, gear = mtcars$gear)
  expect_identical(there_and_back(x), unclass(x))
  expect_identical(there_and_back(Titanic), unclass(Titanic))
})

test_that("dimensions of one name lie along one axis, if it is one", {
  square <- matrix(1:4, 2, dimnames = list(node = c("a", "b"), node = c("a", "b")))
  encoded <- encode_value(square)
  expect_length(encoded$header$axes, 1)
  expect_identical(encoded$header$tensor$axes, c("node", "node"))
  expect_there_and_back(square)
  dimnames(square)[[2]] <- c("a", "c")
  expect_refused(encode_value(square), "names(dimnames(x))")
})

test_that("labels that are no texts stay what they were", {
  labels <- list(
    c(1.5, NaN, 3), c(3L, NA, 1L), as.Date(c("2024-01-01", NA, "2024-01-03")), c(TRUE, FALSE, NA),
    factor(c("u", NA, "w")), list(as.raw(1), NULL, raw(0)), .POSIXct(c(1, 2.5, NA), "UTC"),
    as.difftime(c(1, 2, NA), units = "secs"), complex(3, 1:3, 1), int64("1", "9007199254740993", "3")
  )
  for (each in labels) {
    plan <- new_plan(jz_value_options())
    axis <- list(name = "x", length = 3, labels = encode_labels(each, plan, "x"))
    buffer <- add_buffer(plan, "DATA", 1:3)
    header <- list(
      axes = list(axis),
      tensor = tensor_message(elements_of("int32", NULL, 3), 3, "DENSE", "C", axes = "x", buffers = list(buffer))
    )
    body <- body_of(list(body_bytes = plan$end, pieces = plan_pieces(plan)))
    x <- received(header, body, bigint = "integer64")
    expect_identical(as.vector(x), 1:3)
    expect_identical(length(names(x)), 3L)
    expect_same_bytes(x, header, body)
  }
})

test_that("labels that are 64-bit integers are digits", {
  labels <- jz_as_type(c(100000, 2^53, NA), "int64")
  expect_identical(label_texts(labels), c("100000", "9007199254740992", NA))
})

test_that("a vector along an axis without labels is a plain vector that remembers the axis", {
  plan <- new_plan(jz_value_options())
  buffer <- add_buffer(plan, "DATA", c(1.5, 2))
  tensor <- tensor_message(elements_of("float64", NULL, 0), 2, "DENSE", "C", axes = "rows", buffers = list(buffer))
  header <- list(axes = list(list(name = "rows", length = 2)), tensor = tensor)
  body <- body_of(list(body_bytes = plan$end, pieces = plan_pieces(plan)))
  x <- received(header, body)
  expect_null(dim(x))
  expect_same_bytes(x, header, body)
  expect_identical(as_column(x), c(1.5, 2))
})

test_that("other names of a dimension go before those that are remembered", {
  x <- structure(c(a = 1, b = 2), comment = wire_comment(list(labels = list(rows = c(1.5, 2.5)))))
  expect_identical(encode_value(x)$header$axes[[1]]$labels$type, type_message("string"))
  expect_identical(names(there_and_back(x)), c("a", "b"))
})

test_that("what R has no dimensions for is refused before it is received", {
  far <- tensor_message(
    elements_of("float64", NULL, 0), c(2^31, 0), "DENSE", "FORTRAN", buffers = list(list(role = "BUFFER_ROLE_DATA"))
  )
  expect_refused(allocate_value(list(tensor = far)), "dimensions below 2^31")
})

test_that("headers that lie are errors, not crashes", {
  short <- tensor_message(elements_of("float64", NULL, 0), 2, "DENSE", "C", buffers = data_buffer(24))
  expect_error(allocate_value(list(tensor = short)), class = "jazz_error_data_loss")
  none <- tensor_message(elements_of("float64", NULL, 0), 2, "DENSE", "C")
  expect_error(received(list(tensor = none), raw(0)), class = "jazz_error_data_loss")
  codes <- tensor_message(elements_of("factor", NULL, 0), 2, "DENSE", "C", buffers = data_buffer(8))
  expect_error(allocate_value(list(tensor = codes)), class = "jazz_error_data_loss")
  text <- encode_value(c("ab", "c"))
  body <- body_of(text)
  body[9] <- as.raw(200)
  expect_error(value_from_raw(text$header, body), class = "jazz_error_data_loss")
  truth <- encode_value(TRUE)
  expect_error(value_from_raw(truth$header, as.raw(2)), class = "jazz_error_data_loss")
  level <- encode_value(factor("a"))
  body <- body_of(level)
  body[1] <- as.raw(7)
  expect_error(value_from_raw(level$header, body), class = "jazz_error_data_loss")
})
