// The order of elements: last index fastest (C) to first index fastest (R's) and back.
#include "values.h"

#include <vector>

namespace {

// Moves elements so that the first index becomes the fastest; `dim` are the lengths in the order in which indices get
// slower in `from`. `move(to, from)` moves one element.
template <typename Move>
void reorder(const std::vector<R_xlen_t> &dim, Move move) {
  const std::size_t rank = dim.size();
  R_xlen_t count = 1;
  for (const R_xlen_t length : dim) count *= length;
  if (count == 0) return;
  if (rank == 2) {  // in squares that fit into the cache
    constexpr R_xlen_t kSide = 32;
    const R_xlen_t fast = dim[0], slow = dim[1];
    for (R_xlen_t column = 0; column < slow; column += kSide)
      for (R_xlen_t row = 0; row < fast; row += kSide)
        for (R_xlen_t j = column; j < slow && j < column + kSide; ++j)
          for (R_xlen_t i = row; i < fast && i < row + kSide; ++i) move(i * slow + j, j * fast + i);
    return;
  }
  // What a step of each index is in the result: there the last of `dim` is the fastest.
  std::vector<R_xlen_t> step(rank), index(rank, 0);
  R_xlen_t size = 1;
  for (std::size_t axis = rank; axis-- > 0;) {
    step[axis] = size;
    size *= dim[axis];
  }
  R_xlen_t to = 0;
  for (R_xlen_t from = 0; from < count; ++from) {
    move(to, from);
    for (std::size_t axis = 0; axis < rank; ++axis) {
      to += step[axis];
      if (++index[axis] < dim[axis]) break;
      to -= step[axis] * dim[axis];
      index[axis] = 0;
    }
  }
}

template <typename T>
void reorder_memory(const std::vector<R_xlen_t> &dim, T *to, const T *from) {
  reorder(dim, [=](R_xlen_t there, R_xlen_t here) { to[there] = from[here]; });
}

}  // namespace

// The elements of an array in the reverse order of indices, without attributes. `dim` is what the lengths are from
// the fastest to the slowest index in `x`.
// [[Rcpp::export(rng = false)]]
SEXP reverse_indices(SEXP x, Rcpp::NumericVector dim) {
  std::vector<R_xlen_t> lengths;
  double count = 1;
  for (const double length : dim) {
    lengths.push_back(static_cast<R_xlen_t>(length));
    count *= length;
  }
  if (count != static_cast<double>(Rf_xlength(x))) Rcpp::stop("internal: dimensions that are not those of the vector");
  Rcpp::Shield<SEXP> turned(Rf_allocVector(TYPEOF(x), Rf_xlength(x)));
  SEXP to = turned;
  switch (TYPEOF(x)) {
    case LGLSXP:
      reorder_memory(lengths, LOGICAL(to), LOGICAL(x));
      break;
    case INTSXP:
      reorder_memory(lengths, INTEGER(to), INTEGER(x));
      break;
    case REALSXP:
      reorder_memory(lengths, REAL(to), REAL(x));
      break;
    case CPLXSXP:
      reorder_memory(lengths, COMPLEX(to), COMPLEX(x));
      break;
    case RAWSXP:
      reorder_memory(lengths, RAW(to), RAW(x));
      break;
    case STRSXP:
      reorder(lengths, [=](R_xlen_t there, R_xlen_t here) { SET_STRING_ELT(to, there, STRING_ELT(x, here)); });
      break;
    case VECSXP:
      reorder(lengths, [=](R_xlen_t there, R_xlen_t here) { SET_VECTOR_ELT(to, there, VECTOR_ELT(x, here)); });
      break;
    default:
      Rcpp::stop("internal: no order of a %s", Rf_type2char(TYPEOF(x)));
  }
  return turned;
}

// Sets an attribute of a vector that this package has just made, without the copy that R would make while another
// list refers to it.
// [[Rcpp::export(rng = false)]]
SEXP with_attribute(SEXP x, std::string name, SEXP value) {
  Rf_setAttrib(x, Rf_install(name.c_str()), value);
  return x;
}

// Takes the vector out of a target: nothing else refers to it then, and R need not copy it when it is changed.
// [[Rcpp::export(rng = false)]]
SEXP take_vector(Rcpp::List targets, int place) {
  Rcpp::List target = targets[place];
  const R_xlen_t at = target.findName("vector");
  Rcpp::Shield<SEXP> vector(VECTOR_ELT(target, at));
  SET_VECTOR_ELT(target, at, R_NilValue);
  return vector;
}
