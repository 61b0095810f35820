# Spaces: namespaces with their settings.

#' Spaces
#'
#' A space is a namespace of blocks, kinds and pipelines with its settings. The first put of a block creates a missing
#' space with default settings.
#'
#' @param db A connection that [jz_connect()] made.
#' @param name Its name: `[a-z][a-z0-9_-]{0,62}`.
#' @param volatile Whether its blocks live in memory only and are gone when the server stops; it needs a quota then.
#' @param versions How many versions of a block are kept; the server's default (4) when `NULL`.
#' @param ttl How long a block lives that is put without a time to live of its own, in seconds or as a difftime; for
#'   ever when `NULL`.
#' @param quota Bytes that all kept versions and reserved uploads may take together; no limit when `NULL`.
#' @param kind The kind that every block must match, `"space/name"` or `"space/name@version"`; none when `NULL`.
#' @param prefix Names that start with it.
#' @param if_version The version that the space must have now.
#' @param force Whether to delete it with all that is in it.
#' @param timeout Seconds that it may take.
#' @return A list of class `jazz_space`: `name`, `volatile`, `versions`, `ttl` (a difftime), `quota`, `kind`, `version`,
#'   `created`, `updated`, `blocks` (how many there are) and `nbytes`. `jz_space_list()`: a data frame of the same.
#'   `jz_space_delete()`: nothing. `jz_space_update()` leaves settings as they are that are left out.
#' @examplesIf jz_has_server()
#' db <- jz_local_server()
#' jz_space_create(db, "scratch", volatile = TRUE, quota = 1e7)
#' jz_space_update(db, "scratch", ttl = 3600)
#' jz_space_get(db, "scratch")
#' jz_space_list(db)
#' jz_space_delete(db, "scratch", force = TRUE)
#' @name jz_space
NULL

#' @rdname jz_space
#' @export
jz_space_create <- function(db, name, volatile = FALSE, versions = NULL, ttl = NULL, quota = NULL, kind = NULL,
                            timeout = NULL) {
  settings <- c(list(volatile = check_bool(volatile, "volatile")), space_settings(versions, ttl, quota, kind))
  request <- list(name = check_string(name, "name"), settings = settings)
  invisible(space_info(
    unary_call(check_connection(db), "Spaces/CreateSpace", request, timeout, repeatable = FALSE)$space
  ))
}

#' @rdname jz_space
#' @export
jz_space_get <- function(db, name, timeout = NULL) {
  request <- list(name = check_string(name, "name"))
  space_info(unary_call(check_connection(db), "Spaces/GetSpace", request, timeout)$space)
}

#' @rdname jz_space
#' @export
jz_space_list <- function(db, prefix = "", timeout = NULL) {
  spaces <- lapply(
    pages(db, "Spaces/ListSpaces", list(prefix = check_string(prefix, "prefix")), "spaces", timeout), space_info
  )
  empty <- space_info(list(name = ""))
  columns <- lapply(names(empty), function(name) {
    do.call(c, c(list(empty[[name]][0L]), lapply(spaces, .subset2, name)))
  })
  as_listing(as.data.frame(stats::setNames(columns, names(empty)), stringsAsFactors = FALSE))
}

#' @rdname jz_space
#' @export
jz_space_update <- function(db, name, versions, ttl, quota, kind, if_version = NULL, timeout = NULL) {
  paths <- c(
    if (!missing(versions)) "versions_kept", if (!missing(ttl)) "time_to_live", if (!missing(quota)) "quota_bytes",
    if (!missing(kind)) "kind"
  )
  if (length(paths) == 0L) stop_invalid("update", "settings to change", I("none"))
  settings <- space_settings(
    if (!missing(versions)) versions, if (!missing(ttl)) ttl, if (!missing(quota)) quota, if (!missing(kind)) kind
  )
  request <- c(
    list(name = check_string(name, "name"), settings = settings, update_mask = list(paths = paths)),
    if_version_field(if_version)
  )
  invisible(space_info(
    unary_call(check_connection(db), "Spaces/UpdateSpace", request, timeout, repeatable = FALSE)$space
  ))
}

#' @rdname jz_space
#' @export
jz_space_delete <- function(db, name, force = FALSE, timeout = NULL) {
  request <- list(name = check_string(name, "name"), force = check_bool(force, "force"))
  unary_call(check_connection(db), "Spaces/DeleteSpace", request, timeout, repeatable = FALSE)
  invisible()
}

space_settings <- function(versions, ttl, quota, kind) {
  without_null(list(
    versions_kept = if (!is.null(versions)) check_whole(versions, "versions", least = 1, most = 1e6),
    time_to_live = check_duration(ttl, "ttl"), quota_bytes = if (!is.null(quota)) check_whole(quota, "quota"),
    kind = check_kind_name(kind)
  ))
}

space_info <- function(message) {
  settings <- message$settings
  structure(
    class = "jazz_space",
    list(
      name = message$name, volatile = settings$volatile %||% FALSE, versions = settings$versions_kept %||% NA_real_,
      ttl = as.difftime(seconds_of(settings$time_to_live), units = "secs"), quota = settings$quota_bytes %||% NA_real_,
      kind = settings$kind %||% NA_character_, version = message$version %||% NA_real_,
      created = moment_of(message$create_time), updated = moment_of(message$update_time),
      blocks = message$blocks %||% 0, nbytes = message$used_bytes %||% 0
    )
  )
}

#' @export
format.jazz_space <- function(x, ...) {
  parts <- c(
    sprintf("%.0f %s", x$blocks, if (x$blocks == 1) "block" else "blocks"),
    if (is.na(x$quota)) show_size(x$nbytes) else sprintf("%s of %s", show_size(x$nbytes), show_size(x$quota)),
    if (x$volatile) "volatile", if (!is.na(x$ttl)) sprintf("ttl %s s", format(as.double(x$ttl))),
    if (!is.na(x$kind)) sprintf("kind %s", x$kind)
  )
  sprintf("<jazz_space %s: %s>", x$name, paste(parts, collapse = ", "))
}

#' @export
print.jazz_space <- function(x, ...) {
  cat(format(x), "\n", sep = "")
  invisible(x)
}

#' @export
str.jazz_space <- function(object, ...) cat("", format(object), "\n")
