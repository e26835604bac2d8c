# Every target works alone on a fresh clone and needs python3 with venv and pip, nothing else.
PYTHON ?= python3
BIN := .venv/bin
MINUTES ?= 10

.PHONY: demo test conformance soak lint check clean

.venv/installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet --editable . --group lint --group test
	@touch $@

demo: .venv/installed
	$(BIN)/python -m examples.demo

test: .venv/installed
	$(BIN)/pytest --cov --cov-report=term

conformance: .venv/installed
	$(BIN)/python -m tests.conformance

soak: .venv/installed
	$(BIN)/python -m tests.simulation --minutes $(MINUTES)

lint: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

check: lint test

clean:
	rm -rf .venv demo-out .coverage .pytest_cache .mypy_cache .ruff_cache
