# Texts in pipelines, beside what base R makes of them.

WORDS <- c("Ab c", "", NA, "a.b a.b", "naïve", "四😀é", "e\u0301a", "  a", "abab")
PLACES <- c("a", "b", "c", NA, "d", "", "é", " ", "ab")

test_that("functions of R answer as they do for texts", {
  db <- test_db()
  types <- list(x = "string[n]?", y = "string[n]?")
  for (f in list(
    function(x, y) nchar(x), function(x, y) toupper(x), function(x, y) tolower(x), function(x, y) casefold(x, TRUE),
    function(x, y) trimws(x), function(x, y) trimws(x, "right"),
    function(x, y) substr(x, 2, 3), function(x, y) substr(x, 0, 1), function(x, y) substr(x, 3, 2),
    function(x, y) substring(x, 3), function(x, y) substring(x, -1, 100),
    function(x, y) startsWith(x, "a"), function(x, y) startsWith(x, ""), function(x, y) endsWith(x, "b"),
    function(x, y) nzchar(x), function(x, y) nzchar(x, keepNA = TRUE),
    function(x, y) grepl("a.b", x, fixed = TRUE), function(x, y) !grepl("a", x, fixed = TRUE),
    function(x, y) gsub("ab", "-", x, fixed = TRUE), function(x, y) gsub("a", "é四", x, fixed = TRUE),
    function(x, y) ifelse(is.na(x), "none", x), function(x, y) ifelse(startsWith(x, "a"), x, y)
  )) {
    answer <- jz_run(db, jz_pipeline(f, inputs = types), x = WORDS, y = PLACES)
    expect_equal(jz_plain(answer), f(WORDS, PLACES), info = deparse1(f))
  }
})

test_that("texts are pasted, and what is missing stays so", {
  db <- test_db()
  types <- list(x = "string[n]?", y = "string[n]?")
  gone <- is.na(WORDS) | is.na(PLACES)
  for (f in list(
    function(x, y) paste0(x, y), function(x, y) paste(x, y), function(x, y) paste("a", 1L, x, NULL, y, TRUE, sep = "-"),
    function(x, y) paste0(x, NA, y), function(x, y) paste0(x, "é", y, PLACES, recycle0 = FALSE)
  )) {
    expected <- f(WORDS, PLACES)
    expected[gone] <- NA
    expect_identical(jz_run(db, jz_pipeline(f, inputs = types), x = WORDS, y = PLACES), expected, info = deparse1(f))
  }
})

test_that("texts of a factor are those of its levels", {
  db <- test_db()
  level <- factor(c("low", NA, "high", "low"))
  run <- function(f) jz_run(db, jz_pipeline(f, inputs = list(x = "factor[n]?")), x = level)
  expect_equal(jz_plain(run(function(x) nchar(x))), c(3, NA, 4, 3))
  expect_identical(run(function(x) toupper(x)), toupper(as.character(level)))
  expect_identical(run(function(x) paste0(x, "!")), c("low!", NA, "high!", "low!"))
  expect_identical(run(function(x) ifelse(is.na(x), "none", x)), c("low", "none", "high", "low"))
})

test_that("what is pasted is text: numbers are not added up, and factors become texts", {
  db <- test_db()
  for (f in list(
    function(x) paste0(x), function(x) paste0(x, x), function(x) paste(x, x), function(x) paste0("a", x)
  )) {
    of_numbers <- jz_pipeline(f, inputs = list(x = "float64[n]"))
    expect_error(jz_run(db, of_numbers, x = c(1, 2)), class = "jazz_error_kind_mismatch")
  }
  level <- factor(c("low", "high"))
  pasted <- jz_pipeline(function(x) list(one = paste(x), two = paste0(x, x)), inputs = list(x = "factor[n]"))
  expect_identical(jz_run(db, pasted, x = level), list(one = c("low", "high"), two = c("lowlow", "highhigh")))
})

test_that("NA beside what is known to be texts is one of them", {
  db <- test_db()
  f <- function(x) list(a = ifelse(x > 1, "many", NA), b = ifelse(x > 1, NA, "one"))
  expect_identical(jz_run(db, jz_pipeline(f), x = c(1, 2)), f(c(1, 2)))
})

