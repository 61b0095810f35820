# Runs the code of sharing.Rmd.orig against a server of its own and writes what it prints into sharing.Rmd, so that the
# vignette builds without a server and without Python. Needs jazz-server and python with package jazz on the search
# path.
#   Rscript precompute.R [FOLDER]     (FOLDER: where to write sharing.Rmd; here, when left out)
folder <- c(commandArgs(trailingOnly = TRUE), ".")[[1]]
db <- rjazz::jz_local_server()

knitr::knit_engines$set(python = function(options) {
  chunk <- tempfile(fileext = ".py")
  writeLines(options$code, chunk)
  shown <- system2("python", c("python-session.py", chunk, unclass(db)$target), stdout = TRUE, stderr = TRUE)
  if (!is.null(attr(shown, "status"))) stop(paste(shown, collapse = "\n"))
  paste(c("```python", shown, "```"), collapse = "\n")
})

options(digits = 4, width = 90)
knitr::opts_chunk$set(comment = "#>", collapse = TRUE, error = FALSE)
knitr::knit("sharing.Rmd.orig", file.path(folder, "sharing.Rmd"), quiet = TRUE)
