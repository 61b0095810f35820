# Where the server is and how it is spoken to: addresses, TLS, tokens, options of the channel.

default_port <- 50051L

expected_target <- "\"host:port\", \"[ipv6]:port\" or \"unix:/path\""

# A server that is restarted is found again before the repetitions of a call end, not after gRPC's usual seconds.
# `min_reconnect_backoff_ms` is, whatever its name says, the time that one attempt to connect may take. Pings at more
# than five minutes' distance are allowed by every gRPC server, and find a peer that vanished silently.
channel_options <- list(
  "grpc.max_receive_message_length" = -1L,
  "grpc.max_send_message_length" = -1L,
  "grpc.initial_reconnect_backoff_ms" = 100L,
  "grpc.min_reconnect_backoff_ms" = 5000L,
  "grpc.max_reconnect_backoff_ms" = 500L,
  "grpc.keepalive_time_ms" = 330000L,
  "grpc.keepalive_timeout_ms" = 20000L
)

#' How to encrypt, whom to trust, and who to be
#'
#' @param ca The certificates to trust: a PEM file, or its content as a raw vector; the system's when `NULL`.
#' @param cert The client's own certificate chain, likewise; for servers that ask for one.
#' @param key The private key of `cert`, likewise, without a passphrase. Whether it is that of `cert` shows only when a
#'   server is asked.
#' @param server_name The name that the server's certificate is for, when it is not the host of the target.
#' @return Settings for the argument `tls` of [jz_connect()].
#' @examples
#' jz_tls(server_name = "jazz.example.org")
#' @export
jz_tls <- function(ca = NULL, cert = NULL, key = NULL, server_name = NULL) {
  if (is.null(cert) != is.null(key)) {
    stop_invalid("tls", "both `cert` and `key`, or neither", I(if (is.null(key)) "`cert` alone" else "`key` alone"))
  }
  structure(
    class = "jazz_tls",
    list(
      ca = read_pem(ca, "ca"), cert = read_pem(cert, "cert"), key = read_pem(key, "key", "PRIVATE KEY"),
      server_name = if (!is.null(server_name)) check_string(server_name, "server_name")
    )
  )
}

#' @export
print.jazz_tls <- function(x, ...) {
  cat(format(x), "\n", sep = "")
  invisible(x)
}

#' @export
format.jazz_tls <- function(x, ...) {
  parts <- without_null(unclass(x))
  told <- ifelse(names(parts) == "server_name", sprintf("\"%s\"", parts$server_name %||% ""), "...")
  sprintf("jz_tls(%s)", paste(names(parts), told, sep = " = ", collapse = ", "))
}

#' The bytes of a PEM file, or of the text itself; gRPC would take anything, take the system's certificates in place of
#' an empty text, and then reach no server.
#' @noRd
read_pem <- function(source, field, expected = "CERTIFICATE") {
  if (is.null(source)) return(NULL)
  text <- source
  if (!is.raw(source)) {
    path <- check_string(source, field, "the path of a PEM file, or its bytes")
    if (dir.exists(path)) stop_invalid(field, "a PEM file that can be read", I(sprintf("the folder \"%s\"", path)))
    text <- tryCatch(
      suppressWarnings(readBin(path, "raw", file.size(path))),
      error = function(error) stop_invalid(field, "a PEM file that can be read", path)
    )
  }
  labels <- pem_labels(text)
  good <- grepl(paste0("(^| )", expected, "$"), labels) & labels != "ENCRYPTED PRIVATE KEY"
  if (!any(good)) {
    found <- if (length(text) == 0L) "nothing" else if (length(labels) == 0L) "no PEM text" else labels[[1L]]
    where <- if (is.raw(source)) "" else sprintf(" in \"%s\"", source)
    what <- if (expected == "CERTIFICATE") "certificates" else "a private key without a passphrase"
    stop_invalid(field, sprintf("%s in PEM form (-----BEGIN %s-----)", what, expected), I(paste0(found, where)))
  }
  text
}

