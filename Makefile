.DEFAULT_GOAL := help
SHELL := /bin/sh
# The system's own Python, where it is new enough: distributors build it with profiles and link-time optimisation. One
# that pyenv has built without is on the path of many machines, and takes a third longer for everything.
PYTHON ?= $(shell /usr/bin/python3 -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo /usr/bin/python3 || echo python3)
UV_VERSION := 0.13.9
UV := .local/uv/bin/uv
BIN := .venv/bin
MEMBERS := shared services/submissions services/aggregation services/notifications services/audit deploy/local
STAMP := .venv/.installed
# Processes that run tests. Many tests wait for a server or for a time to pass, so one more than there are cores.
WORKERS ?= 3

# Without its bytecode every process of a service compiles the project anew: seconds for each start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help install up demo disclosure jaeger caddy keycloak test test-fast interop-tools test-interop test-resilience test-resilience-long lint lint-style lint-types lint-imports format sbom bench lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-22s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(UV):
	@mkdir -p .local
	$(PYTHON) -m venv .local/uv
	.local/uv/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(STAMP): $(UV) requirements.lock pyproject.toml $(addsuffix /pyproject.toml,$(MEMBERS))
	$(UV) venv --quiet --clear --python $(PYTHON) .venv
	VIRTUAL_ENV=.venv $(UV) pip install --quiet --compile-bytecode --require-hashes -r requirements.lock
	VIRTUAL_ENV=.venv $(UV) pip install --quiet --no-deps $(addprefix -e ./,$(MEMBERS))
	$(BIN)/python -m compileall -q $(addsuffix /src,$(MEMBERS))
	@touch $(STAMP)

install: $(STAMP) ## make the environment in .venv from requirements.lock

up: $(STAMP) ## start everything on this machine; Ctrl-C stops it
	$(BIN)/tiendo up $(ARGS)

demo: $(STAMP) ## as up, and play illustrative submissions for 2024, 2025 and 2026
	$(BIN)/tiendo up --demo $(ARGS)

test: $(STAMP) ## run every test, on its own servers; ARGS="-k audit --durations=25" goes to pytest, -n 0 to one process
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup --no-loadscope-reorder $(ARGS)

test-fast: $(STAMP) ## only the tests that need no server, in seconds: rules and contracts
	$(BIN)/pytest -n logical -m fast --hypothesis-profile quick $(ARGS)

jaeger: $(STAMP) ## build Jaeger with Go (minutes): make test then asks it for the trace, too
	$(BIN)/python -m tests.e2e.backends.jaeger

caddy: $(STAMP) ## build Caddy with Go (minutes): make test then asks through it, too
	$(BIN)/python -m tests.support.proxies.caddy

keycloak: $(STAMP) ## bring Keycloak with Maven (180 MB, a minute): make test then takes its tokens, too
	$(BIN)/python -m tests.identity.keycloak

disclosure: $(STAMP) ## try with a solver to recover small counts, with the policy and without; prints what secrecy costs
	$(BIN)/pytest -q -s services/aggregation/tests/disclosure | grep -v security.

test-resilience: $(STAMP) ## kill, pause and cut everything off for 40 s, and a broker of three; nothing may be lost or doubled
	$(BIN)/python -m tests.resilience --short $(ARGS)

test-resilience-long: $(STAMP) ## ten runs of a minute with thirty faults each
	$(BIN)/python -m tests.resilience --runs 10 --seconds 60 --faults 30 $(ARGS)

interop-tools: $(STAMP) ## install what make test-interop uses, which else does so itself
	$(BIN)/python -m tests.interop --install

test-interop: $(STAMP) ## others' SDKs, validators and generated clients on our events and documents; what is missing is named
	$(BIN)/python -m tests.interop $(ARGS)

lint: lint-style lint-types lint-imports ## ruff, mypy --strict (tests too), and the walls of the house

lint-style: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

lint-types: $(STAMP)
	$(BIN)/mypy shared services deploy/local tests conftest.py

lint-imports: $(STAMP)
	$(BIN)/lint-imports --no-logo

format: $(STAMP) ## write the code as ruff likes it
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

sbom: $(STAMP) ## the licences of all that is shipped against deploy/licences.yaml; a CycloneDX bill for each service in .local/sbom
	$(BIN)/python -m tests.supply

bench: $(STAMP) ## freshness, cost, idleness, floods, intake, aggregation, recovery, relay, growth and safety against their floors; ARGS="relay" for one
	$(BIN)/python -m tests.bench $(ARGS)

lock: $(UV) ## resolve requirements.lock again
	$(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-annotate \
	  --no-emit-package shared --no-emit-package submissions --no-emit-package aggregation \
	  --no-emit-package notifications --no-emit-package audit --no-emit-package tiendo-local \
	  --python-version 3.11 --group dev -o requirements.lock pyproject.toml

clean: ## forget the environment and .local (what root's PostgreSQL keeps lies in /var/lib/tiendo-local-…)
	rm -rf .venv .local
