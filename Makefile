# Every target works alone on a fresh clone and needs python3 with venv and pip, nothing else.
PYTHON ?= python3
BIN := .venv/bin
MINUTES ?= 10

.PHONY: demo test conformance soak bench lint check clean

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

# An environment of its own: one of the peers replaces urllib3.
.venv-bench/installed: pyproject.toml
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/pip install --quiet --upgrade pip
	.venv-bench/bin/pip install --quiet --editable . --group bench
	@touch $@

bench: .venv-bench/installed
	.venv-bench/bin/python -m tests.bench --json bench.json

lint: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

check: lint test

clean:
	rm -rf .venv .venv-bench demo-out bench.json .coverage .pytest_cache .mypy_cache .ruff_cache
