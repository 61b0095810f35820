#!/bin/bash
# check.sh FOLDER: builds the package and checks it as CRAN does, with manual and vignette, without a network, and with
# the tests that need a server or the repository. All that is said goes to the terminal and to FOLDER/r-check.log; the
# package that was checked stays in FOLDER/rjazz.Rcheck/rjazz. Errors, warnings and notes fail it, but one: the size of
# the library.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mkdir -p "$1" && cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

MAKEFLAGS=-j$(nproc)
JAZZ_REPOSITORY=$(cd "$here/../.." && pwd)
export MAKEFLAGS JAZZ_REPOSITORY NOT_CRAN=true R_RD4PDF=times,hyper
# the clock and the index of packages are asked of the network
export _R_CHECK_SYSTEM_CLOCK_=FALSE _R_CHECK_FUTURE_FILE_TIMESTAMPS_=FALSE _R_CHECK_CRAN_INCOMING_=FALSE
export _R_CHECK_RD_VALIDATE_RD2HTML_=TRUE

# CRAN's warnings, without Debian's flags, and without symbols for debuggers, which take a third of the time
export R_MAKEVARS_USER=$work/Makevars
echo 'CXX17FLAGS = -O2 -g0 -Wall -pedantic' >"$R_MAKEVARS_USER"

check() {
  git -C "$here" ls-files -z . | (cd "$here" && xargs -0 cp --parents -t "$work/source") &&
    cd "$work" &&
    Rscript --vanilla source/spelling.R source &&
    R CMD build source &&
    R CMD check --as-cran rjazz_*.tar.gz &&
    tail -n 3 rjazz.Rcheck/tests/testthat.Rout
}

mkdir "$work/source"
status=0
(check) 2>&1 | tee "$folder/r-check.log" || status=$?
rm -rf "$folder/rjazz.Rcheck"
[ ! -d "$work/rjazz.Rcheck" ] || mv "$work/rjazz.Rcheck" "$folder"
[ "$status" = 0 ] || exit "$status"

notes=$(grep -E '^\* .*(ERROR|WARNING|NOTE)$' "$folder/rjazz.Rcheck/00check.log" | grep -v '^\* checking installed package size ' || true)
if [ -n "$notes" ]; then
  printf 'not clean:\n%s\n' "$notes" >&2
  exit 1
fi
echo "clean but for the size of the library, if that was noted"
