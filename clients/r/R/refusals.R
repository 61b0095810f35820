# What handles refuse. A handle is no copy of its value: what would change it, or compute with it, says what to write.
# Functions of R that ask for no method, such as var(), say what R says.

stop_change <- function(x) {
  stop_handle(x, "a value to change: read it with x[], change it, and store it with jz_put()")
}

stop_computing <- function(..., generic = NULL) {
  handle <- Find(function(each) inherits(each, "jazz_block"), list(...))
  stop_handle(handle, "a value to compute with: x[] reads it, jz_run() computes where it is", generic)
}

#' @noRd
stop_handle <- function(x, expected, generic = NULL) {
  found <- sprintf("a stored block, %s", .subset2(x, "name"))
  violations <- data.frame(field = "x", expected = expected, found = found, stringsAsFactors = FALSE)
  error <- jazz_condition("INVALID_ARGUMENT", "this needs a value, not a stored block", violations = violations)
  error$call <- outer_call(sys.nframe() - 2L, generic)
  stop(error)
}

#' The call that led to a method: that of the generic, or of the function of R's that called it, not asked to.
#' @param number The frame of the method.
#' @noRd
outer_call <- function(number, generic) {
  repeat {
    around <- sys.parents()[[number]]
    if (around == 0L || !environmentName(topenv(sys.frame(around))) %in% R_NAMESPACES) break
    number <- around
  }
  call <- readable_call(sys.call(number))
  head <- if (is.symbol(call[[1L]])) as.character(call[[1L]]) else ""
  if (endsWith(head, ".jazz_block")) call[[1L]] <- as.name(generic %||% sub(".jazz_block", "", head, fixed = TRUE))
  call
}

#' @export
`[<-.jazz_block` <- function(x, ..., value) stop_change(x)

#' @export
`[[<-.jazz_block` <- function(x, ..., value) stop_change(x)

#' @export
`$<-.jazz_block` <- function(x, name, value) stop_change(x)

#' @export
`dim<-.jazz_block` <- function(x, value) stop_change(x)

#' @export
`dimnames<-.jazz_block` <- function(x, value) stop_change(x)

#' @export
`names<-.jazz_block` <- function(x, value) stop_change(x)

#' @export
`levels<-.jazz_block` <- function(x, value) stop_change(x)

#' @export
`length<-.jazz_block` <- function(x, value) stop_change(x)

#' @export
`is.na<-.jazz_block` <- function(x, value) stop_change(x)

#' @export
Ops.jazz_block <- function(e1, e2) stop_computing(e1, if (!missing(e2)) e2, generic = .Generic)

#' @export
Math.jazz_block <- function(x, ...) stop_computing(x, generic = .Generic)

#' @export
Summary.jazz_block <- function(..., na.rm = FALSE) stop_computing(..., generic = .Generic)

#' @export
mean.jazz_block <- function(x, ...) stop_computing(x)

#' @export
median.jazz_block <- function(x, na.rm = FALSE, ...) stop_computing(x)

#' @export
quantile.jazz_block <- function(x, ...) stop_computing(x)

#' @export
aggregate.jazz_block <- function(x, ...) stop_computing(x)

#' @export
rowsum.jazz_block <- function(x, group, ...) stop_computing(x)

#' @export
unique.jazz_block <- function(x, incomparables = FALSE, ...) stop_computing(x)

#' @export
sort.jazz_block <- function(x, decreasing = FALSE, ...) stop_computing(x)

#' @export
is.na.jazz_block <- function(x) stop_computing(x)

#' @export
anyNA.jazz_block <- function(x, recursive = FALSE) stop_computing(x)

#' @export
duplicated.jazz_block <- function(x, incomparables = FALSE, ...) stop_computing(x)

#' @export
anyDuplicated.jazz_block <- function(x, incomparables = FALSE, ...) stop_computing(x)

#' @export
rep.jazz_block <- function(x, ...) stop_computing(x)

#' @export
split.jazz_block <- function(x, f, drop = FALSE, ...) stop_computing(x)

#' @export
cut.jazz_block <- function(x, ...) stop_computing(x)

#' @export
diff.jazz_block <- function(x, ...) stop_computing(x)

#' @export
t.jazz_block <- function(x) stop_computing(x)

#' @exportS3Method all.equal jazz_block
all.equal.jazz_block <- function(target, current, ...) stop_computing(target)

#' @export
with.jazz_block <- function(data, expr, ...) stop_computing(data)

#' @export
within.jazz_block <- function(data, expr, ...) stop_computing(data)

#' @importFrom stats na.omit
#' @exportS3Method na.omit jazz_block
na.omit.jazz_block <- function(object, ...) stop_computing(object)

#' @importFrom stats na.exclude
#' @exportS3Method na.exclude jazz_block
na.exclude.jazz_block <- function(object, ...) stop_computing(object)

#' @export
subset.jazz_block <- function(x, ...) stop_computing(x)

#' @export
plot.jazz_block <- function(x, ...) stop_computing(x)

# These would make lists of what a handle is made of.

#' @export
c.jazz_block <- function(...) stop_computing(...)

#' @export
cbind.jazz_block <- function(..., deparse.level = 1) stop_computing(...) # nolint: object_name_linter.

#' @export
rbind.jazz_block <- function(..., deparse.level = 1) stop_computing(...) # nolint: object_name_linter.

# rowSums() and its like ask for an array, and for no method.
#' @export
is.array.jazz_block <- function(x) stop_computing(x)

#' @rdname jz_block
#' @export
setMethod("%*%", signature("jazz_block", "ANY"), function(x, y) stop_computing(x))

#' @rdname jz_block
#' @export
setMethod("%*%", signature("ANY", "jazz_block"), function(x, y) stop_computing(y))

#' @rdname jz_block
#' @export
setMethod("%*%", signature("jazz_block", "jazz_block"), function(x, y) stop_computing(x))

#' @rdname jz_block
#' @importMethodsFrom Matrix crossprod tcrossprod
#' @export
setMethod("crossprod", signature("jazz_block", "ANY"), function(x, y = NULL, ...) stop_computing(x))

#' @rdname jz_block
#' @export
setMethod("crossprod", signature("ANY", "jazz_block"), function(x, y = NULL, ...) stop_computing(y))

#' @rdname jz_block
#' @export
setMethod("tcrossprod", signature("jazz_block", "ANY"), function(x, y = NULL, ...) stop_computing(x))

#' @rdname jz_block
#' @export
setMethod("tcrossprod", signature("ANY", "jazz_block"), function(x, y = NULL, ...) stop_computing(y))
