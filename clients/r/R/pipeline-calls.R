# Which call of the user's is being traced, and what is wrong with it where R itself cannot do it.

# Namespaces of R's own functions: what goes wrong inside of them is said of the call that the user wrote.
R_NAMESPACES <- c("base", "methods", "stats", "utils", "Matrix", "graphics", "grDevices")

# Whether a function is the user's: neither this package's nor R's.
is_users <- function(f) {
  if (is.primitive(f)) return(FALSE)
  ours <- parent.env(environment())
  if (identical(environment(f), ours)) return(FALSE) # as most frames are
  home <- topenv(environment(f))
  !identical(home, ours) && !environmentName(home) %in% R_NAMESPACES
}

# The innermost frame of a function of the user's; 0 when there is none.
users_frame <- function() {
  for (number in rev(seq_len(sys.nframe() - 1L))) if (is_users(sys.function(number))) return(number)
  0L
}

# The call of the user's that is being traced: the innermost one that a function of the user's makes.
traced_call <- function() {
  number <- users_frame()
  if (number == 0L) return("")
  inner <- if (number < sys.nframe() - 1L) sys.call(number + 1L) else sys.call(number)
  call_text(inner, sys.frame(number))
}

# A call as text. Where R's dispatch put values of a pipeline into it, they have the names by which `around` knows them.
call_text <- function(call, around) {
  if (is.call(call)) {
    parts <- as.list(call)
    for (number in seq_along(parts)) {
      part <- parts[[number]]
      if (!missing(part) && is_node(part)) parts[[number]] <- node_name(part, around)
    }
    call <- as_assignment(as.call(parts), around)
  }
  deparse(call, width.cutoff = 60, nlines = 1)
}

node_name <- function(node, around) {
  if (!is_node(node)) return(as.name("x"))
  for (name in setdiff(ls(around), "*tmp*")) {
    # an argument may be on its way to being evaluated
    known <- tryCatch(get(name, around), error = function(error) NULL)
    if (is_node(known) && identical(known@source, node@source)) return(as.name(name))
  }
  as.name("x")
}

# `[<-`(`*tmp*`, i, value = v) as it was written, x[i] <- v.
as_assignment <- function(call, around) {
  head <- if (is.symbol(call[[1L]])) as.character(call[[1L]]) else ""
  if (!endsWith(head, "<-") || !identical(call[[2L]], as.name("*tmp*"))) return(call)
  parts <- as.list(call)
  changed <- node_name(get0("*tmp*", around), around) # which compiled code does not have
  target <- as.call(c(as.name(sub("<-$", "", head)), changed, parts[-c(1L, 2L, length(parts))]))
  base::call("<-", target, parts[[length(parts)]])
}

# Runs a function that is traced. What R says when it is given a value of a pipeline where it needs data becomes an
# error that names the call, and what to write instead.
with_tracing_errors <- function(code) {
  withCallingHandlers(code, error = function(error) {
    if (inherits(error, "jazz_error")) return()
    # where R looks for a method by an argument that was refused, it says so of the argument, in an error of its own
    refused <- tracing$refused
    if (!is.null(refused) && endsWith(conditionMessage(error), conditionMessage(refused))) stop(refused)
    number <- users_frame()
    if (number == 0L) return()
    # Primitives and the keywords of R have no frame; the condition has their call.
    direct <- identical(sys.function(number + 1L), .handleSimpleError)
    call <- if (direct) conditionCall(error) else sys.call(number + 1L)
    around <- sys.frame(number)
    if (concerns_nodes(call, around)) stop_untraceable(call, conditionMessage(error), around)
  })
}

# Whether a call is one of R's functions or keywords on values of a pipeline.
concerns_nodes <- function(call, around) {
  if (!is.call(call)) return(FALSE)
  head <- call[[1L]]
  name <- deparse(head)[[1L]]
  f <- if (is.symbol(head)) get0(name, around, mode = "function") else if (is_qualified(head)) eval(head)
  if (is.null(f) || is_users(f)) return(FALSE)
  part <- switch(name, "if" = , "while" = call[[2L]], "for" = call[[3L]], call)
  any(vapply(all.vars(part), function(variable) is_node(get0(variable, around)), NA))
}

is_qualified <- function(head) is.call(head) && identical(head[[1L]], as.name("::"))

stop_untraceable <- function(call, said, around) {
  name <- deparse(call[[1L]])[[1L]]
  advice <- switch(name,
    "if" = , "&&" = , "||" = "ifelse() and jz_where() choose between values; the function itself is called only once",
    "while" = , "repeat" = , "for" = "jz_iterate() repeats steps; the function itself is called only once",
    "it has no data yet: the function is called once, when the pipeline is written; ?jz_operators has what it can use"
  )
  found <- sprintf("a value of a pipeline in %s, of which R says: %s", name, said)
  stop_tracing(call_text(call, around), "data, or a function that writes steps", found, advice)
}
