# Every target works alone on a fresh clone and needs python3 with venv and pip, nothing else.
# PYTHON=python3.13 is for another Python; it gets an environment of its own.
PYTHON ?= python3
VENV := $(if $(filter python3,$(PYTHON)),.venv,.venv-$(notdir $(PYTHON)))
BIN := $(VENV)/bin
MINUTES ?= 10
COVERAGE ?= --cov --cov-report=term

.PHONY: demo fleet serve test test-oldest conformance soak soak-serve repeat mutants bench bench-quick publish-bench \
	profile bench-fleet dashboards clickhouse docs lint check clean

$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet --editable ".[fleet,serve]" --group lint --group test --group docs
	@touch $@

demo: $(VENV)/installed
	$(BIN)/python -m examples.demo

# A simulated week of a thousand docks in the browser; FLEET="--docks 100 --days 2 --seed 3 --fresh" makes another one.
fleet: $(VENV)/installed
	$(BIN)/python -m examples.fleet $(FLEET)

# The carousel in the browser, against the demo's content server; SERVE="--no-open --port 0" is for its command.
serve: $(VENV)/installed
	$(BIN)/python -m examples.serve $(SERVE)

# On all processors; each file on one of them, as what its tests share is started once.
test: $(VENV)/installed
	$(BIN)/pytest --numprocesses auto --dist loadfile $(COVERAGE)

# The transports and clients of httpx2 once more with the oldest version that pyproject.toml allows.
OLDEST := $(shell sed -nE 's/.*"(httpx2)>=([0-9.]+)".*/\1==\2/p' pyproject.toml)

.venv-oldest/installed: pyproject.toml
	$(PYTHON) -m venv .venv-oldest
	.venv-oldest/bin/pip install --quiet --upgrade pip
	.venv-oldest/bin/pip install --quiet --editable . --group test $(OLDEST)
	@touch $@

test-oldest: .venv-oldest/installed
	.venv-oldest/bin/pytest -q tests/http/test_messages.py tests/http/test_family.py tests/http/test_transport.py

conformance: $(VENV)/installed
	$(BIN)/python -m tests.conformance

soak: $(VENV)/installed
	$(BIN)/python -m tests.simulation --minutes $(MINUTES)

# Whether a server's memory stays flat: an hour of the carousel at 10x, or ten times MINUTES of it.
soak-serve: $(VENV)/installed
	$(BIN)/python -m tests.serve.soak $(if $(filter command line environment,$(origin MINUTES)),--minutes $(MINUTES))

# Whether every app and example gives the same to the byte, run 200 times or for MINUTES (tests/repeat).
repeat: $(VENV)/installed
	$(BIN)/python -m tests.repeat $(if $(filter command line environment,$(origin MINUTES)),--minutes $(MINUTES))

# Which faults in the code no test sees: a sample of them, in 20 minutes (tests/mutation).
mutants: $(VENV)/installed
	$(BIN)/python -m tests.mutation

# An environment of its own: one of the peers replaces urllib3.
.venv-bench/installed: pyproject.toml
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/pip install --quiet --upgrade pip
	.venv-bench/bin/pip install --quiet --editable ".[fleet]" --group bench
	@touch $@

bench: .venv-bench/installed
	.venv-bench/bin/python -m tests.bench --json bench.json

# The most important of it, in two minutes.
bench-quick: .venv-bench/installed
	.venv-bench/bin/python -m tests.bench --quick

# The flame graph on the page, docs/profile.svg: where a traced request's time goes.
profile: .venv-bench/installed
	.venv-bench/bin/python -m tests.bench.profile

# What bench.json says becomes what docs/performance.md says.
publish-bench: .venv-bench/installed
	.venv-bench/bin/python -m tests.bench --table bench.json

# How fast a fleet's spans are kept, and questions about them answered.
SPANS ?= 5000000
PEERS ?=
bench-fleet: $(VENV)/installed $(if $(PEERS),.venv-peers/installed)
	$(BIN)/python -m tests.fleet.bench --spans $(SPANS)
	$(if $(PEERS),$(BIN)/python -m tests.fleet.bench_peers)

# What others use, measured beside it with PEERS=1.
.venv-peers/installed: pyproject.toml
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/pip install --quiet --upgrade pip
	.venv-peers/bin/pip install --quiet --group peers
	@touch $@

# The dashboards in telemetry/grafana, after a change of what makes them.
dashboards: $(VENV)/installed
	$(BIN)/python telemetry/grafana/make.py

# A real ClickHouse for the tests (tests/fleet/_clickhouse.py): 600 MB, for Linux on x64. Without it they are skipped.
clickhouse:
	npm install --prefix .clickhouse --ignore-scripts --no-audit --no-fund --no-save @chdb/lib-linux-x64-gnu@26.7.3-stable.1

# The site, in docs/_build/html. A warning, such as a link that leads nowhere, is an error.
docs: $(VENV)/installed
	$(BIN)/sphinx-build --builder html --nitpicky --fail-on-warning --keep-going --fresh-env --quiet \
		--doctree-dir docs/_build/doctrees docs docs/_build/html

lint: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

check: lint test

clean:
	rm -rf .venv .venv-* .clickhouse docs/_build demo-out fleet-out serve-out fleet-store bench.json .coverage .pytest_cache .mypy_cache .ruff_cache
