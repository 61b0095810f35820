# The golden files of the repository.

golden_folder <- function() repository_file("tests", "golden", "cases")

golden_names <- function(folder) sub("\\.value$", "", list.files(folder, "\\.value$", recursive = TRUE))

# Holds everything that R can hold in any form.
anything <- function() {
  jz_value_options(bigint = "character", times = "counts", strings = "raw", tensors = "parts", keep_order = TRUE)
}

# What R has no form for at all: a NaN that it takes for NA, and levels with U+0000.
never <- "^(float64|complex128)/|^factor/nul$"

expect_described <- function(object, said, name) {
  if (!is.null(said$table)) {
    fields <- vapply(said$table, function(field) field$name, "")
    shown <- setdiff(names(object), if (isTRUE(memory_of(object)$index)) memory_of(object)$axis %||% "rows")
    expect_identical(as.character(shown), as.character(fields), label = name)
    for (field in said$table) expect_described(object[[field$name]], field$value, paste(name, field$name))
  } else if (isTRUE(said$null)) {
    expect_null(object, label = name)
  } else {
    expect_identical(described(object, said$tensor), wanted_of(said$tensor), label = name)
  }
}

# The elements, with their places where the tensor is sparse, as texts.
wanted_of <- function(tensor) {
  if (!is.null(tensor$elements)) return(vapply(tensor$elements, element_text, "", type = tensor$type))
  elements <- vapply(
    tensor$entries, function(entry) if (isTRUE(tensor$pattern)) "TRUE" else element_text(entry["is"][[1]], tensor$type),
    ""
  )
  names(elements) <- vapply(tensor$entries, function(entry) paste(unlist(entry$at), collapse = " "), "")
  elements
}

element_text <- function(element, type) {
  if (is.null(element)) return("NA")
  if (type == "bool") return(as.character(element))
  if (grepl("^(float|complex)", type)) return(paste(vapply(element, real_text, ""), collapse = " "))
  if (type %in% c("string", "factor")) return(paste(charToRaw(enc2utf8(element)), collapse = ""))
  as.character(element)
}

real_text <- function(text) if (startsWith(text, "nan")) "NaN" else sprintf("%a", as.numeric(text))
number_text <- function(x) ifelse(is.nan(x), "NaN", sprintf("%a", x))

described <- function(x, tensor) {
  if (tensor$layout == "dense") {
    shape <- unlist(tensor$shape)
    order <- if (length(shape) > 1) as.vector(aperm(array(seq_len(prod(shape)), shape))) else seq_len(prod(shape))
    texts <- texts_of(x, tensor)
    return(if (length(texts) == 0) character(0) else texts[order])
  }
  if (inherits(x, "jazz_parts")) {
    data <- x$data
    indices <- x$indices
    if (!is.null(x$positions)) {
      major <- rep(seq_along(x$positions[-1]) - 1, diff(x$positions))
      indices <- if (x$layout == "csr") list(major, indices[[1]]) else list(indices[[1]], major)
    }
  } else if (is(x, "sparseVector")) {
    indices <- list(x@i - 1)
    data <- if (.hasSlot(x, "x")) x@x
  } else {
    triplets <- as(x, "TsparseMatrix")
    indices <- list(triplets@i, triplets@j)
    data <- if (.hasSlot(x, "x")) triplets@x
  }
  if (!is.null(memory_of(x)$type)) comment(data) <- comment(x)
  texts <- if (is.null(data)) rep("TRUE", length(indices[[1]])) else texts_of(data, tensor)
  names(texts) <- do.call(paste, lapply(indices, function(each) format(each, scientific = FALSE, trim = TRUE)))
  if (length(texts) == 0) return(structure(character(0), names = character(0)))
  texts[do.call(base::order, indices)]
}

texts_of <- function(x, tensor) {
  hex <- function(blobs) {
    vapply(unclass(blobs), function(blob) if (is.null(blob)) "NA" else paste(blob, collapse = ""), "")
  }
  if (is.raw(x)) return(paste(x, collapse = ""))
  if (is_blobs(x)) return(as.vector(hex(x)))
  bare <- as.vector(unclass(x))
  attributes(bare) <- NULL
  if (is.factor(x)) bare <- levels(x)[bare]
  gone <- if (inherits(x, "integer64")) missing_bits(bare) else is.na(bare) & !is.nan(bare)
  texts <- if (inherits(x, "integer64")) {
    int64_to_text(bare, FALSE)
  } else if (is.character(bare) && tensor$type %in% c("string", "factor")) {
    vapply(bare, function(text) paste(charToRaw(enc2utf8(text)), collapse = ""), "", USE.NAMES = FALSE)
  } else if (is.character(bare)) {
    bare
  } else if (inherits(x, c("POSIXct", "difftime"))) {
    int64_to_text(times_to_counts(bare, 1, time_digits[[tensor$time_unit]], FALSE)$counts, FALSE)
  } else if (is.complex(bare)) {
    paste(number_text(Re(bare)), number_text(Im(bare)))
  } else if (is.logical(bare)) {
    as.character(bare)
  } else if (grepl("^float", tensor$type)) {
    number_text(bare)
  } else {
    sprintf("%.0f", bare)
  }
  texts <- as.vector(texts)
  texts[gone] <- "NA"
  texts
}

test_that("every golden file is encoded again to the byte, or refused", {
  folder <- golden_folder()
  for (name in golden_names(folder)) {
    result <- golden_roundtrip(file.path(folder, paste0(name, ".value")), jz_value_options(keep_order = TRUE))
    expect_true(result$same || !is.null(result$refused), label = name)
  }
})

test_that("what is refused has a form that is asked for", {
  folder <- golden_folder()
  refused <- character(0)
  for (name in golden_names(folder)) {
    result <- golden_roundtrip(file.path(folder, paste0(name, ".value")), anything())
    if (is.null(result$refused)) expect_true(result$same, label = name) else refused <- c(refused, name)
  }
  expect_match(refused, never)
})

test_that("every golden file is what its description says", {
  folder <- golden_folder()
  skip_if_not_installed("jsonlite")
  seen <- 0
  # R cuts the texts of JSON at U+0000.
  for (name in setdiff(golden_names(folder), "text/nul")) {
    path <- file.path(folder, name)
    result <- golden_roundtrip(paste0(path, ".value"))
    if (!is.null(result$refused)) result <- golden_roundtrip(paste0(path, ".value"), anything())
    if (!is.null(result$refused)) next
    seen <- seen + 1
    expect_described(result$object, jsonlite::read_json(paste0(path, ".json")), name)
  }
  expect_gt(seen, 600)
})
