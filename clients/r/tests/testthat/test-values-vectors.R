test_that("vectors come back as they went, with what is missing", {
  for (x in list(
    c(TRUE, NA, FALSE), c(1L, NA, -.Machine$integer.max), c(1.5, NA, NaN, Inf, -Inf, -0, 5e-324, .Machine$double.xmax),
    c("a", NA, "", "NA", "n\u00e9", "\U1F680"),
    c(1+2i, NA, complex(real = NaN, imaginary = 1), complex(real = -0, imaginary = Inf)), as.raw(c(0, 255, 128)), NULL
  )) {
    expect_there_and_back(x)
  }
})

test_that("bare doubles have the header that they have inside of other values, and are read without it", {
  for (x in list(7, c(1.5, NaN, -0), as.double(1:100), numeric(10000), numeric(10001), c(1, NA), c(a = 1))) {
    encoded <- encode_value(x)
    inside <- encode_value(list(x = x))
    expect_identical(encoded$header, inside$header$table$fields[[1L]]$value)
    expect_identical(body_of(encoded), body_of(inside))
    expect_identical(lapply(encoded$pieces, names), lapply(inside$pieces, names))
  }
  expect_identical(bare_count(encode_value(c(2, 3))$header), 2)
  for (x in list(1:2, c(1, NA), c(a = 1), jz_scalar(1), double(0), list(x = 1), matrix(1))) {
    expect_identical(bare_count(encode_value(x)$header), 0)
  }
})

test_that("vectors without elements come back", {
  for (x in list(logical(0), integer(0), double(0), complex(0), character(0), raw(0), factor(character(0)),
    factor(character(0), levels = c("a", "b")), as.Date(character(0)), int64(character(0)),
    as.POSIXct(character(0), tz = "UTC"), as.difftime(numeric(0), units = "secs"), list())) {
    expect_there_and_back(x, bigint = "integer64")
  }
})

test_that("vectors of missing elements only come back", {
  for (x in list(
    NA, NA_integer_, NA_real_, NA_character_, rep(NA, 17), rep(NA_character_, 8), factor(c(NA, NA)), as.Date(NA)
  )) {
    expect_there_and_back(x)
  }
})

test_that("bitmaps of every length are right", {
  set.seed(1)
  for (count in c(1:20, 63:66, 255:257)) {
    for (share in c(0.1, 0.9)) {
      gone <- runif(count) < share
      expect_there_and_back(replace(seq_len(count), gone, NA))
      expect_there_and_back(replace(as.double(seq_len(count)), gone, NA))
      expect_there_and_back(replace(as.character(seq_len(count)), gone, NA))
    }
  }
})

test_that("a NaN keeps its bits, whatever they are, and is not missing", {
  nans <- c(double_of_bits("7ff8000000000000"), double_of_bits("fff8000000001234"), double_of_bits("7ff0000000000001"))
  back <- there_and_back(nans)
  expect_identical(bytes_in(back), bytes_in(nans))
  expect_identical(missing_elements(back, FALSE)$count, 0)
  expect_identical(bits(there_and_back(-0)), "8000000000000000")
})

test_that("NA is missing, quiet or signalling", {
  signs <- c(NA_real_, double_of_bits("7ff80000000007a2"), double_of_bits("fff80000000007a2"), NA_real_ + 1)
  expect_identical(encode_value(signs)$header$tensor$missing_entries, 4)
  pairs <- complex(real = c(NA, 1, NaN), imaginary = c(1, NA, 1))
  expect_identical(encode_value(pairs)$header$tensor$missing_entries, 2)
})

test_that("a NaN of others with the bits of NA is refused, or a plain NaN", {
  expect_refused(wire_vector("float64", c(1, NA)), "at [2]")
  expect_identical(wire_vector("float64", c(1, NA), options = list(lossy = TRUE)), c(1, NaN))
})

test_that("doubles, integers and complex numbers without NA are sent from the memory where they lie", {
  for (x in list(runif(100), 1:100 + 0L, complex(100, 1, 2))) {
    piece <- encode_value(x)$pieces[[1]]$vector
    expect_identical(address(piece), address(x))
  }
})

