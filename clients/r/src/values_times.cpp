// Times: seconds in doubles to counts of s, ms, us or ns in int64s, and back.
//
// A count stands for the double that is nearest to it in seconds. A double is an exact time if such a count gives it
// back; a count is exact if the double that stands for it leads back to it. In nanoseconds many counts share a double:
// it stands for the whole microsecond if it is the nearest double of one, else for the nanosecond nearest to it.
#include "values.h"

#include <cmath>

using values::load;
using values::store;

namespace {

constexpr std::int64_t kPower[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000};

// The double in seconds that a count stands for.
double seconds_of(std::int64_t count, int digits) {
  if (digits == 0) return static_cast<double>(count);
  const std::int64_t power = kPower[digits];
  // Up to here both are doubles, and a division of doubles rounds once.
  if (count <= values::kExactInt64 && count >= -values::kExactInt64)
    return static_cast<double>(count) / static_cast<double>(power);
  return static_cast<double>(count / power) + static_cast<double>(count % power) / static_cast<double>(power);
}

// The count that is nearest to a number of seconds, if an int64 holds it.
bool nearest_count(double seconds, int digits, std::int64_t &count) {
  if (!std::isfinite(seconds)) return false;
  const double whole = std::trunc(seconds);
  const double part = std::nearbyint((seconds - whole) * static_cast<double>(kPower[digits]));
  if (std::fabs(whole) >= 9223372036854775808.0) return false;
  std::int64_t scaled = 0;
  if (__builtin_mul_overflow(static_cast<std::int64_t>(whole), kPower[digits], &scaled)) return false;
  return !__builtin_add_overflow(scaled, static_cast<std::int64_t>(part), &count);
}

// The count of a number of seconds; `exact` says whether it stands for just that number. Times whose units are not
// seconds are `scale` seconds each: what is compared is the number in their unit.
bool count_of(double number, double scale, int digits, std::int64_t &count, bool &exact) {
  const double seconds = number * scale;
  const auto stands_for = [&](std::int64_t candidate, int places) {
    return seconds_of(candidate, places) / scale == number;
  };
  if (digits == 9) {
    std::int64_t micros = 0;
    if (nearest_count(seconds, 6, micros) && stands_for(micros, 6) && !__builtin_mul_overflow(micros, 1000, &count) &&
        stands_for(count, 9)) {
      exact = true;
      return true;
    }
  }
  if (!nearest_count(seconds, digits, count)) return false;
  exact = stands_for(count, digits);
  return true;
}

}  // namespace

// Times as counts of 10^-digits s (int64s in doubles), missing ones 0; `scale` is the unit of the times in seconds.
// `bad` is the place (from 1) of the first time that no count stands for, or 0. `nearest`: the nearest count will do.
// [[Rcpp::export(rng = false)]]
Rcpp::List times_to_counts(Rcpp::NumericVector x, double scale, int digits, bool nearest) {
  Rcpp::NumericVector counts(Rcpp::no_init(x.size()));
  double bad = 0;
  for (R_xlen_t place = 0; place < x.size() && bad == 0; ++place) {
    std::int64_t count = 0;
    bool exact = false;
    if (!values::is_na_real(REAL(x)[place])) {
      const bool there = count_of(REAL(x)[place], scale, digits, count, exact);
      if (!there || !(exact || nearest)) bad = static_cast<double>(place) + 1;
    }
    store(REAL(counts), place, count);
  }
  return Rcpp::List::create(Rcpp::_["counts"] = counts, Rcpp::_["bad"] = bad);
}

// Makes counts seconds, in place. Gives the place (from 1) of the first that is not exact, or 0; nothing is changed
// then, unless the `nearest` double will do.
// [[Rcpp::export(rng = false)]]
double counts_to_times(Rcpp::NumericVector x, int digits, bool nearest) {
  double *elements = REAL(x);
  if (!nearest) {
    for (R_xlen_t place = 0; place < x.size(); ++place) {
      const auto count = load<std::int64_t>(elements, place);
      std::int64_t again = 0;
      bool exact = false;
      if (!count_of(seconds_of(count, digits), 1.0, digits, again, exact) || again != count)
        return static_cast<double>(place) + 1;
    }
  }
  for (R_xlen_t place = 0; place < x.size(); ++place)
    elements[place] = seconds_of(load<std::int64_t>(elements, place), digits);
  return 0;
}

// Dates as days (int32), missing ones 0. Or the place (from 1) of the first that is not a whole day of an int32.
// `down`: fractions are cut to the day that they lie in.
// [[Rcpp::export(rng = false)]]
SEXP dates_to_days(Rcpp::NumericVector x, bool down) {
  Rcpp::IntegerVector days(Rcpp::no_init(x.size()));
  for (R_xlen_t place = 0; place < x.size(); ++place) {
    const double day = down ? std::floor(REAL(x)[place]) : REAL(x)[place];
    if (values::is_na_real(REAL(x)[place])) {
      INTEGER(days)[place] = 0;
    } else if (day >= -2147483648.0 && day <= 2147483647.0 && std::trunc(day) == day) {
      INTEGER(days)[place] = static_cast<int>(day);
    } else {
      return Rcpp::wrap(static_cast<double>(place) + 1);
    }
  }
  return days;
}
