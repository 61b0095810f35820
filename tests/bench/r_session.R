# Runs line after line of its input, and writes for each how many seconds it took, or why it failed, as one line of JSON.
library(Matrix)
library(rjazz)
db <- jz_connect(commandArgs(trailingOnly = TRUE), progress = FALSE)

# A dgCMatrix with as many non-zeros in each column.
sparse <- function(rows, columns, nonzeros) {
  set.seed(1)
  each <- nonzeros %/% columns
  i <- unlist(lapply(seq_len(columns), function(column) sort(sample.int(rows, each)) - 1L))
  p <- as.integer(seq(0, by = each, length.out = columns + 1L))
  new("dgCMatrix", i = i, p = p, x = runif(length(i)), Dim = c(rows, columns))
}

input <- file("stdin", "r")
while (length(line <- readLines(input, 1L)) > 0L) {
  answer <- tryCatch(
    {
      code <- parse(text = line)
      gc(full = TRUE)
      began <- proc.time()[["elapsed"]]
      for (call in code) eval(call, globalenv())
      list(seconds = proc.time()[["elapsed"]] - began)
    },
    error = function(error) list(error = conditionMessage(error))
  )
  cat(jsonlite::toJSON(answer, auto_unbox = TRUE, digits = 6), "\n", sep = "")
  flush(stdout())
}
