# Two commands for a fresh machine with Python, make and a network: "make demo" and "make test".
# Each sets up what it needs in .venv, and is quick when that stands already.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CATALOGUES := $(shell find src -name '*.po')
PARTS := pyproject.toml hatch_build.py $(CATALOGUES)

.PHONY: demo test check bench fuzz format pictures docs requirements clean

demo: $(VENV)/.run
	@$(BIN)/pennypress demo

test: $(VENV)/.dev
	@tools/debian-packages
	@$(MAKE) --no-print-directory check

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	tools/run-tests $(BIN)/pytest

bench: $(VENV)/.run
	$(BIN)/python -m benchmarks.page_view

fuzz: $(VENV)/.dev
	PYTHONPATH=src $(BIN)/python -m fuzz

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

pictures: $(VENV)/.dev
	@tools/debian-packages
	$(BIN)/python -m tools.pictures

docs: $(VENV)/.dev
	$(BIN)/python -m tools.reference

requirements: $(VENV)/.dev
	tools/pin-requirements

clean:
	rm -rf $(VENV) build dist

$(VENV)/.run: requirements/run.txt $(PARTS)
	@tools/set-up "$(PYTHON)" $(VENV) requirements/run.txt
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(PARTS)
	@tools/set-up "$(PYTHON)" $(VENV) requirements/dev.txt
	@touch $@ $(VENV)/.run
