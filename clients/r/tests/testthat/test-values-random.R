# Values made at random, of all kinds and inside each other.

random_gone <- function(x) {
  if (runif(1) < 0.5) x[runif(length(x)) < runif(1)] <- NA
  x
}

random_text <- function(count) {
  letters <- c(letters, "", "\u00e9", "\u65e5", "\U1F9EC", " ", "\n")
  vapply(seq_len(count), function(i) paste(sample(letters, sample(0:6, 1), TRUE), collapse = ""), "")
}

random_elements <- function(count, kind = sample(12, 1)) {
  x <- switch(kind,
    runif(count) < 0.5, sample.int(100L, count, TRUE) - 50L, rnorm(count) * 10^sample(-300:300, 1),
    complex(count, rnorm(count), rnorm(count)), random_text(count),
    factor(sample(letters[1:5], count, TRUE), levels = sample(letters[1:7])),
    factor(sample(c("lo", "hi"), count, TRUE), levels = c("lo", "mid", "hi"), ordered = TRUE),
    structure(floor(runif(count, -1e6, 1e6)), class = "Date"),
    .POSIXct(runif(count, 1e8, 4e9), sample(c("UTC", "Asia/Tokyo"), 1)),
    as.difftime(sample(-1e6:1e6, count, TRUE) / 1e6, units = "secs"), sample(c(NaN, Inf, -Inf, -0, 1), count, TRUE),
    structure(text_to_int64(as.character(sample.int(1e9, count, TRUE)), FALSE), class = "integer64")
  )
  if (inherits(x, "integer64")) x else random_gone(x)
}

random_array <- function() {
  shape <- sample(0:4, sample(2:4, 1), TRUE)
  x <- random_elements(prod(shape))
  while (is.object(x)) x <- random_elements(prod(shape))
  dim(x) <- shape
  if (runif(1) < 0.6) {
    labels <- lapply(shape, function(length) if (length > 0 && runif(1) < 0.6) random_text(length))
    if (runif(1) < 0.5) names(labels) <- sample(c("", "gene", "cell", "dim9"), 1 + length(shape), TRUE)[-1]
    twice <- names(labels)[nzchar(names(labels))]
    if (!anyDuplicated(twice) && any(lengths(labels) > 0)) dimnames(x) <- labels
  }
  x
}

random_frame <- function() {
  count <- sample(0:6, 1)
  columns <- lapply(seq_len(sample(0:4, 1)), function(i) random_elements(count))
  names(columns) <- make.unique(rep("x", length(columns)))
  rows <- if (count > 0 && runif(1) < 0.5) {
    sample(make.unique(paste0("r", random_text(count))))
  } else {
    .set_row_names(count)
  }
  structure(columns, names = as.character(names(columns)), row.names = rows, class = "data.frame")
}

random_matrix <- function() {
  dims <- sample(0:6, 2, TRUE)
  full <- which(runif(prod(dims)) < 0.4) - 1
  x <- Matrix::sparseMatrix(
    i = full %% dims[1] + 1, j = full %/% dims[1] + 1, x = random_gone(rnorm(length(full))), dims = dims, repr = "C"
  )
  if (runif(1) < 0.3 && dims[1] > 0) x@Dimnames <- list(random_text(dims[1]), NULL)
  as(x, sample(c("CsparseMatrix", "RsparseMatrix"), 1))
}

random_value <- function(depth) {
  kind <- sample(if (depth < 4) 6 else 5, 1)
  switch(kind,
    random_elements(sample(0:20, 1)), random_array(), random_frame(), random_matrix(), NULL,
    {
      fields <- lapply(seq_len(sample(0:5, 1)), function(i) random_value(depth + 1))
      if (length(fields) > 0) names(fields) <- make.unique(paste0(".", random_text(length(fields))))
      fields
    }
  )
}

test_that("values at random come back", {
  skip_if_not_installed("bit64")
  for (seed in 1:400) {
    set.seed(seed)
    x <- random_value(1)
    expect_identical(there_and_back(x, bigint = "integer64"), x, label = sprintf("the value of seed %d", seed))
  }
})

test_that("buffers lie where docs/wire-format.md says", {
  for (seed in 1:100) {
    set.seed(seed)
    encoded <- encode_value(random_value(1))
    ends <- 0
    for (target in allocate_value(encoded$header)) {
      expect_identical(target$offset, 64 * ceiling(ends / 64))
      ends <- target$offset + target$bytes
    }
    expect_identical(encoded$body_bytes, ends)
    filled <- rep(FALSE, encoded$body_bytes)
    for (piece in encoded$pieces) filled[piece$offset + seq_len(piece$bytes)] <- TRUE
    expect_true(all(body_of(encoded)[!filled] == 0))
  }
})

# One value of each form.
of_each_form <- function() {
  sparse <- Matrix::sparseMatrix(i = c(1, 3, 2), j = c(1, 2, 4), x = c(1.5, NA, 0), dimnames = list(letters[1:3], NULL))
  square <- Matrix::sparseMatrix(i = c(1, 1, 3), j = c(1, 3, 3), x = c(2, NA, 4), dims = c(3, 3))
  matrices <- list(
    sparse, as(sparse, "RsparseMatrix"), as(sparse, "TsparseMatrix"), sparse > 1, as(sparse, "nMatrix"),
    Matrix::forceSymmetric(square), Matrix::triu(square), Matrix::Diagonal(3), as(3:1, "pMatrix"),
    as(c(0, NA, 2.5), "sparseVector")
  )
  others <- list(
    raw(3), structure(list(raw(1), NULL, raw(0)), class = "blob"), random_array(), random_frame(), airquality[1:5, ],
    list(a = NULL, b = list(c = letters, d = iris[c(1, 51), ])), AirPassengers, jz_as_type(c(1, NA, 3), "float32"),
    jz_as_type(1:3, "uint8")
  )
  c(lapply(1:12, function(kind) random_elements(9, kind)), matrices, others)
}

test_that("the codec holds what it works with while R collects garbage everywhere", {
  step <- Sys.getenv("JAZZ_TORTURE")
  skip_if(!nzchar(step), "JAZZ_TORTURE does not say at every how many allocations to collect: it takes minutes")
  skip_if_not_installed("bit64")
  round <- function(x) {
    encoded <- encode_value(x)
    value_from_raw(encoded$header, body_of(encoded))
  }
  compiler::enableJIT(0)
  set.seed(1)
  values <- of_each_form()
  for (number in seq_along(values)) {
    x <- values[[number]]
    wanted <- round(x)
    gctorture2(as.integer(step))
    back <- round(x)
    gctorture2(0)
    expect_identical(back, wanted, label = sprintf("value %d", number))
  }
})
