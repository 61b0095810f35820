library(testthat)
library(rjazz)

test_check("rjazz")