test_that("long vectors that seem to have no NA are left for who sends them to look at", {
  long <- as.double(1:300000)
  unseen <- function(x) vapply(encode_value(x, ahead = FALSE)$pieces, function(piece) piece$unseen, NA)
  expect_true(unseen(long))
  expect_true(unseen(complex(real = long)))
  expect_identical(unseen(data.frame(a = long, b = 1:300000)), c(TRUE, FALSE))
  expect_false(any(unseen(replace(long, 1, NA))))
  for (x in list(1.5, long[1:1000], 1:300000, structure(long, class = "integer64"), as.Date("2020-01-01") + long)) {
    expect_false(unseen(x))
  }
  expect_false(encode_value(long)$pieces[[1]]$unseen)
  expect_identical(encode_value(long, ahead = FALSE)$header, encode_value(long)$header)
})

test_that("doubles are received into the vector that the user gets", {
  encoded <- encode_value(runif(1000))
  targets <- allocate_value(encoded$header)
  before <- address(targets[[1]]$vector)
  receive_body(targets, body_of(encoded))
  expect_identical(address(decode_value(encoded$header, targets)), before)
})

test_that("texts of every encoding become UTF-8", {
  latin1 <- "Gr\xfc\xdfe"
  Encoding(latin1) <- "latin1"
  back <- there_and_back(c(latin1, "ascii"))
  expect_identical(charToRaw(back[1]), charToRaw("Gr\u00fc\u00dfe"))
  expect_identical(back, enc2utf8(c(latin1, "ascii")))
  euro <- "\x80"
  Encoding(euro) <- "latin1"
  expect_identical(there_and_back(euro), "\u20ac")
})

test_that("what is no text is refused", {
  bytes <- "\xff"
  Encoding(bytes) <- "bytes"
  expect_refused(encode_value(c("a", bytes)), "marked as bytes at [2]")
  invalid <- "\xff\xfe"
  Encoding(invalid) <- "UTF-8"
  expect_refused(encode_value(invalid), "not valid UTF-8 at [1]")
  surrogate <- rawToChar(as.raw(c(0xed, 0xa0, 0x80)))
  Encoding(surrogate) <- "UTF-8"
  expect_refused(encode_value(surrogate), "not valid UTF-8")
  undefined <- "\x81"
  Encoding(undefined) <- "latin1"
  expect_refused(encode_value(undefined), "latin1 does not have")
})

test_that("texts with U+0000 are refused, or raw vectors", {
  encoded <- encode_value(structure(
    list(charToRaw("a"), as.raw(c(97, 0, 98)), NULL), comment = wire_comment(list(type = "string"))
  ))
  expect_identical(encoded$header$tensor$type$data_type, "DATA_TYPE_STRING")
  expect_refused(value_from_raw(encoded$header, body_of(encoded)), "at [2]")
  back <- value_from_raw(encoded$header, body_of(encoded), jz_value_options(strings = "raw"))
  expect_identical(back[[2]], as.raw(c(97, 0, 98)))
  expect_same_bytes(back, encoded$header, body_of(encoded))
})

test_that("lists of raw vectors are vectors of bytes", {
  x <- list(as.raw(1:3), NULL, raw(0))
  back <- there_and_back(x)
  expect_s3_class(back, "blob")
  expect_identical(unclass(back)[1:3], x)
  expect_there_and_back(back)
  none <- structure(list(), ptype = raw(0), class = c("blob", "vctrs_list_of", "vctrs_vctr", "list"))
  expect_there_and_back(none)
})

test_that("factors keep levels that no element has, and their order", {
  expect_there_and_back(factor(c("b", NA, "a"), levels = c("b", "unused", "a", "")))
  expect_there_and_back(factor(c("lo", "hi"), levels = c("lo", "mid", "hi"), ordered = TRUE))
  expect_there_and_back(factor(c(NA, NA), levels = character(0)))
  expect_refused(encode_value(addNA(factor(c("a", NA)))), "NA among the levels")
  broken <- structure(3L, levels = c("a", "b"), class = "factor")
  expect_refused(encode_value(broken), "codes that no level has")
})

test_that("64-bit integers are as the option says", {
  skip_if_not_installed("bit64")
  x <- int64("9007199254740993", NA, "-9223372036854775807")
  expect_there_and_back(x, bigint = "integer64")
  expect_refused(there_and_back(x), "bigint = \"integer64\"")
  expect_identical(
    as.vector(there_and_back(x, bigint = "character")), c("9007199254740993", NA, "-9223372036854775807")
  )
  small <- int64("5", NA, "-7")
  expect_identical(as.vector(there_and_back(small)), c(5, NA, -7))
  for (bigint in c("integer64", "numeric", "character")) {
    encoded <- encode_value(small)
    back <- value_from_raw(encoded$header, body_of(encoded), jz_value_options(bigint = bigint))
    expect_same_bytes(back, encoded$header, body_of(encoded))
  }
})

