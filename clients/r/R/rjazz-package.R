#' @keywords internal
#' @useDynLib rjazz, .registration = TRUE
#' @importFrom Rcpp evalCpp
#' @import methods
#' @importFrom utils str
"_PACKAGE"
