# Every target makes what it needs of the former: `make run` and `make test` work from an empty clone.
PYTHON ?= python3
VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
# Empty: 8501, or the next port that is free.
PORT ?=

.PHONY: help setup run test test-system check format lock benchmark clean

help:
	@echo "make run          set everything up and start the app; it says where (PORT=8600 chooses)"
	@echo "make test         set everything up and run the tests"
	@echo "make setup        the environment and the pose model only"
	@echo "make check        ruff, format and mypy --strict"
	@echo "make test-system  tests that need root: browser, network namespaces"
	@echo "make benchmark    accuracy and speed tables"

$(VENV)/.run: requirements.txt pyproject.toml
	$(PYTHON) -c "import sys; v=sys.version_info; sys.exit(0 if (3,11)<=v<(3,14) else 'formcheck needs Python 3.11 to 3.13; this is %d.%d. Try: make PYTHON=python3.11 ...' % v[:2])"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	$(BIN)/python -m compileall -q formcheck  # as pip does with what it copies: no start has to do it
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

$(VENV)/.model: $(VENV)/.run models/manifest.toml
	$(BIN)/formcheck models pull full
	@touch $@

setup: $(VENV)/.run $(VENV)/.model

run: setup
	$(BIN)/formcheck app $(if $(PORT),--port $(PORT))

test: setup $(VENV)/.dev
	$(BIN)/python -m pytest -m "not system" -q -n auto --dist worksteal

test-system: setup $(VENV)/.dev
	$(BIN)/python tests/system/prepare.py
	$(BIN)/python -m pytest -m system -q

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Renews the pins. uv resolves for every supported Python and platform at once; no index is named in the result.
lock: $(VENV)/.dev
	$(BIN)/python -m uv pip compile pyproject.toml --universal --python-version 3.11 --no-emit-index-url --no-annotate --no-header -q -o requirements.txt
	$(BIN)/python -m uv pip compile requirements-dev.in -c requirements.txt --universal --python-version 3.11 --no-emit-index-url --no-annotate --no-header -q -o requirements-dev.txt

benchmark: setup $(VENV)/.dev
	$(BIN)/python benchmarks/accuracy.py
	$(BIN)/python benchmarks/throughput.py
	$(BIN)/python benchmarks/memory.py

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache
