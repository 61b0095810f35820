# Numbers for bytes: equal bytes have one number, in the order in which they were first seen, from 0.

new_numbering <- function() {
  numbering <- new.env(parent = emptyenv())
  numbering$count <- 0
  numbering$seen <- new.env(parent = emptyenv())
  numbering$messages <- list()
  numbering
}

number_of <- function(numbering, bytes) {
  # by length and checksum, since names of variables are at most 10,000 bytes; then by the bytes themselves
  key <- sprintf("%d:%s", length(bytes), format(check_crc32c(bytes), digits = 10))
  bucket <- numbering$seen[[key]]
  for (entry in bucket) if (identical(entry$bytes, bytes)) return(entry$number)
  number <- numbering$count
  assign(key, c(bucket, list(list(bytes = bytes, number = number))), envir = numbering$seen)
  numbering$count <- number + 1
  number
}
