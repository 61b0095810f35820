# Operations element by element under the names of the catalogue: logic, powers, rounding, functions of neurons.

#' @rdname jz_op
#' @export
jz_floor_divide <- broadcasting("floor_divide")
#' @rdname jz_op
#' @export
jz_remainder <- broadcasting("remainder")
#' @rdname jz_op
#' @export
jz_pow <- broadcasting("pow")
#' @rdname jz_op
#' @export
jz_logical_and <- broadcasting("logical_and", truth = TRUE)
#' @rdname jz_op
#' @export
jz_logical_or <- broadcasting("logical_or", truth = TRUE)
#' @rdname jz_op
#' @export
jz_logical_xor <- broadcasting("logical_xor", truth = TRUE)
#' @rdname jz_op
#' @export
jz_logical_not <- unary("logical_not", truth = TRUE)
#' @rdname jz_op
#' @export
jz_isnan <- unary("isnan", truth = TRUE)
#' @rdname jz_op
#' @export
jz_isinf <- unary("isinf", truth = TRUE)
#' @rdname jz_op
#' @export
jz_isfinite <- unary("isfinite", truth = TRUE)
#' @rdname jz_op
#' @export
jz_sign <- unary("sign")
#' @rdname jz_op
#' @export
jz_expm1 <- unary("expm1")
#' @rdname jz_op
#' @export
jz_sin <- unary("sin")
#' @rdname jz_op
#' @export
jz_cos <- unary("cos")
#' @rdname jz_op
#' @export
jz_tanh <- unary("tanh")
#' @rdname jz_op
#' @export
jz_softplus <- unary("softplus")
#' @rdname jz_op
#' @export
jz_floor <- unary("floor")
#' @rdname jz_op
#' @export
jz_ceil <- unary("ceil")
#' @rdname jz_op
#' @export
jz_trunc <- unary("trunc")

#' @rdname jz_op
#' @param decimals How many decimals are left; tens, hundreds and so on when it is negative.
#' @export
jz_round <- function(x, decimals = 0) {
  if (!is_whole(decimals)) stop_tracing("decimals", "a whole number", shown(decimals))
  apply_one("round", x, settings = list(decimals = if (decimals != 0) as.integer(decimals)), dims = dims_of(x))
}

#' @rdname jz_op
#' @param alpha The slope below 0.
#' @export
jz_leaky_relu <- function(x, alpha = 0.01) {
  if (!is.numeric(alpha) || length(alpha) != 1 || is.na(alpha)) stop_tracing("alpha", "a number", shown(alpha))
  apply_one("leaky_relu", x, settings = list(alpha = if (alpha != 0.01) alpha), dims = dims_of(x))
}

#' @rdname jz_op
#' @param approximate "none", or "tanh" for the approximation by the hyperbolic tangent.
#' @export
jz_gelu <- function(x, approximate = c("none", "tanh")) {
  approximate <- match.arg(approximate)
  apply_one("gelu", x, settings = list(approximate = if (approximate != "none") approximate), dims = dims_of(x))
}
