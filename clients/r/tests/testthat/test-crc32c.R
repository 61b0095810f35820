test_that("a checksum is CRC-32C", {
  expect_equal(check_crc32c(charToRaw("123456789")), 0xe3069283)
  expect_equal(check_crc32c(raw(0)), 0)
  expect_equal(check_crc32c(raw(32)), 0x8a9136aa)
})

test_that("a checksum of parts is that of the whole, however long they are", {
  data <- as.raw((seq_len(20000) * 131) %% 256)
  for (cut in c(1, 7, 2048, 6144, 6151, 12288, 19999)) {
    first <- check_crc32c(data[seq_len(cut)])
    expect_equal(check_crc32c(data[-seq_len(cut)], first), check_crc32c(data))
  }
})
