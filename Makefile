# `make serve` runs a checkout, `make test` tests it; both install what they need. `make help` lists the rest.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATABASE_URL ?= sqlite:///counterclaim.db
export DATABASE_URL

# A lock names every package that is needed. pip resolves nothing, so no new release can break an old checkout; `pip
# check` then says whether anything is missing.
LOCKED := --quiet --disable-pip-version-check --require-hashes --no-deps

# A machine without a package index installs from a folder that `make wheels` filled: make install WHEELS=build/wheels
ifdef WHEELS
wheels: INTO := $(WHEELS)
install serve dev test: export PIP_NO_INDEX := 1
install serve dev test: export PIP_FIND_LINKS := $(abspath $(WHEELS))
endif

.PHONY: install serve dev test slow faults faults-short lint types contract fix bench bench-postgresql supply sbom wheels release changes \
  lock clean help

help:  ## List the targets.
	@sed -n 's/^\([a-z-]*\):.*  ## /\1\t/p' $(MAKEFILE_LIST) | expand -t 20

install: $(VENV)/.serves  ## Install what the server runs on into .venv.

serve: $(VENV)/.serves  ## Run the API on SQLite with sample data; a new database prints its first admin key.
	@$(BIN)/counterclaim import --if-empty examples/sample.ndjson
	@$(BIN)/counterclaim key create --first --name first-admin --scope admin
	@exec $(BIN)/counterclaim serve

dev: $(VENV)/.serves  ## The same in one process that starts anew whenever the code changes; not for the public.
	@$(BIN)/counterclaim import --if-empty examples/sample.ndjson
	@$(BIN)/counterclaim key create --first --name first-admin --scope admin
	@exec $(BIN)/python -m flask --app api.app run --reload --port $${PORT:-8000}

# Tests start Python hundreds of times. Where the environment forbids it to keep bytecode, as containers often do, each
# start compiles all that it imports: 0.55 s of CPU time for `counterclaim key list` instead of 0.25.
test slow faults: export PYTHONDONTWRITEBYTECODE :=
test slow faults: export PYTHONPYCACHEPREFIX := $(CURDIR)/build/pycache

# Their databases are files in memory, where there is a gigabyte of it to spare: on a disk each test on SQLite waits for
# seven syncs, of 2 ms each. The tests of faults need the disk.
test slow: export PYTEST_DEBUG_TEMPROOT := $(shell df -Pk /dev/shm 2>/dev/null | awk '$$4+0 > 1000000 {print $$6}')

test: $(VENV)/.tests  ## Run the tests, on SQLite and on a PostgreSQL of their own.
	@failed=0; \
	  $(BIN)/pytest -m "not slow and not faults and not alone" -n auto --dist worksteal $(ARGS) || failed=1; \
	  $(BIN)/pytest $(ALONE) -m alone $(filter-out --cov%,$(ARGS)) || [ $$? = $(NONE) ] || failed=1; exit $$failed

# Those that look at the clock, after the others; they are not traced, which takes time.
ALONE = $(shell grep -rl --include='test_*.py' --exclude-dir=faults 'mark\.alone' tests)
# How pytest ends where ARGS choose none of them.
NONE = 5

# Named, so that no worker collects all the others.
SLOW = $(shell grep -rl --include='test_*.py' 'mark\.slow' tests)
slow: $(VENV)/.tests  ## Run the tests that take long: random requests and histories, crowded registries.
	$(BIN)/pytest $(SLOW) -m slow -n auto --dist worksteal $(ARGS)

# Tests that measure no time run three at a time, since they wait for much; the others run alone, because their figures
# assume an idle machine. In short most of those have time enough to run beside others.
FAULTS ?= full
faults: $(VENV)/.tests  ## Run the real server under faults in full, on both databases; takes 40 minutes.
	@failed=0; \
	  $(BIN)/pytest tests/faults --faults=$(FAULTS) -ra -m "faults and not alone" -n 3 $(ARGS) || failed=1; \
	  $(BIN)/pytest tests/faults --faults=$(FAULTS) -ra -m alone $(ARGS) || failed=1; exit $$failed

faults-short:  ## Run the same tests for a few seconds each.
	@$(MAKE) --no-print-directory faults FAULTS=short

lint: $(VENV)/.tests  ## Check the style and the format of the code.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.tests  ## Check the types.
	$(BIN)/mypy

contract: $(VENV)/.tests .ci/node_modules/.ready  ## Check openapi.yaml against the app, the specification, a linter and the last release.
	$(BIN)/counterclaim openapi --check
	$(BIN)/openapi-spec-validator openapi.yaml
	REDOCLY_TELEMETRY=off $(CURDIR)/.ci/node_modules/.bin/redocly lint --config .ci/redocly.yaml openapi.yaml
	node .ci/compare.mjs

