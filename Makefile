# The README's two commands are `make demo` and `make test`; each sets up all that it needs in .venv.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: demo test lint bench docs lock clean

demo: $(VENV)/.core
	$(BIN)/daliz report --output out/dossier.html --open

test: $(VENV)/.dev
	$(BIN)/pytest -n 2

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/.bench
	$(BIN)/python -m benchmarks

docs: $(VENV)/.dev
	$(BIN)/python scripts/make_docs.py

lock: $(VENV)/.dev
	$(BIN)/python scripts/make_lock.py

clean:
	rm -rf $(VENV) out

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.core: pyproject.toml requirements.lock | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock -e .
	touch $@

$(VENV)/.dev: pyproject.toml requirements.lock | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock -e ".[dev]"
	touch $(VENV)/.core $@

$(VENV)/.bench: $(VENV)/.dev benchmarks/requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock -r benchmarks/requirements.txt
	touch $@
