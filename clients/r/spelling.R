# Checks the spelling of DESCRIPTION, help pages and vignettes, with aspell as CRAN does; WORDLIST has words that are
# right.
#   Rscript spelling.R [FOLDER]
folder <- c(commandArgs(trailingOnly = TRUE), ".")[[1]]
known <- readLines(file.path(folder, "WORDLIST"), encoding = "UTF-8")
spelt <- function(files, filter) {
  utils::aspell(files, filter, control = "--lang=en_US", encoding = "UTF-8", program = "aspell")
}
pages <- Sys.glob(file.path(folder, "man", "*.Rd"))
found <- rbind(
  spelt(file.path(folder, "DESCRIPTION"), list("dcf", keep = c("Title", "Description"))),
  spelt(pages, list("Rd", drop = c("\\author", "\\references", "\\if")))
)
text <- tempfile(fileext = ".txt")
vignette <- readLines(file.path(folder, "vignettes", "sharing.Rmd"), encoding = "UTF-8")
inside <- cumsum(grepl("^```", vignette)) %% 2 == 1 | grepl("^```", vignette)
writeLines(gsub("`[^`]*`", "", ifelse(inside | cumsum(grepl("^---$", vignette)) < 2, "", vignette)), text)
found <- rbind(found, spelt(text, NULL))
unknown <- found[!found$Original %in% known, ]
if (nrow(unknown) > 0) {
  message("Words that are not known; mend them, or add them to WORDLIST:")
  message(paste(sprintf("%s:%s: %s", basename(unknown$File), unknown$Line, unknown$Original), collapse = "\n"))
  quit(status = 1)
}