fix: $(VENV)/.tests  ## Format the code and write openapi.yaml.
	$(BIN)/counterclaim openapi
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.serves bench/.venv/.ready  ## Measure speed beside Datasette and a bare app; see bench/README.md.
	@$(BIN)/python bench/run.py $(ARGS)

bench-postgresql: $(VENV)/.tests  ## Measure PostgreSQL beside SQLite, and with a standby; see bench/README.md.
	@$(BIN)/python bench/postgresql.py $(ARGS)

supply: $(VENV)/.tests  ## Check the dependencies for known vulnerabilities and for their licences.
	$(BIN)/python .ci/audit.py
	@if [ -d .github/workflows ]; then $(BIN)/zizmor --offline .github/workflows; fi

sbom: $(VENV)/.tests  ## Write the list of dependencies to build/sbom.json (CycloneDX 1.6).
	@mkdir -p build
	@$(BIN)/python -W ignore -m cyclonedx_py requirements requirements.lock --pyproject pyproject.toml \
	  --mc-type application --output-reproducible --spec-version 1.6 --output-format JSON --output-file build/sbom.json
	@echo "build/sbom.json is written."

# What is not there as a wheel cannot be built without an index either: nothing in the locks is so.
LOCK ?= requirements.lock
INTO ?= build/wheels
wheels: | $(BIN)/python  ## Fill build/wheels, or WHEELS=FOLDER, for machines like this one that reach no package index.
	@mkdir -p $(INTO)
	@$(BIN)/python -m pip download --quiet --disable-pip-version-check --require-hashes --no-deps --only-binary :all: \
	  --dest $(INTO) --requirement $(LOCK)
	@echo "$(INTO) holds the $$(ls $(INTO) | wc -l) wheels of $(LOCK): elsewhere, make install WHEELS=FOLDER takes them."

release: sbom  ## Write what is released to build/release: source, wheel, dependencies, licences, checksums.
	@$(BIN)/python .ci/release.py build/release

changes: $(VENV)/.tests .ci/node_modules/.ready  ## Print what changed since the last release, or SINCE=COMMIT.
	@$(BIN)/python .ci/changes.py $(SINCE)

# The development lock comes first: what the tests need may hold back what Counterclaim runs on, never the reverse.
lock:  ## Pin the newest dependencies that pyproject.toml allows; needs uv.
	uv pip compile pyproject.toml --all-extras --group build --group dev --generate-hashes --no-emit-index-url \
	  --no-header --universal --python-version 3.11 --quiet --output-file requirements-dev.lock
	uv pip compile pyproject.toml --extra extraction --group build --generate-hashes --no-emit-index-url --no-header \
	  --universal --python-version 3.11 --quiet --constraint requirements-dev.lock --output-file requirements.lock
	uv pip compile bench/requirements.txt --generate-hashes --no-emit-index-url --no-header --universal \
	  --python-version 3.11 --quiet --output-file bench/requirements.lock

clean:  ## Remove what was installed and built; databases stay.
	rm -rf $(VENV) bench/.venv .ci/node_modules build *.egg-info .coverage .*_cache .hypothesis

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "Counterclaim needs Python 3.11 or newer: install it, or name one with make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import sqlite3, sys; sys.exit(sqlite3.sqlite_version_info < (3, 44))' 2>/dev/null || \
	  { echo "Counterclaim needs a Python whose SQLite is 3.44 or newer (with FTS5 and JSON)."; exit 1; }
	@echo "Making a Python environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV) || \
	  { rm -rf $(VENV); echo "Python's venv module is missing: on Debian, apt install python3-venv"; exit 1; }

$(VENV)/.serves: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing what Counterclaim runs on (requirements.lock)"
	@$(BIN)/python -m pip install $(LOCKED) -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m pip check --disable-pip-version-check
	@touch $@

$(VENV)/.tests: requirements-dev.lock $(VENV)/.serves
	@echo "Installing what its tests need (requirements-dev.lock)"
	@$(BIN)/python -m pip install $(LOCKED) -r requirements-dev.lock
	@$(BIN)/python -m pip check --disable-pip-version-check
	@touch $@

bench/.venv/.ready: bench/requirements.lock | $(BIN)/python
	@echo "Installing what the bench compares with (bench/requirements.lock)"
	@$(BIN)/python -m venv bench/.venv
	@bench/.venv/bin/python -m pip install $(LOCKED) -r bench/requirements.lock
	@bench/.venv/bin/python -m pip check --disable-pip-version-check
	@touch $@

.ci/node_modules/.ready: .ci/package-lock.json
	@command -v npm >/dev/null || { echo "The contract is checked by tools that need npm: install Node.js 20 or newer"; exit 1; }
	@echo "Installing what checks the contract (.ci/package-lock.json)"
	@cd .ci && npm ci --silent --ignore-scripts --no-audit --no-fund
	@touch $@
