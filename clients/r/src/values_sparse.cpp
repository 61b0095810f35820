// Sparse tensors: indices between R's types and the wire's, and the order of entries.
#include "values.h"

#include <algorithm>
#include <numeric>
#include <vector>

using values::load;
using values::store;

namespace {

// How many indices of a block are not larger than those before them: a loop that compilers make vector instructions of.
constexpr R_xlen_t kBlock = 1024;
unsigned descents_of_block(const int *index) {
  unsigned found = 0;
  for (R_xlen_t entry = 0; entry < kBlock; ++entry) found += index[entry] <= index[entry - 1];
  return found;
}

R_xlen_t descents(const int *index, R_xlen_t start, R_xlen_t stop) {
  R_xlen_t found = 0;
  for (; start + kBlock <= stop; start += kBlock) found += descents_of_block(index + start);
  for (; start < stop; ++start) found += index[start] <= index[start - 1];
  return found;
}

}  // namespace

// Whether compressed indices are canonical: positions begin at 0, do not decrease and end at the number of entries;
// indices of each row (column) grow and are in range.
// [[Rcpp::export(rng = false)]]
bool canonical_compressed(Rcpp::IntegerVector positions, Rcpp::IntegerVector indices, double minor) {
  const int *position = INTEGER(positions), *index = INTEGER(indices);
  const R_xlen_t major = positions.size() - 1, count = indices.size();
  if (major < 0 || position[0] != 0 || position[major] != count) return false;
  for (R_xlen_t place = 0; place < major; ++place)
    if (position[place + 1] < position[place]) return false;
  R_xlen_t between = 0;  // indices that are not larger than those before them, which are of another row
  for (R_xlen_t place = 0; place < major; ++place) {
    const int start = position[place], stop = position[place + 1];
    if (start == stop) continue;
    if (index[start] < 0 || index[stop - 1] >= minor) return false;
    between += start > 0 && index[start] <= index[start - 1];
  }
  return descents(index, 1, count) == between;
}

// Whether coordinates (one vector for each dimension) are in range, sorted and unique.
// [[Rcpp::export(rng = false)]]
bool canonical_coordinates(Rcpp::List indices, Rcpp::NumericVector dim) {
  std::vector<const int *> at;
  R_xlen_t count = 0;
  for (R_xlen_t axis = 0; axis < indices.size(); ++axis) {
    const Rcpp::IntegerVector coordinates = indices[axis];
    at.push_back(coordinates.begin());
    count = coordinates.size();
    for (const int index : coordinates)
      if (index < 0 || index >= dim[axis]) return false;
  }
  for (R_xlen_t entry = 1; entry < count; ++entry) {
    bool grows = false;
    for (const int *coordinates : at) {
      if (coordinates[entry] == coordinates[entry - 1]) continue;
      grows = coordinates[entry] > coordinates[entry - 1];
      break;
    }
    if (!grows) return false;
  }
  return true;
}

namespace {

// Moves `order` to where `key` of it is sorted, by counting: keys from 0 to `largest`.
void counted_order(const int *key, int largest, std::vector<R_xlen_t> &order) {
  std::vector<R_xlen_t> next(static_cast<std::size_t>(largest) + 2, 0), moved(order.size());
  for (const R_xlen_t entry : order) ++next[static_cast<std::size_t>(key[entry]) + 1];
  std::partial_sum(next.begin(), next.end(), next.begin());
  for (const R_xlen_t entry : order) moved[next[key[entry]]++] = entry;
  order.swap(moved);
}

// The entries in the order of rows, then columns; those at one place in the order that they have.
std::vector<R_xlen_t> sorted_order(const int *row, const int *column, R_xlen_t count) {
  std::vector<R_xlen_t> order(count);
  std::iota(order.begin(), order.end(), R_xlen_t{0});
  if (count == 0) return order;
  const int rows = *std::max_element(row, row + count), columns = *std::max_element(column, column + count);
  if (rows / 4 <= count && columns / 4 <= count) {
    counted_order(column, columns, order);
    counted_order(row, rows, order);
    return order;
  }
  std::stable_sort(order.begin(), order.end(), [=](R_xlen_t a, R_xlen_t b) {
    return row[a] != row[b] ? row[a] < row[b] : column[a] < column[b];
  });
  return order;
}

}  // namespace

