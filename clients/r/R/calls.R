# Calls to the server: deadlines, repetitions, messages. What is above speaks lists, what is below bytes.

small_timeout <- 60 # seconds that a call without bulk data may take, unless asked otherwise
attempts <- 5L # how often a call is made at most
first_delay <- 0.1 # seconds before the second attempt, before jitter; doubled for each one after
longest_delay <- 2 # the most seconds between two attempts

#' One message there, one back, as lists of their fields.
#'
#' @param db A connection.
#' @param method Service and method, such as `"Blocks/GetBlockInfo"`.
#' @param request The fields of the request.
#' @param repeatable Whether the call may be made again: it reads, or carries a `request_id`.
#' @param bulk Whether it carries so much that it has no time limit of its own.
#' @noRd
unary_call <- function(db, method, request, timeout = NULL, repeatable = TRUE, bulk = FALSE) {
  deadline <- deadline_of(db, timeout, if (bulk) Inf else small_timeout)
  repeated(db, deadline, repeatable, function(left) {
    call_upload(channel_for(db), method, request, list(), left, NULL)
  })$answer
}

#' A value there, one message back. Made again: it has a `request_id`, or stores nothing.
#'
#' @param prepare A function that gives the fields of the `request` and the `value`, which `encode_value` gave. It is
#'   asked for them once more, with `ahead = TRUE`, if there is an NA in what was to be looked at in passing.
#' @param label What a progress bar calls it.
#' @noRd
upload_call <- function(db, method, prepare, timeout = NULL, label = method) {
  prepared <- prepare(ahead = FALSE)
  deadline <- deadline_of(db, timeout, Inf)
  outcome <- with_progress(db, label, function(tell) {
    send <- function(prepared) {
      repeated(db, deadline, TRUE, function(left) {
        call_upload(channel_for(db), method, prepared$request, list(prepared$value), left, tell)
      })
    }
    outcome <- send(prepared)
    if (isTRUE(outcome$missing)) send(prepare(ahead = TRUE)) else outcome
  })
  outcome$answer
}

#' Values there and values back. Made again: it stores nothing, or has a `request_id`.
#'
#' @param values What `encode_value` gave for each value that goes there; their headers are in `request`.
#' @param announced A function of the fields of the first answer that gives, for each value that follows, a list with
#'   its `header` and `body_bytes`.
#' @return A list with the fields of the first answer, `answer`, and `values`: for each value `header`, `body_bytes` and
#'   `targets`, filled.
#' @noRd
exchange_call <- function(db, method, request, announced, values = list(), timeout = NULL, label = method,
                          options = jz_value_options()) {
  deadline <- deadline_of(db, timeout, Inf)
  announce <- function(answer) {
    lapply(announced(answer), function(value) {
      value$targets <- allocate_value(value$header, options)
      value
    })
  }
  with_progress(db, label, function(tell) {
    repeated(db, deadline, TRUE, function(left) {
      call_exchange(channel_for(db), method, request, values, announce, left, tell)
    })
  })
}

#' The moment at which a call must have ended, in seconds; `Inf` when it may take for ever.
#' @noRd
deadline_of <- function(db, timeout, default) {
  steady_seconds() + (check_seconds(timeout, "timeout") %||% connection_part(db, "timeout") %||% default)
}

#' Makes a call until it goes well, where it may be made again: exponential delays with jitter, never past the deadline.
#'
#' @param make A function of the seconds that are left.
#' @noRd
repeated <- function(db, deadline, repeatable, make) {
  for (attempt in seq_len(attempts)) {
    outcome <- make(max(0, deadline - steady_seconds()))
    if (isTRUE(outcome$missing)) return(outcome)
    if (outcome$code == 0L && is.null(outcome$damage)) return(outcome)
    error <- condition_from_call(outcome, connection_part(db, "target"))
    bound <- min(longest_delay, first_delay * 2^(attempt - 1L))
    wait <- bound * (1 + new_fraction()) / 2
    left <- deadline - steady_seconds()
    if (!repeatable || attempt == attempts || !is_transient(error) || wait >= left) stop(error)
    Sys.sleep(wait)
  }
}

#' Bytes that were damaged on their way arrive whole the next time; those damaged where they lie do not.
#' @noRd
is_transient <- function(error) {
  inherits(error, c("jazz_error_unavailable", "jazz_error_outcome_unknown")) || identical(error$reason, "DATA_LOSS")
}
