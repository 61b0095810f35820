#include "leftovers.h"

#include <Rcpp.h>

#include <list>
#include <utility>

namespace {

// Never destroyed: it would be when R is no more.
std::list<std::function<bool()>>& kept() {
  static auto* list = new std::list<std::function<bool()>>;
  return *list;
}

}  // namespace

void keep_until(std::function<bool()> done) { kept().push_back(std::move(done)); }

void drop_leftovers() {
  kept().remove_if([](const auto& done) { return done(); });
}

// How many calls gRPC is not done with; for tests.
// [[Rcpp::export(rng = false)]]
int count_leftovers() {
  drop_leftovers();
  return static_cast<int>(kept().size());
}