// The entries of a triplet matrix sorted by row, then column. Those at one place become one, as Matrix reads them:
// numbers are added; of truth values one is enough. `x` is NULL for a pattern.
// [[Rcpp::export(rng = false)]]
Rcpp::List sorted_triplets(Rcpp::IntegerVector i, Rcpp::IntegerVector j, SEXP x) {
  const R_xlen_t count = i.size();
  if (j.size() != count || (x != R_NilValue && Rf_xlength(x) != count)) Rcpp::stop("slots of different lengths");
  const int *row = INTEGER(i), *column = INTEGER(j);
  const std::vector<R_xlen_t> order = sorted_order(row, column, count);
  std::vector<R_xlen_t> first;  // of the entries at each place
  for (R_xlen_t entry = 0; entry < count; ++entry)
    if (entry == 0 || row[order[entry]] != row[order[entry - 1]] || column[order[entry]] != column[order[entry - 1]])
      first.push_back(entry);
  const auto places = static_cast<R_xlen_t>(first.size());
  first.push_back(count);
  Rcpp::IntegerVector rows(Rcpp::no_init(places)), columns(Rcpp::no_init(places));
  for (R_xlen_t place = 0; place < places; ++place) {
    INTEGER(rows)[place] = row[order[first[place]]];
    INTEGER(columns)[place] = column[order[first[place]]];
  }
  Rcpp::RObject elements = R_NilValue;
  if (x != R_NilValue) {
    elements = Rf_allocVector(TYPEOF(x), places);
    for (R_xlen_t place = 0; place < places; ++place) {
      if (TYPEOF(x) == REALSXP) {
        double sum = REAL(x)[order[first[place]]];
        for (R_xlen_t entry = first[place] + 1; entry < first[place + 1]; ++entry) {
          const double further = REAL(x)[order[entry]];
          // Which of two NaNs survives a sum is up to the processor: what is missing stays so.
          sum = values::is_na_real(sum) || values::is_na_real(further) ? NA_REAL : sum + further;
        }
        REAL(elements)[place] = sum;
      } else {
        int any = 0;
        for (R_xlen_t entry = first[place]; entry < first[place + 1]; ++entry) {
          const int further = LOGICAL(x)[order[entry]];
          if (further == NA_LOGICAL ? any == 0 : further != 0) any = further == NA_LOGICAL ? NA_LOGICAL : 1;
        }
        LOGICAL(elements)[place] = any;
      }
    }
  }
  return Rcpp::List::create(Rcpp::_["i"] = rows, Rcpp::_["j"] = columns, Rcpp::_["x"] = elements);
}

// Indices (integers, or whole doubles) less `base` as those of the wire: integers, or int64s in doubles.
// [[Rcpp::export(rng = false)]]
SEXP wire_indices(SEXP x, int base, bool int64) {
  const R_xlen_t count = Rf_xlength(x);
  Rcpp::Shield<SEXP> indices(Rf_allocVector(int64 ? REALSXP : INTSXP, count));
  for (R_xlen_t place = 0; place < count; ++place) {
    const std::int64_t index =
        (TYPEOF(x) == INTSXP ? INTEGER(x)[place] : static_cast<std::int64_t>(REAL(x)[place])) - base;
    if (int64)
      store(REAL(indices), place, index);
    else
      INTEGER(indices)[place] = static_cast<int>(index);
  }
  return indices;
}

// The indices of the wire plus `base`: integers if all are below 2^31, else doubles; NULL when one is negative or not
// below `limit`, which is 2^53 at most.
// [[Rcpp::export(rng = false)]]
SEXP r_indices(SEXP x, int base, double limit, bool as_double) {
  const R_xlen_t count = Rf_xlength(x);
  const bool int64 = TYPEOF(x) == REALSXP;
  Rcpp::Shield<SEXP> indices(Rf_allocVector(as_double ? REALSXP : INTSXP, count));
  for (R_xlen_t place = 0; place < count; ++place) {
    const std::int64_t index = int64 ? load<std::int64_t>(REAL(x), place) : INTEGER(x)[place];
    if (index < 0 || static_cast<double>(index) >= limit) return R_NilValue;
    if (as_double)
      REAL(indices)[place] = static_cast<double>(index + base);
    else
      INTEGER(indices)[place] = static_cast<int>(index + base);
  }
  return indices;
}
