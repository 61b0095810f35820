# Writes a file as the bytes of a C array: contract.R FROM TO
arguments <- commandArgs(trailingOnly = TRUE)
bytes <- readBin(arguments[[1L]], "raw", file.size(arguments[[1L]]))
rows <- split(sprintf("0x%02x", as.integer(bytes)), (seq_along(bytes) - 1L) %/% 24L)
writeLines(c(
  "// The contract as a google.protobuf.FileDescriptorSet; written by configure.",
  "static const unsigned char contract[] = {",
  paste0(vapply(rows, paste, "", collapse = ","), ","),
  "};"
), arguments[[2L]])