test_that("texts of no known encoding are refused as they are in values", {
  bytes <- unmarked <- "\xe9"
  Encoding(bytes) <- "bytes"
  for (text in list(bytes, unmarked)) {
    expect_error(jz_pipeline(function(x) x == text), class = "jazz_error_unrepresentable")
    expect_error(jz_pipeline(function(x) paste0(x, text)), class = "jazz_error_unrepresentable")
  }
  db <- test_db()
  latin <- "\xe9"
  Encoding(latin) <- "latin1"
  expect_identical(jz_run(db, jz_pipeline(function(x) paste0(x, latin)), x = c("a", NA)), c("a\u00e9", NA))
})

test_that("texts are looked into and sorted out in tables", {
  db <- test_db()
  frame <- data.frame(name = c("Anna", "Bo", "Anton"), place = c("Wien", "Lima", "Graz"))
  made <- jz_pipeline(function(t) {
    t$label <- paste0(toupper(substr(t$name, 1, 2)), "-", t$place)
    t[startsWith(t$name, "An"), ]
  }, inputs = list(t = jz_table(list(name = "string[n]", place = "string[n]"))))
  expect_identical(jz_run(db, made, t = frame)$label, c("AN-Wien", "AN-Graz"))
})

test_that("what pipelines do not make of texts says what to write", {
  for (case in list(
    list(function(x) grepl("a", x), "fixed = TRUE, for a text as it is"),
    list(function(x) gsub("a", "b", x), "fixed = TRUE, for a text as it is"),
    list(function(x) grepl("a", x, ignore.case = TRUE, fixed = TRUE), "tolower\\(x\\)"),
    list(function(x) gsub(c("a", "b"), "", x, fixed = TRUE), "jz_str_replace\\(x, old, new\\)"),
    list(function(x) gsub("", "a", x, fixed = TRUE), "a text that is not empty"),
    list(function(x) sub("a", "b", x), "gsub\\(old, new, x, fixed = TRUE\\)"),
    list(function(x) strsplit(x, " "), "jz_tokenize\\(x\\)"),
    list(function(x) x + "a", "expected numbers or times, found \"a\" \\(paste0\\(\\) puts texts together\\)"),
    list(function(x) toupper(x) + x, "found texts \\(paste0"),
    list(function(x) factor("a") * x, "paste0\\(\\) puts texts together"),
    list(function(x) tolower(list(x)), "found a list that holds values of the pipeline"),
    list(function(x) paste0("a", list(x)), "found a list that holds some .do.call"),
    list(function(x) jz_str_slice(x, "a"), "^start: expected a whole number, found \"a\""),
    list(function(x) as.character(x), "numbers become none"),
    list(function(x) formatC(x, width = 2), "paste0\\(x, \"-\", y\\)"),
    list(function(x) strtrim(x, 2), "substr\\(x, 1, 3\\)"),
    list(function(x) {
      substr(x, 1, 1) <- "a"
      x
    }, "^substr\\(x, 1, 1\\) <- \"a\": .*paste0"),
    list(function(x) paste0(x, collapse = ""), "collapse = NULL"),
    list(function(x) paste(x, sep = NA), "sep as a text"),
    list(function(x) nchar(x, "bytes"), "type = \"chars\""),
    list(function(x) nchar(x, character()), "type = \"chars\""),
    list(function(x) casefold(x, NA), "^upper: expected TRUE or FALSE"),
    list(function(x) trimws(x, "top"), "^which: .*both, left, right"),
    list(function(x) trimws(x, c("left", "right")), "both, left, right"),
    list(function(x) trimws(x, whitespace = "a"), "no further arguments"),
    list(function(x) substr(x, 1:2, 3), "for all texts the same"),
    list(function(x) substr(x, NULL, 3), "for all texts the same"),
    list(function(x) jz_str_strip(x, "middle"), "^side: .*both, left, right"),
    list(function(x) jz_str_slice(x, 1.5), "a whole number"),
    list(function(x) jz_str_replace(x, "", "a"), "a text that is not empty")
  )) {
    expect_error(jz_pipeline(case[[1]]), case[[2]], class = "jazz_error_tracing", info = deparse1(case[[1]]))
  }
})
