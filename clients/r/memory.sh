#!/bin/bash
# memory.sh FOLDER [FILTER]: looks for faults of memory in the package while its tests run, in three ways:
#   sanitizers  all tests, with the package compiled for the address and the undefined behaviour sanitizer
#   valgrind    all tests, with the package that is installed; many times slower, sees libraries and uninitialised memory
#   gctorture   the codec, while R collects garbage at every few allocations; with the sanitizers, too
# A fault fails it. What is said goes to the terminal, reports to FOLDER/r-sanitizers.log and FOLDER/r-valgrind.log. With
# FILTER, only the tests whose file names match it, without gctorture: memory.sh build 'values-sparse'
# Needs g++ with libasan and libubsan, and valgrind. JAZZ_MEMORY="sanitizers gctorture" leaves out the rest.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mkdir -p "$1" && cd "$1" && pwd)
filter=${2:-}
ways=${JAZZ_MEMORY:-sanitizers gctorture valgrind}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

MAKEFLAGS=-j$(nproc)
JAZZ_REPOSITORY=$(cd "$here/../.." && pwd)
export MAKEFLAGS JAZZ_REPOSITORY NOT_CRAN=true
cp -r "$here/tests/testthat/." "$work/tests"

# the servers that tests start are other programs, and not looked at
cat >"$work/run.R" <<'SCRIPT'
Sys.unsetenv("LD_PRELOAD")
arguments <- commandArgs(trailingOnly = TRUE)
testthat::test_dir(
  arguments[[1L]], package = "rjazz", load_package = "installed", reporter = "summary", filter = arguments[[2L]]
)
SCRIPT

# The package, compiled with sanitizers, in a library of its own.
instrumented() {
  mkdir "$work/source" "$work/library"
  git -C "$here" ls-files -z . | (cd "$here" && xargs -0 cp --parents -t "$work/source")
  echo 'CXX17FLAGS = -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined' >"$work/Makevars"
  R_MAKEVARS_USER=$work/Makevars R CMD INSTALL --no-test-load --no-docs --library="$work/library" "$work/source"
}

# Tests with the instrumented package. R itself is not instrumented, so that the sanitizers are loaded before it.
sanitized() { # FILTER
  local preload
  preload=$(for name in libasan libubsan libstdc++; do printf '%s:' "$(g++ -print-file-name=$name.so)"; done)
  R_LIBS=$work/library:${R_LIBS:-} \
    ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=1:log_path="$work/sanitizers" \
    UBSAN_OPTIONS=print_stacktrace=1:log_path="$work/sanitizers" \
    R CMD env LD_PRELOAD="$preload" "$(R RHOME)/bin/exec/R" --vanilla --no-echo -f "$work/run.R" \
    --args "$work/tests" "$1"
}

# Shows what the sanitizers wrote, and fails if that is anything.
sane() {
  find "$work" -maxdepth 1 -name 'sanitizers*' -exec cat {} + | tee "$folder/r-sanitizers.log"
  [ ! -s "$folder/r-sanitizers.log" ] || { echo "faults: $folder/r-sanitizers.log" >&2; return 1; }
}

case " $ways " in *" sanitizers "* | *" gctorture "*) instrumented ;; esac
for way in $ways; do
  echo "== $way"
  case $way in
    sanitizers)
      sanitized "${filter:-.}" || { sane; exit 1; }
      sane
      ;;
    gctorture)
      [ -z "$filter" ] || continue
      JAZZ_TORTURE=10 sanitized values-random || { sane; exit 1; }
      sane
      ;;
    valgrind)
      log=$folder/r-valgrind.log
      R --vanilla --no-echo -d "valgrind --leak-check=no --num-callers=30 --log-file=$log" \
        -f "$work/run.R" --args "$work/tests" "${filter:-.}"
      if grep -F 'rjazz.so' "$log"; then
        echo "faults: $log" >&2
        exit 1
      fi
      tail -n 1 "$log"
      ;;
    *)
      echo "memory.sh: sanitizers, gctorture and valgrind there are, and no $way" >&2
      exit 2
      ;;
  esac
done
