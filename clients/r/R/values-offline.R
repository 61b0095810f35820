# Whole values in R's memory: bodies as raw vectors. Tests and offline examples use them; calls do not.

#' @noRd
body_of <- function(encoded) {
  body <- raw(encoded$body_bytes)
  for (piece in encoded$pieces) {
    bytes <- bytes_in(piece$vector)[piece$from + seq_len(piece$bytes)]
    body[piece$offset + seq_len(piece$bytes)] <- bytes
  }
  body
}

#' @noRd
receive_body <- function(targets, body) {
  for (target in targets) {
    if (target$bytes > 0) receive_into(body[target$offset + seq_len(target$bytes)], target$vector)
  }
  targets
}

#' The object of a value whose body is a raw vector.
#' @noRd
value_from_raw <- function(header, body, options = jz_value_options()) {
  if (body_end(header) != length(body)) refuse_malformed("the body", "another length than its header says")
  decode_value(header, receive_body(allocate_value(header, options), body), options)
}

#' Where the last buffer of a value ends.
#' @noRd
body_end <- function(header) {
  found <- new.env(parent = emptyenv())
  found$tensors <- list()
  collect_tensors(header, found, "value", 1L)
  ends <- lapply(found$tensors, function(each) {
    vapply(each$tensor$buffers, function(buffer) as.double(buffer$offset %||% 0) + as.double(buffer$length %||% 0), 0)
  })
  max(0, unlist(ends))
}

#' What becomes of an object that is stored and read
#'
#' Encodes an object as [jz_put()] does and decodes it as [jz_get()] does, without a server.
#'
#' @param x Any object of the table in [jazz-types].
#' @param ... Options, as [jz_value_options()] has them.
#' @return The object as it would come back; the errors and warnings that there would be.
#' @examples
#' jz_there_and_back(factor(c("b", NA), levels = c("a", "b")))
#' try(jz_there_and_back(list(1, 2)))
#' @export
jz_there_and_back <- function(x, ...) {
  options <- jz_value_options(...)
  encoded <- encode_value(x, options)
  value_from_raw(encoded$header, body_of(encoded), options)
}

#' Decodes a golden file and encodes it again.
#'
#' @param path The path of a file `NAME.value`, a message `jazz.v1.InlineValue`.
#' @param options What [jz_value_options()] gives.
#' @return A list: `same`, whether header and body came out the same; `object`; or `refused`, the condition.
#' @noRd
golden_roundtrip <- function(path, options = jz_value_options()) {
  message <- raw_to_message("jazz.v1.InlineValue", readBin(path, "raw", file.size(path)))
  tryCatch(
    {
      object <- value_from_raw(message$header, message$body %||% raw(0), options)
      again <- encode_value(object, options)
      header <- raw_to_message("jazz.v1.Value", message_to_raw("jazz.v1.Value", again$header))
      list(
        same = identical(header, message$header) && identical(body_of(again), message$body %||% raw(0)), object = object
      )
    },
    jazz_error_unrepresentable = function(refusal) list(same = FALSE, refused = refusal)
  )
}
