# Functions of R that would answer at once, of an object that they do not know, or end somewhere inside of themselves:
# inside of a traced function each is an error that says what to write instead, where there is something to write.

refused_functions <- list(
  "jz_aggregate(t, \"k\", n = c(\"k\", \"size\")), which has a row for each k" = c("table", "xtabs", "ftable"),
  "aggregate() or jz_aggregate(), which have a row for each group" = c("split", "by"),
  "jz_aggregate(), and jz_merge(t, groups, \"left\", on = \"k\"), which puts it beside each row" = "ave",
  "jz_aggregate(t, \"k\", x = c(\"x\", \"first\")), which has the first x of each k" = c("duplicated", "anyDuplicated"),
  "t[t$x > 1, c(\"x\", \"y\")]" = "subset",
  "jz_drop_na(x), to which NaN is a number" = c("na.omit", "na.exclude", "complete.cases"),
  "any(is.na(x))" = "anyNA",
  "ifelse(), jz_where() or jz_cond(), which choose while the pipeline runs" = c("isTRUE", "isFALSE"),
  "jz_pipeline(inputs = ) to say what it is" = c(
    "class", "oldClass", "data.class", "isa", "typeof", "mode", "storage.mode"
  ),
  "jz_frame(list(a = t$x, b = t$y)), which gives fields their names" = "setNames",
  "paste0(x, \"-\", y), which has a text for each element and joins texts, since numbers and times become none" = c(
    "toString", "sprintf", "formatC", "prettyNum", "noquote", "sQuote", "dQuote", "shQuote", "file.path", "strrep"
  ),
  "the texts themselves, and factors as they are, which are texts to functions of texts; numbers become none" =
    "as.character",
  "substr(x, 1, 3)" = c("strtrim", "abbreviate"),
  "paste0(\"a\", substr(x, 2, 9)), which makes other texts" = "substr<-",
  "jz_cast(x, \"int32\") of numbers and truth values, x / as.difftime(1, units = \"days\") of differences of times" = c(
    "as.numeric", "as.double", "as.integer", "as.logical"
  ),
  "x - y, in seconds, which divided by as.difftime(1, units = \"days\") is a number of days" = c(
    "difftime", "units", "units<-"
  ),
  "x * as.difftime(1, units = \"days\")" = "as.difftime",
  "the value itself, since nothing in a pipeline has attributes" = c(
    "unclass", "attr", "attributes", "attr<-", "attributes<-", "class<-", "levels<-", "dimnames<-"
  ),
  "grepl(text, x, fixed = TRUE), gsub(old, new, x, fixed = TRUE), since there are no regular expressions" = c(
    "sub", "grep", "regexpr", "gregexpr", "regexec", "chartr"
  ),
  "jz_tokenize(x), which has the words of all texts" = "strsplit",
  "jz_time_part(x, \"month\") and the like of times, which are numbers, since pipelines make no texts of times" = c(
    "format", "strftime", "months", "weekdays", "quarters", "as.POSIXlt"
  ),
  "(x - as.Date(\"1970-01-01\")) / as.difftime(1, units = \"days\")" = "julian",
  "trunc(x, \"days\"), which stays a time" = "as.Date",
  "the dates themselves, which become no times" = c("as.POSIXct", "ISOdate", "ISOdatetime"),
  "the vector itself: keys and comparisons take elements of any type" = c(
    "factor", "as.factor", "interaction", "addNA", "droplevels", "relevel", "reorder"
  ),
  "jz_argsort(jz_argsort(x)) + 1, in which nothing is tied" = "rank",
  "jz_bin(x, edges), which is findInterval(); of times trunc(x, \"months\") or jz_time_floor(x, \"week\")" = c(
    "cut", "findInterval"
  ),
  "jz_subtract(tail(x, -1), head(x, -1))" = "diff"
)
for (instead in names(refused_functions)) for (name in refused_functions[[instead]]) of_nodes[[name]] <- local({
  what <- sprintf("passed to %s()", name)
  advice <- instead
  function(...) no_data(what, advice)
})

# What is the same value for some, and another one for others.

of_nodes[["drop"]] <- function(x) {
  dims <- dims_of(x)
  one <- vapply(dims, function(dim) identical(dim, 1), NA)
  if (is.null(dims) || any(one)) {
    stop_tracing(traced_call(), "what is known to have no dimension of 1", shown_dims(dims), "jz_squeeze(x, axis)")
  }
  x
}

of_nodes[["unlist"]] <- function(x, ...) {
  if (is_table(x)) stop_tracing(traced_call(), "c(t$x, t$y)", "a table passed to unlist()")
  x
}