test_that("integers that an integer64 does not hold are refused, or digits", {
  skip_if_not_installed("bit64")
  options <- list(bigint = "integer64")
  expect_refused(wire_vector("uint64", text_to_int64("18446744073709551615", TRUE), options = options), "at [1]")
  back <- wire_vector("uint64", text_to_int64("18446744073709551615", TRUE), options = list(bigint = "character"))
  expect_identical(as.vector(back), "18446744073709551615")
  expect_refused(wire_vector("int64", text_to_int64("-9223372036854775808", FALSE), options = options))
  lossy <- wire_vector(
    "uint64", text_to_int64("18446744073709551615", TRUE), options = list(bigint = "numeric", lossy = TRUE)
  )
  expect_identical(as.vector(lossy), 2^64)
})

test_that("the lowest int32 is a number, not NA", {
  lowest <- wire_vector("int32", bytes_in(c(NA, 1L)), 2)
  expect_identical(as.vector(lowest), c(-2^31, 1))
  expect_identical(encode_value(lowest)$header$tensor$type$data_type, "DATA_TYPE_INT32")
})

test_that("types that R lacks are its nearest ones, and stay what they were", {
  wire <- list(
    int8 = as.raw(c(0, 127, 128, 255)), uint8 = as.raw(c(0, 127, 128, 255)), int16 = as.raw(c(0, 128, 255, 255)),
    uint16 = as.raw(c(0, 128, 255, 255)), uint32 = as.raw(c(255, 255, 255, 255)), float16 = as.raw(c(1, 0, 0xff, 0x7b)),
    float32 = as.raw(c(0, 0, 0xc0, 0x3f)), complex64 = as.raw(c(0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0))
  )
  shown <- list(
    int8 = c(0L, 127L, -128L, -1L), uint8 = c(0L, 127L, 128L, 255L), int16 = c(-32768L, -1L),
    uint16 = c(32768L, 65535L), uint32 = 2^32 - 1, float16 = c(2^-24, 65504), float32 = 1.5, complex64 = 1-2i
  )
  for (type in names(wire)) {
    back <- wire_vector(type, wire[[type]], length(shown[[type]]))
    expect_identical(as.vector(back), shown[[type]])
    expect_identical(memory_of(back)$type, type)
    expect_identical(body_of(encode_value(back)), wire[[type]])
    expect_identical(encode_value(back)$header$tensor$type, type_message(type))
  }
})

test_that("all float16s and many float32s keep their bits", {
  halves <- writeBin(rep(0:65535, each = 1L), raw(), size = 2L)
  expect_identical(body_of(encode_value(wire_vector("float16", halves, 65536))), halves)
  set.seed(2)
  singles <- as.raw(sample(0:255, 40000, TRUE))
  expect_identical(body_of(encode_value(wire_vector("float32", singles, 10000))), singles)
})

test_that("elements that the type of the wire does not hold are stored as R holds them", {
  x <- wire_vector("int8", as.raw(1:3))
  x[2] <- 200L
  expect_identical(encode_value(x)$header$tensor$type$data_type, "DATA_TYPE_INT32")
  y <- wire_vector("float32", as.raw(c(0, 0, 0xc0, 0x3f)), 1) * 1.1
  expect_identical(encode_value(y)$header$tensor$type$data_type, "DATA_TYPE_FLOAT64")
  expect_identical(as.vector(there_and_back(y)), 1.5 * 1.1)
  expect_identical(as.vector(there_and_back(x)), c(1L, 200L, 3L))
})

test_that("jz_as_type sets a type, and rounds only when asked", {
  expect_identical(encode_value(jz_as_type(c(1, NA), "int16"))$header$tensor$type$data_type, "DATA_TYPE_INT16")
  expect_refused(jz_as_type(0.1, "float32"), "exactly float32")
  expect_identical(as.vector(jz_as_type(c(0.1, NA), "float32", lossy = TRUE)), c(0.100000001490116119384765625, NA))
  expect_identical(as.vector(jz_as_type(1e6, "float16", lossy = TRUE)), Inf)
  expect_refused(jz_as_type(1.5, "int8"), "exactly int8")
  expect_refused(jz_as_type("a", "int8"), "numbers")
  expect_refused(jz_as_type(1, "int7"), "int7")
  expect_identical(jz_plain(jz_as_type(1:2, "int8")), 1:2)
})

