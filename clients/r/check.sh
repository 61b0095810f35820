#!/bin/bash
# check.sh FOLDER: builds the package and checks it as CRAN does, with manual and vignette, without a network. All that is
# said goes to the terminal and to FOLDER/r-check.log. Errors, warnings and notes fail it, but one: the size of the library.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mkdir -p "$1" && cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

export MAKEFLAGS="-j$(nproc)" R_RD4PDF=times,hyper
# the clock and the index of packages are asked of the network
export _R_CHECK_SYSTEM_CLOCK_=FALSE _R_CHECK_FUTURE_FILE_TIMESTAMPS_=FALSE _R_CHECK_CRAN_INCOMING_=FALSE
# flags that Debian's R has for all packages are not ours
export _R_CHECK_COMPILATION_FLAGS_KNOWN_="-Wformat -Werror=format-security -Wdate-time"
export _R_CHECK_RD_VALIDATE_RD2HTML_=TRUE

check() {
  git -C "$here" ls-files -z . | (cd "$here" && xargs -0 cp --parents -t "$work/source")
  cd "$work"
  Rscript --vanilla source/spelling.R source
  R CMD build source && R CMD check --as-cran rjazz_*.tar.gz
}

mkdir "$work/source"
(check) 2>&1 | tee "$folder/r-check.log"
rm -rf "$folder/rjazz.Rcheck"
mv "$work/rjazz.Rcheck" "$folder/rjazz.Rcheck"

notes=$(grep -E '^\* .*(ERROR|WARNING|NOTE)$' "$folder/rjazz.Rcheck/00check.log" | grep -v '^\* checking installed package size ' || true)
if [ -n "$notes" ]; then
  printf 'not clean:\n%s\n' "$notes" >&2
  exit 1
fi
echo "clean but for the size of the library, if that was noted"
