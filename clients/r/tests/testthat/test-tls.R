# A server with TLS of its own, with certificates made for it; ends with the test.
tls_server <- function(frame = parent.frame()) {
  skip_on_cran()
  skip_on_os("windows")
  skip_if_not(jz_has_server(), "jazz-server")
  skip_if_not(nzchar(Sys.which("openssl")), "openssl")
  folder <- tempfile("tls-")
  dir.create(folder)
  at <- function(name) file.path(folder, name)
  openssl <- function(...) system2("openssl", c(...), stdout = FALSE, stderr = FALSE)
  new_key <- c("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
  openssl(
    "req", "-x509", new_key, "-days", "2", "-subj", "/CN=test-ca", "-keyout", at("ca.key"), "-out", at("ca.pem")
  )
  writeLines("subjectAltName=DNS:jazz.test", at("names"))
  for (who in c("server", "client")) {
    openssl("req", new_key, "-subj", sprintf("/CN=%s", who), "-keyout", at(paste0(who, ".key")), "-out", at("request"))
    openssl(
      "x509", "-req", "-in", at("request"), "-CA", at("ca.pem"), "-CAkey", at("ca.key"), "-CAcreateserial", "-days",
      "2", "-extfile", at("names"), "-out", at(paste0(who, ".pem"))
    )
  }
  system(sprintf(
    paste(
      "unset LD_LIBRARY_PATH; %s serve --data %s --listen 127.0.0.1:0 --tls-cert %s --tls-key %s --tls-client-ca %s",
      ">%s 2>&1 </dev/null & echo $! >%s"
    ),
    server_command(), at("data"), at("server.pem"), at("server.key"), at("ca.pem"), at("log"), at("pid")
  ))
  pid <- as.integer(readLines(at("pid")))
  defer(tools::pskill(pid), frame)
  told <- character()
  for (wait in 1:600) {
    Sys.sleep(0.1)
    if (!file.exists(at("log"))) next
    told <- grep("127.0.0.1:[1-9]", readLines(at("log"), warn = FALSE), value = TRUE)
    if (length(told) > 0) break
  }
  skip_if(length(told) == 0, "a server with TLS")
  port <- sub("[^0-9].*", "", sub(".*127\\.0\\.0\\.1:", "", told[[1]]))
  list(target = paste0("127.0.0.1:", port), at = at)
}

test_that("TLS with both sides' certificates works, and without them does not", {
  server <- tls_server()
  at <- server$at
  tls <- jz_tls(ca = at("ca.pem"), cert = at("client.pem"), key = at("client.key"), server_name = "jazz.test")
  db <- jz_connect(server$target, tls = tls, timeout = 20)
  jz_put(db, "lab/secret", 1:3)
  expect_identical(jz_get(db, "lab/secret"), 1:3)
  jz_close(db)
  without <- list(
    NULL, jz_tls(ca = at("ca.pem"), server_name = "jazz.test"), jz_tls(ca = at("ca.pem")),
    jz_tls(cert = at("client.pem"), key = at("client.key"), server_name = "jazz.test")
  )
  for (tls in without) {
    db <- jz_connect(server$target, tls = tls, timeout = 3)
    expect_s3_class(raised(jz_server(db)), "jazz_error_unavailable")
    jz_close(db)
  }
})
