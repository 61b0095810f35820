#' @keywords internal
#' @useDynLib rjazz, .registration = TRUE
#' @importFrom Rcpp evalCpp
#' @import methods
"_PACKAGE"