test_that("a scalar of the wire stays one", {
  x <- wire_vector("float64", 1.5, numeric(0))
  expect_equal(as.vector(x), 1.5)
  expect_null(encode_value(x)$header$tensor$shape)
  expect_identical(encode_value(c(x, 2))$header$tensor$shape, 2)
  expect_identical(encode_value(1.5)$header$tensor$shape, 1)
})

test_that("a unit belongs to the elements that it came with", {
  x <- wire_vector("float64", c(1, 2), unit = "m")
  expect_identical(encode_value(x)$header$tensor$unit, "m")
  expect_null(encode_value(x * x)$header$tensor$unit)
  expect_null(encode_value(x[1])$header$tensor$unit)
})

test_that("attributes that are not stored are said", {
  expect_warning(encode_value(scale(matrix(1:4 + 0, 2))), "scaled:center", class = "jazz_warning_attributes")
  expect_no_warning(encode_value(scale(matrix(1:4 + 0, 2)), jz_value_options(lossy = TRUE)))
})

test_that("what is no data is refused, and it is said where", {
  for (x in list(
    mean, quote(a), expression(a), new.env(), as.name("a"), lm(mpg ~ wt, mtcars), as.roman(1:2), list(1, 2)
  )) {
    expect_refused(encode_value(list(x = x)), "value$x")
  }
})

test_that("options are checked", {
  expect_refused(jz_value_options(bigint = "int"), "int")
  expect_refused(jz_value_options(lossy = NA), "lossy")
  expect_refused(jz_value_options(keep_order = 1), "keep_order")
  expect_output(print(jz_value_options()), "bigint: numeric")
})

test_that("what is remembered is the comment, in one line", {
  small <- wire_vector("int8", as.raw(1:4), c(2, 2), options = list(keep_order = TRUE))
  expect_identical(format(comment(small)), "<int8, C order>")
  expect_identical(as.vector(comment(small)), "int8, C order")
  clock <- wire_vector("timestamp", text_to_int64("1", FALSE), time_unit = "s")
  expect_output(print(comment(clock)), "<timestamp[s] of a wall clock>", fixed = TRUE)
})

test_that("what is remembered is not printed under a value", {
  span <- wire_vector("duration", text_to_int64("1", FALSE), time_unit = "s")
  values <- list(
    jz_scalar(5), jz_scalar("a"), jz_scalar(factor("a")), jz_as_type(c(a = 1, b = NA), "int64"),
    jz_as_type(matrix(1:4, 2), "int8"), jz_as_type(array(1, 1:3), "float32"), jz_as_type(1i, "complex64"), span,
    jz_as_type(Matrix::sparseMatrix(1, 2, x = 1), "float32"), list(a = jz_scalar(1), b = "x"),
    data.frame(n = jz_as_type(1:2, "int64"))
  )
  for (value in values) expect_identical(capture.output(print(value)), capture.output(print(jz_plain(value))))
})

test_that("a comment of the user's own is no memory, and said not to be stored", {
  x <- c(1, 2)
  comment(x) <- "as measured"
  expect_warning(there_and_back(x), "value: comment", class = "jazz_warning_attributes")
  expect_warning(there_and_back(structure(iris, comment = "as measured")), "comment", class = "jazz_warning_attributes")
  expect_identical(comment(jz_plain(x)), "as measured")
  expect_warning(typed <- jz_as_type(x, "int8"), "x: comment", class = "jazz_warning_attributes")
  expect_no_warning(jz_as_type(typed, "int16"))
  expect_warning(jz_scalar(structure(1, comment = "as measured")), class = "jazz_warning_attributes")
})

test_that("bytes that the encoding of the session does not have are refused, not written out", {
  skip_on_os("windows")
  before <- Sys.getlocale("LC_CTYPE")
  on.exit(Sys.setlocale("LC_CTYPE", before))
  skip_if_not(nzchar(suppressWarnings(Sys.setlocale("LC_CTYPE", "C"))), "the locale C")
  expect_refused(there_and_back("\xe9"), "not valid in the encoding of the session")
  latin <- "\xe9"
  Encoding(latin) <- "latin1"
  expect_identical(charToRaw(there_and_back(c("a", NA, latin))[[3]]), as.raw(c(0xc3, 0xa9)))
})

test_that("what a value remembers is one line in str()", {
  expect_output(str(jz_as_type(c(1, 2), "int64")), "attr\\(\\*, \"comment\"\\)= +<int64>")
})