#' What the blocks of a PEM text are; those that are not ended or hold anything but base64 are none.
#' @noRd
pem_labels <- function(text) {
  text <- rawToChar(text[text != 0L])
  block <- "-----BEGIN ([A-Z0-9 ]+)-----\r?\n([A-Za-z-]+: [^\n]*\n)*[A-Za-z0-9+/=\\s]+-----END \\1-----"
  blocks <- regmatches(text, gregexpr(block, text, perl = TRUE, useBytes = TRUE))[[1L]]
  labels <- sub("-----BEGIN ([A-Z0-9 ]+)-----.*", "\\1", blocks, useBytes = TRUE)
  # the older form of a key with a passphrase
  labels[grepl("\nProc-Type: 4,ENCRYPTED", blocks, fixed = TRUE, useBytes = TRUE)] <- "ENCRYPTED PRIVATE KEY"
  labels
}

#' The checked arguments of `jz_connect`, as the channel wants them.
#' @noRd
resolve_target <- function(target, token, tls) {
  shown <- check_string(target, "target", expected_target)
  place <- parse_address(shown)
  options <- channel_options
  if (place$loopback) options[["grpc.enable_http_proxy"]] <- 0L
  if (isFALSE(tls)) tls <- NULL
  if (isTRUE(tls)) tls <- jz_tls()
  if (!is.null(tls) && !inherits(tls, "jazz_tls")) stop_invalid("tls", "NULL, TRUE or jz_tls(...)", tls)
  if (!is.null(tls$server_name)) options[["grpc.ssl_target_name_override"]] <- tls$server_name
  list(
    shown = shown, address = place$address, options = options,
    tls = if (!is.null(tls)) unclass(tls)[c("ca", "cert", "key")],
    metadata = token_metadata(token, shown, private = !is.null(tls) || place$local || place$loopback)
  )
}

token_metadata <- function(token, target, private) {
  if (is.null(token)) return(character())
  # the token is never shown
  fits <- is.character(token) && length(token) == 1L && !is.na(token) && grepl("^[!-~]+$", token, useBytes = TRUE)
  if (!fits) stop_invalid("token", "a bearer token of printable ASCII without spaces", I("something else"))
  if (!private) {
    stop_invalid("token", "TLS, a Unix socket or a loopback address to send it over", I(paste("plain text to", target)))
  }
  c(authorization = paste("Bearer", token))
}

#' The address for gRPC, whether it is a Unix socket, whether it is this machine's loopback.
#' @noRd
parse_address <- function(target) {
  refuse_target <- function(expected = expected_target) stop_invalid("target", expected, target)
  if (startsWith(target, "unix:")) {
    path <- sub("^//", "", sub("^unix:", "", target))
    if (!nzchar(path)) refuse_target()
    return(list(address = paste0("unix:", path), local = TRUE, loopback = FALSE))
  }
  ipv6 <- regmatches(target, regexec("^\\[([0-9A-Fa-f:.]+)\\](:(.*))?$", target))[[1L]]
  plain <- regmatches(target, regexec("^([A-Za-z0-9_]([A-Za-z0-9_.-]{0,252}[A-Za-z0-9_.])?)(:(.*))?$", target))[[1L]]
  if (length(ipv6) > 0L) {
    host <- ipv6[[2L]]
    if (!grepl(":", host, fixed = TRUE)) refuse_target()
    address <- sprintf("ipv6:[%s]:%d", host, parse_port(ipv6[[3L]], refuse_target))
    loopback <- grepl("^(0{0,4}:){1,7}0{0,3}1$", host)
  } else if (length(plain) > 0L) {
    host <- plain[[2L]]
    address <- sprintf("dns:///%s:%d", host, parse_port(plain[[4L]], refuse_target))
    loopback <- host == "localhost" || grepl("^127(\\.[0-9]{1,3}){3}$", host)
  } else {
    refuse_target()
  }
  list(address = address, local = FALSE, loopback = loopback)
}

parse_port <- function(text, refuse_target) {
  if (!nzchar(text)) return(default_port)
  port <- if (grepl("^:[0-9]{1,5}$", text)) as.integer(substring(text, 2L)) else 0L
  if (port < 1L || port > 65535L) refuse_target(paste(expected_target, "with a port from 1 to 65535"))
  port
}
