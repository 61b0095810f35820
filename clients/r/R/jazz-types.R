# nolint start: line_length_linter.
#' Types: R and Jazz
#'
#' What becomes what, what is exact, and what is refused. [jz_put()] and [jz_get()] use these tables, and
#' [jz_there_and_back()] shows without a server what becomes of an object. Three rules hold everywhere:
#'
#' * **Nothing is lost silently.** What cannot be stored, or held by R, as it is, is an error of class
#'   `jazz_error_unrepresentable`, which says where it is, what was expected, what was found and what to do. Attributes
#'   that have no place are said in a warning of class `jazz_warning_attributes`.
#' * **Missing is not NaN.** `NA` is marked as missing whatever the type. A NaN stays a NaN, with all its bits.
#' * **Layout stays.** R's arrays are stored as they lie, first index fastest. What comes in another order, type or
#'   unit is R's nearest type, and stored again as it was.
#'
#' @section From R:
#'
#' | object | value | comes back as |
#' |---|---|---|
#' | `NULL` | null | the same |
#' | logical | bool | the same |
#' | integer | int32 | the same |
#' | double | float64 | the same; `-0`, `Inf` and every NaN to the bit |
#' | complex | complex128; missing where a part is `NA` | the same |
#' | character | string | the same, in UTF-8 (latin1 and native texts are translated) |
#' | raw | bytes, a scalar | the same |
#' | list of raw vectors, `NULL` for missing ones; class `blob` | bytes, a vector | class `blob` |
#' | factor, ordered | factor, with levels that no element has | the same |
#' | Date of whole days | date | the same, in doubles |
#' | POSIXct, POSIXlt | timestamp in us if that is exact, else in the nearest ns | POSIXct with the zone; without one, with that of the session |
#' | difftime | duration in us if that is exact, else in the nearest ns | difftime in seconds |
#' | integer64 (package bit64) | int64 | double up to 2^53, with a comment; or as `bigint` says |
#' | vector with names | a vector along the axis `rows`, the names its labels | the same |
#' | matrix, array, table | a tensor in Fortran order; dimnames are labels of axes, their names the names of the axes | the same, without the class `table`; of one dimension without dimnames: a vector |
#' | data frame, tibble, data.table | a table along one axis, row names its labels unless they are automatic | data frame |
#' | list with names that differ | a table | the same |
#' | `ts`, several columns or one | a table of `tsp` and `data` | the same |
#' | `dgCMatrix`, `dgRMatrix`, `dgTMatrix`, `lg.Matrix`, `ng.Matrix` | CSC, CSR, COO; an `n` matrix a pattern without data | the same; triplets sorted, those at one place added |
#' | `ds.Matrix`, `dt.Matrix`, `ls.`, `nt.` and so on | written out | `dg.Matrix`, `lg.`, `ng.` |
#' | `ddiMatrix`, `ldiMatrix` | CSC, its whole diagonal stored | `dgCMatrix`, `lgCMatrix` |
#' | `pMatrix`, `indMatrix` | CSR, a pattern | `ngRMatrix` |
#' | `sparseVector` | COO of one dimension | the same |
#' | dense matrices of package Matrix | a tensor | matrix |
#'
#' Dimensions with labels and without a name are called `rows`, `columns`, `dim3` and so on. Columns of a data frame can
#' be vectors, matrices, and lists of raw vectors. Dimensions of one name lie along one axis, as of a correlation matrix
#' `names(dimnames(x)) <- c("gene", "gene")`.
#'
#' Refused, with what to do: lists without names, list columns, levels that are `NA`, texts that are marked as bytes or
#' not valid, dates with fractions, times and spans that are infinite or `NaN`, objects of classes that are not in the table.
#'
#' Times of the clock come back to the bit: a double of today counts in steps of a quarter of a microsecond, and each
#' has a nanosecond that stands for it. Differences of two of them are doubles with steps far finer than that. They are
#' the one thing that is rounded without being asked for, to the nearest nanosecond, which no clock of R can tell. Where a
#' vector has such times together with some that nanoseconds do not reach (the years before 1677 and after 2262), it is
#' refused, and `times = "nearest"` rounds to microseconds.
#'
#' 64-bit integers are numbers of R unless asked for otherwise, since base R reads an integer64 wrongly where package bit64
#' is not attached: as an index, in arithmetic, in `c()`. Numbers are exact up to 2^53, and what is beyond is refused.
#'
#' @section To R:
#'
#' | value | object |
#' |---|---|
#' | int8, int16, uint8, uint16 | integer, with a comment |
#' | int32 | integer; double with a comment where -2^31 is an element, since R's `NA` has its bits |
#' | uint32, float16, float32 | double, with a comment |
#' | int64, uint64 | as `bigint` says, with a comment: numeric (the default; refused beyond 2^53), integer64, character |
#' | complex64 | complex, with a comment |
#' | a scalar | a vector of length 1, with a comment |
#' | C order | an array, with a comment if `keep_order = TRUE` |
#' | timestamp of a wall clock | POSIXct in UTC, with a comment |
#' | a fixed offset | POSIXct in the zone `Etc/GMT-2` and so on, if it is one of whole hours, else in UTC, with a comment |
#' | timestamp and duration in s, ms, ns | POSIXct and difftime, with a comment |
#' | a vector along an axis that is not called `rows` | an array of one dimension with named dimnames |
#' | labels that are no texts | texts in names and dimnames; themselves in the comment |
#' | a table of dense tensors along one axis | data frame; labels that cannot be row names are its first column |
#' | sparse matrix of integers, float16, float32 | `dgCMatrix` and so on, with a comment |
#' | a unit | the comment; it is forgotten when elements change |
#'
#' The comment says what the value is beyond what R can say: `comment(x)` is `<float32>`. It is an attribute that R never
#' prints, and a memory: with it, the object is stored again just as it was. Functions of R that drop attributes drop it;
#' then, or when elements no longer fit its type, the object is stored as R holds it. `identical()` and `all.equal()` look
#' at attributes, so that [jz_plain()], which forgets it, is for comparisons; [jz_as_type()] sets a type. Arrays are stored
#' column by column, also those that came row by row (C order): it is the same value for all who read it, and
#' `keep_order = TRUE` stores them just as they were.
#'
#' What R cannot hold is refused, and [jz_value_options()] has a form that can: integers beyond 2^53 or 2^63, times that
#' no double holds (nanoseconds, mostly), texts with U+0000, sparse arrays of three dimensions or of times, of complex
#' matrices or with other absent entries than zero, 2^31 stored entries. A NaN that others made with the bits of R's
#' `NA_real_` is refused unless `lossy = TRUE`.
#'
#' @examples
#' jz_there_and_back(c(a = 1.5, b = NA, c = NaN))
#' jz_there_and_back(as.POSIXct("2024-07-01 12:00", tz = "Europe/Vienna"))
#' x <- Matrix::sparseMatrix(i = c(1, 3), j = c(2, 2), x = c(0.5, NA), dims = c(3, 4))
#' jz_there_and_back(x)
#' identical(jz_there_and_back(iris), iris)
#'
#' # as a type that R lacks
#' x <- jz_there_and_back(jz_as_type(c(0.5, 2), "float32"))
#' x
#' comment(x)
#' x * 3
#'
#' # refused, with what to do
#' try(jz_there_and_back(list(day = as.Date("2024-01-01") + 0.5)))
#' tryCatch(
#'   jz_there_and_back(list(1, 2)),
#'   jazz_error_unrepresentable = function(refusal) refusal$advice
#' )
#' @seealso [jz_value_options()], [jz_as_type()]
#' @name jazz-types
NULL
# nolint end
