# Operations of the catalogue that leave out entries, bring to scale, and make features.

#' @rdname jz_op
#' @param threshold What elements have to exceed in magnitude.
#' @export
jz_prune <- function(x, mask = NULL, threshold = 0, k = NULL) {
  check_magnitude(threshold, "threshold")
  if (!is.null(k)) check_count(k, "k")
  settings <- list(k = if (!is.null(k)) as.integer(k), threshold = if (threshold != 0) threshold)
  if (is.null(mask)) return(apply_one("prune", x, settings = settings, dims = dims_of(x)))
  apply_one("prune", x, mask, settings = settings, dims = dims_of(x))
}

#' @rdname jz_op
#' @export
jz_keep_topk <- function(x, k) {
  check_count(k, "k")
  apply_one("keep_topk", x, settings = list(k = as.integer(k)), dims = dims_of(x))
}

#' @rdname jz_op
#' @export
jz_sampled_matmul <- function(mask, a, b) apply_one("sampled_matmul", mask, a, b, dims = dims_of(mask))

#' @rdname jz_op
#' @param scale A vector of factors.
#' @export
jz_scale_rows <- function(x, scale) apply_one("scale_rows", x, scale, dims = dims_of(x))

#' @rdname jz_op
#' @export
jz_scale_columns <- function(x, scale) apply_one("scale_columns", x, scale, dims = dims_of(x))

#' @rdname jz_op
#' @param norm "l2", "l1" or "max"; for `jz_tfidf()` also "none".
#' @export
jz_normalize <- function(x, norm = c("l2", "l1", "max"), axis = NULL) {
  norm <- match.arg(norm)
  settings <- list(axis = if (!is.null(axis)) axis_number(axis), norm = if (norm != "l2") norm)
  apply_one("normalize", x, settings = settings, dims = dims_of(x))
}

#' @rdname jz_op
#' @param with_mean Whether the mean is subtracted.
#' @export
jz_standardize <- function(x, axis = 1, with_mean = TRUE, na.rm = FALSE) {
  check_bool(with_mean, "with_mean")
  check_bool(na.rm, "na.rm")
  settings <- list(
    axis = axis_setting(axis), skipna = if (na.rm) TRUE, with_mean = if (!with_mean) FALSE
  )
  apply_one("standardize", x, settings = settings, dims = dims_of(x))
}

#' @rdname jz_op
#' @param classes How many classes there are; `NULL` for as many as show.
#' @export
jz_one_hot <- function(x, classes = NULL) {
  if (!is.null(classes)) check_count(classes, "classes")
  dims <- dims_of(x)
  if (!is.null(dims)) dims <- c(dims, list(if (is.null(classes)) NA else as.double(classes)))
  settings <- list(classes = if (!is.null(classes)) as.integer(classes))
  apply_one("one_hot", x, settings = settings, dims = dims, truth = TRUE)
}

#' @rdname jz_op
#' @param edges A vector of edges in order.
#' @param right Whether intervals contain their right edge and not their left one.
#' @export
jz_bin <- function(x, edges, right = FALSE) {
  check_bool(right, "right")
  apply_one("bin", x, edges, settings = list(right = if (right) TRUE), dims = dims_of(x))
}

#' @rdname jz_op
#' @param features How many columns the result has.
#' @param alternate_sign Whether hashes below 0 count as -1.
#' @export
jz_hash_features <- function(x, features = 2^20, alternate_sign = TRUE) {
  check_count(features, "features", 1)
  check_bool(alternate_sign, "alternate_sign")
  settings <- list(
    alternate_sign = if (!alternate_sign) FALSE, features = if (features != 2^20) as.integer(features)
  )
  apply_one("hash_features", x, settings = settings, dims = list(rows_of(x), as.double(features)))
}

#' @rdname jz_op
#' @param lowercase Whether words are written in lower case.
#' @param min_length How many characters a word has at least.
#' @export
jz_tokenize <- function(x, lowercase = TRUE, min_length = 2) {
  check_bool(lowercase, "lowercase")
  check_count(min_length, "min_length", 1)
  settings <- list(
    lowercase = if (!lowercase) FALSE, min_length = if (min_length != 2) as.integer(min_length)
  )
  apply_one("tokenize", x, settings = settings)
}

#' @rdname jz_op
#' @param vocabulary A vector of words, each once.
#' @export
jz_count_tokens <- function(x, vocabulary) {
  apply_one("count_tokens", x, vocabulary, dims = list(NA, rows_of(vocabulary)))
}

#' @rdname jz_op
#' @param corpus The counts that tell how many texts have a word; `x` itself when `NULL`.
#' @param smooth Whether to count as if one more text had every word.
#' @param sublinear Whether a count is replaced by `1 + log(count)`.
#' @export
jz_tfidf <- function(x, corpus = NULL, smooth = TRUE, sublinear = FALSE, norm = c("l2", "l1", "max", "none")) {
  norm <- match.arg(norm)
  check_bool(smooth, "smooth")
  check_bool(sublinear, "sublinear")
  settings <- list(
    norm = if (norm != "l2") norm, smooth = if (!smooth) FALSE, sublinear = if (sublinear) TRUE
  )
  if (is.null(corpus)) return(apply_one("tfidf", x, settings = settings, dims = dims_of(x)))
  apply_one("tfidf", x, corpus, settings = settings, dims = dims_of(x))
}

# The first dimension, as far as it is known.
rows_of <- function(x) {
  dims <- dims_of(x)
  if (length(dims) > 0) dims[[1]] else NA
}

check_count <- function(value, name, least = 0) {
  if (!is_whole(value) || value < least) stop_tracing(name, paste("a whole number from", least, "on"), shown(value))
}

check_magnitude <- function(value, name) {
  if (!is.numeric(value) || length(value) != 1 || is.na(value) || value < 0) {
    stop_tracing(name, "a number not less than 0", shown(value))
  }
}
