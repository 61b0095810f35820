refused <- function(expr, field) {
  error <- raised(expr)
  expect_s3_class(error, "jazz_error_invalid_argument")
  expect_identical(error$violations$field[[1]], field)
}

test_that("addresses are those of gRPC", {
  expect_identical(parse_address("localhost")$address, "dns:///localhost:50051")
  expect_identical(parse_address("jazz.example.org:7")$address, "dns:///jazz.example.org:7")
  expect_identical(parse_address("[::1]:7"), list(address = "ipv6:[::1]:7", local = FALSE, loopback = TRUE))
  expect_identical(parse_address("[2001:db8::2]")$address, "ipv6:[2001:db8::2]:50051")
  expect_identical(parse_address("unix:///run/jazz"), list(address = "unix:/run/jazz", local = TRUE, loopback = FALSE))
  expect_true(parse_address("127.0.0.2:1")$loopback)
  expect_false(parse_address("10.0.0.2:1")$loopback)
  for (target in c("", "unix:", "a b", "host:0", "host:65536", "host:x", "[::1", "[1.2]:3", "http://host")) {
    refused(jz_connect(target), "target")
  }
  refused(jz_connect(NULL), "target")
  refused(jz_connect(c("a", "b")), "target")
})

test_that("a token travels only where nobody else reads it, and is never shown", {
  expect_identical(resolve_target("localhost", "abc", NULL)$metadata, c(authorization = "Bearer abc"))
  expect_identical(resolve_target("unix:/a", "abc", NULL)$metadata, c(authorization = "Bearer abc"))
  expect_identical(resolve_target("far:1", "abc", TRUE)$metadata, c(authorization = "Bearer abc"))
  refused(jz_connect("far:1", token = "abc"), "token")
  for (token in list("", "a b", "\u00e9", 5, NA_character_)) refused(jz_connect("localhost", token = token), "token")
  expect_false(grepl("se cret", conditionMessage(raised(jz_connect("localhost", token = "se cret")))))
})

# A PEM block; what is in it is nothing.
pem <- function(label, before = "", lines = "QUJD\n") {
  charToRaw(sprintf("%s-----BEGIN %s-----\n%s-----END %s-----\n", before, label, lines, label))
}

test_that("what is no certificate, and no key, is told before any call", {
  found <- function(expr, field) {
    wrong <- raised(expr)$violations
    expect_identical(wrong$field, field)
    wrong$found
  }
  as_file <- function(bytes) {
    path <- tempfile(fileext = ".pem")
    writeBin(bytes, path)
    path
  }
  expect_identical(found(jz_tls(ca = raw()), "ca"), "nothing")
  expect_identical(found(jz_tls(ca = charToRaw("no certificate")), "ca"), "no PEM text")
  expect_identical(found(jz_tls(ca = pem("CERTIFICATE")[1:40]), "ca"), "no PEM text")
  expect_identical(found(jz_tls(ca = pem("PRIVATE KEY")), "ca"), "PRIVATE KEY")
  expect_match(found(jz_tls(ca = as_file(raw())), "ca"), "^nothing in \".*pem\"$")
  expect_match(found(jz_tls(ca = as_file(pem("EC PRIVATE KEY"))), "ca"), "^EC PRIVATE KEY in \".*pem\"$")
  expect_match(found(jz_tls(ca = tempdir()), "ca"), "^the folder")
  expect_identical(found(jz_tls(cert = pem("X509 CRL"), key = pem("PRIVATE KEY")), "cert"), "X509 CRL")
  expect_identical(found(jz_tls(cert = pem("CERTIFICATE"), key = pem("CERTIFICATE")), "key"), "CERTIFICATE")
  locked <- list(
    pem("ENCRYPTED PRIVATE KEY"),
    pem("EC PRIVATE KEY", lines = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,CDF4\n\nQUJD\n")
  )
  for (key in locked) {
    expect_identical(found(jz_tls(cert = pem("CERTIFICATE"), key = key), "key"), "ENCRYPTED PRIVATE KEY")
  }
})

test_that("certificates may have comments in any encoding, and keys any algorithm", {
  comment <- charToRaw(enc2utf8("# F\u0151tan\u00fas\u00edtv\u00e1ny\r\n"))
  several <- c(comment, as.raw(255L), pem("CERTIFICATE"), pem("CERTIFICATE"))
  expect_identical(jz_tls(ca = several)$ca, several)
  key <- pem("RSA PRIVATE KEY", before = "Bag Attributes\n")
  expect_identical(jz_tls(cert = pem("TRUSTED CERTIFICATE"), key = key)$key, key)
})

test_that("TLS needs files that are there, and both parts of an identity", {
  refused(jz_tls(ca = "/nothing/here.pem"), "ca")
  refused(jz_tls(cert = raw(1)), "tls")
  refused(jz_connect("localhost", tls = "yes"), "tls")
  expect_identical(format(jz_tls(ca = pem("CERTIFICATE"), server_name = "a")), "jz_tls(ca = ..., server_name = \"a\")")
  expect_identical(resolve_target("h", NULL, jz_tls(server_name = "a"))$options[["grpc.ssl_target_name_override"]], "a")
})

test_that("times are seconds or differences of time", {
  expect_null(check_duration(NULL, "ttl"))
  expect_null(check_duration(Inf, "ttl"))
  expect_identical(check_duration(as.difftime(2, units = "mins"), "ttl"), list(seconds = 120, nanos = 0))
  expect_identical(check_duration(0.25, "ttl"), list(seconds = 0, nanos = 2.5e8))
  for (wrong in list(0, -1, NA, "1", c(1, 2), TRUE)) refused(check_duration(wrong, "ttl"), "ttl")
  refused(check_duration(1e12, "ttl"), "ttl")
  refused(jz_connect("localhost", timeout = "soon"), "timeout")
})

test_that("versions are whole numbers, and a name has one at most", {
  expect_identical(check_versioned("a/b", 3L), "a/b@3")
  expect_identical(check_versioned("a/b", 2^53), "a/b@9007199254740992")
  expect_identical(check_versioned("a/b@3", NULL), "a/b@3")
  refused(check_versioned("a/b@3", 3), "version")
  for (wrong in list(0, 1.5, NA, "1", c(1, 2), TRUE)) refused(check_versioned("a/b", wrong), "version")
  refused(check_name(""), "name")
  refused(check_name(NA_character_), "name")
})

test_that("attributes are texts with names", {
  expect_identical(
    check_attributes(c(b = "2", a = "1")), list(list(key = "a", value = "1"), list(key = "b", value = "2"))
  )
  expect_identical(check_attributes(NULL), list())
  refused(check_attributes("a"), "attributes")
  refused(check_attributes(c(a = "1", a = "2")), "attributes")
  refused(check_attributes(list(a = 1)), "attributes$a")
  refused(check_attributes(1), "attributes")
})

test_that("a bad moment is refused", {
  refused(check_moment("tomorrow", "expires"), "expires")
  expect_identical(check_moment(as.POSIXct(1.5, origin = "1970-01-01"), "expires"), list(seconds = 1, nanos = 5e8))
})
