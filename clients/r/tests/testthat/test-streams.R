# what Outgoing writes, Incoming reads

value <- function(...) {
  pieces <- list(...)
  last <- pieces[[length(pieces)]]
  list(body_bytes = last$offset + last$bytes, pieces = pieces)
}
piece <- function(offset, vector, bytes, from = 0) list(offset = offset, vector = vector, from = from, bytes = bytes)

received <- function(messages, values, slice_bytes = 1e6L) {
  targets <- lapply(values, function(value) {
    list(
      body_bytes = value$body_bytes,
      targets = list(list(offset = 0, vector = raw(value$body_bytes), bytes = value$body_bytes))
    )
  })
  head <- check_incoming(messages, slice_bytes, function(head) targets)
  list(head = head, bodies = lapply(targets, function(each) each$targets[[1]]$vector))
}

head <- message_to_raw("jazz.v1.GetBlockResponse", list(body_bytes = 1))

test_that("pieces travel with zeros between them", {
  sent <- value(piece(0, 1:3, 12), piece(64, c(1.5, 2.5), 8, from = 8), piece(128, as.raw(7), 1))
  arrived <- received(check_outgoing(head, list(sent)), list(sent))
  expect_identical(arrived$head, head)
  expect_identical(arrived$bodies[[1]], gather_body(sent))
  expect_identical(arrived$bodies[[1]], c(
    writeBin(1:3, raw(), endian = "little"), raw(52), writeBin(2.5, raw(), endian = "little"), raw(56), as.raw(7)
  ))
})

test_that("several values travel in one stream, empty ones as well, whatever the slices are", {
  values <- list(
    value(piece(0, seq(0, 1, length.out = 300000), 2400000)), list(body_bytes = 0, pieces = list()),
    value(piece(0, as.raw(1:100), 100))
  )
  messages <- check_outgoing(head, values)
  expect_length(messages, 4)
  expect_lt(max(lengths(messages)), 1.1 * 2^20)
  for (slice_bytes in c(7L, 1000L, 2e6L)) {
    arrived <- received(messages, values, slice_bytes)
    expect_identical(arrived$bodies, lapply(values, gather_body))
  }
})

test_that("an NA in a piece that nobody has looked at is found in passing, wherever it is", {
  whole <- seq(0, 1, length.out = 300000)
  bytes <- 8 * length(whole)
  unseen <- function(x) list(value(c(piece(64, x, bytes), list(unseen = TRUE))))
  expect_identical(check_outgoing(head, unseen(whole)), check_outgoing(head, list(value(piece(64, whole, bytes)))))
  for (place in c(1, 131064, 131065, 200000, 300000)) {
    expect_identical(check_outgoing(head, unseen(replace(whole, place, NA))), "missing")
  }
  expect_type(check_outgoing(head, unseen(replace(whole, 7, NaN))), "list")
  expect_type(check_outgoing(head, list(value(piece(64, replace(whole, 7, NA), bytes)))), "list")
})

test_that("the messages are what protobuf reads", {
  sent <- value(piece(0, as.raw(1:5), 5))
  message <- raw_to_message("jazz.v1.GetBlockResponse", check_outgoing(head, list(sent))[[1]])
  expect_identical(message$chunks, list(list(crc32c = check_crc32c(as.raw(1:5)), data = as.raw(1:5))))
})

test_that("every legal encoding of a message is taken", {
  data <- as.raw(c(1, 2, 3))
  crc <- writeBin(as.integer(check_crc32c(data) - 2^32 * (check_crc32c(data) >= 2^31)), raw(), endian = "little")
  # data first, then the checksum, then a field that nobody knows; the chunk before the head
  chunk <- c(as.raw(c(0xc2, 0x3e, 3)), data, as.raw(0x1d), crc, as.raw(c(0x78, 1)))
  message <- c(as.raw(c(0xc2, 0x3e, length(chunk))), chunk, head)
  arrived <- received(list(message), list(list(body_bytes = 3)), 1L)
  expect_identical(arrived$head, head)
  expect_identical(arrived$bodies[[1]], data)
})

test_that("what is damaged is told", {
  sent <- value(piece(0, as.raw(1:100), 100))
  message <- check_outgoing(head, list(sent))[[1]]
  damage <- function(messages, announced = list(sent)) received(messages, announced)$head
  flipped <- message
  flipped[length(flipped)] <- xor(flipped[length(flipped)], as.raw(1))
  expect_match(damage(list(flipped)), "wrong checksum")
  expect_match(damage(list(message[1:50])), "goes beyond its end")
  expect_match(damage(list(head)), "0 bytes of value 0 instead of 100")
  expect_match(damage(list(message, message)), "at byte 0 of value 0 instead of 100")
  expect_match(damage(list(message), list()), "not announced")
  expect_match(damage(list(message), list(list(body_bytes = 99))), "100 bytes of value 0 instead of 99")
  expect_match(damage(list()), "no answer")
  expect_match(damage(list(as.raw(c(7, 7)))), "tag")
})

test_that("pieces that do not fit are refused", {
  expect_error(check_outgoing(head, list(value(piece(0, 1:3, 13)))), "longer")
  expect_error(check_outgoing(head, list(value(piece(0, 1:3, 12), piece(8, 1:3, 12)))), "overlap")
  expect_error(check_outgoing(head, list(value(piece(0, "a", 1)))), "no vector")
})
