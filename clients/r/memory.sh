#!/bin/bash
# memory.sh FOLDER: runs the tests of the installed package under valgrind, and its codec under gctorture. Faults whose
# stack has rjazz.so fail it; what is said goes to the terminal, valgrind's words to FOLDER/r-valgrind.log.
# With a second argument, only the tests whose file names match it: memory.sh build 'values-sparse'
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
log=$(mkdir -p "$1" && cd "$1" && pwd)/r-valgrind.log
filter=${2:-}
command -v valgrind >/dev/null || { echo "valgrind is needed: apt-get install valgrind" >&2; exit 1; }
tests=$(mktemp -d)
trap 'rm -rf "$tests"' EXIT
cp -r "$here/tests/testthat/." "$tests"

run() { # FILTER, then options of R
  local filter=$1
  shift
  printf 'testthat::test_dir("%s", package = "rjazz", load_package = "installed", reporter = "check", filter = "%s")\n' \
    "$tests" "$filter" >"$tests/run.R"
  R --vanilla --no-echo "$@" -f "$tests/run.R"
}

run "${filter:-.}" -d "valgrind --leak-check=no --num-callers=30 --log-file=$log"
if grep -F 'rjazz.so' "$log"; then
  echo "faults in rjazz: $log" >&2
  exit 1
fi
tail -n 1 "$log"

[ -n "$filter" ] || JAZZ_TORTURE=some run values-random
