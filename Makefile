# make demo        build the demonstration territory and serve it      (ARGS="--size tiny --no-serve")
# make test        house laws, style, types, tests: what CI runs
# make lint        style and types only
# make format      put the code in the house's form
# make pages       write anew what is made of method pages (example, options, index)
# make fuzz        each reader of add five minutes (three hours in all), then forms and addresses  (FUZZ_SECONDS=60)
# make kill        builds, refreshes and sendings killed at any moment (KILLS=500)
# make sbom        what is installed to run, as CycloneDX, in build/
# make audit       known weaknesses of it (needs the advisory service; fails without)
# make bench       the benchmarks, one after the other
# make .venv       everything a developer needs, in .venv
# make lock        compile requirements*.lock anew                      (UPGRADE=--upgrade for newer releases)
# make clean       remove .venv and the caches
#
# PYTHON=python3.12 chooses the interpreter (3.11 or later). Where packages come from is the machine's own
# setting (pip's or uv's configuration and environment): the project names no index.

PYTHON ?= python3
ARGS ?=
UPGRADE ?=
FUZZ_SECONDS ?= 300
KILLS ?= 500

# Each run of pytest would compile every test anew (2 s) where this is set.
unexport PYTHONDONTWRITEBYTECODE

BIN = .venv/bin
COMPILE = $(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
	--custom-compile-command "make lock" $(UPGRADE) pyproject.toml

# uv does not read pip's settings: hand it the machine's index, if pip has one.
FROM_MACHINE = if [ -z "$${UV_DEFAULT_INDEX:-}$${UV_INDEX_URL:-}" ]; then \
	index=$${PIP_INDEX_URL:-$$($(BIN)/pip config get global.index-url 2>/dev/null || true)}; \
	if [ -n "$$index" ]; then UV_DEFAULT_INDEX=$$index; export UV_DEFAULT_INDEX; fi; fi

# The lines of a lock file that are (1), or are not (0), those of uv.
PICK = awk -v wanted=$(1) '/^[a-z0-9]/ { kept = ($$0 ~ /^uv==/) == wanted } kept'

# Bytecode is compiled at installation: where PYTHONDONTWRITEBYTECODE is set, each command would compile 600 modules
# anew (1 s). In CI nothing comes after the tests, which load less than half of 12,000 modules.
IN_CI = $(filter true,$(CI))
COMPILED = $(if $(IN_CI),,--compile-bytecode)
# What is checked once keeps nothing for the next time: a third of mypy's time.
UNKEPT = $(if $(IN_CI),--no-incremental)

# $(1) is the lock file, $(2) the verb of uv; plain pip where uv cannot run or fails.
define INSTALL
	echo "Installing $(1), every hash checked"
	$(FROM_MACHINE); \
	{ [ -x $(BIN)/uv ] && $(BIN)/uv pip $(2) $(1) -q --require-hashes $(COMPILED) --python $(BIN)/python; } || { \
		echo "uv could not do it: trying with pip"; \
		$(call PICK,0) $(1) > .venv/without-uv.lock && \
		$(BIN)/pip install -q --require-hashes -r .venv/without-uv.lock; }
	$(BIN)/pip install -q --no-deps --no-index --no-build-isolation -e .
	$(BIN)/python -m compileall -q src
	$(BIN)/python -c "from gisement.store.code import keep_catalog; keep_catalog()"
	touch $@
endef

.SILENT:
.PHONY: help demo test laws lint format pages lock fuzz kill sbom audit bench clean .venv

help:
	sed -n '/^#/!q; s/^# \{0,1\}//p' Makefile

demo: .venv/run.stamp
	$(BIN)/gisement demo $(ARGS)

test: .venv/dev.stamp
	echo "== Tests of Spark, of the pages and of the models (beside the others, on the second processor; shown last)"
	log=$$(mktemp); ( \
		make --no-print-directory .venv/oidc.stamp; \
		$(BIN)/pytest -m spark $$(grep -rl mark.spark tests --include="*.py"); code=$$?; \
		$(BIN)/pytest tests/publish tests/models -m "not spark" || code=1; exit $$code \
	) >"$$log" 2>&1 & beside=$$!; \
	trap 'kill $$beside; rm -f "$$log"' INT TERM; \
	others=0; make --no-print-directory laws lint || others=1; echo "== Tests"; \
	$(BIN)/pytest --ignore=tests/test_house.py --ignore=tests/publish --ignore=tests/models -m "not spark" || others=1; \
	wait $$beside; status=$$?; cat "$$log"; rm -f "$$log"; \
	[ $$others -eq 0 ] && [ $$status -eq 0 ]

laws: sbom .venv/dev.stamp
	echo "== House laws"
	$(BIN)/pytest tests/test_house.py

lint: .venv/dev.stamp
	echo "== Style and types"
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict $(UNKEPT)

format: .venv/dev.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

pages: .venv/dev.stamp
	$(BIN)/python -m tests.method_pages

fuzz: .venv/dev.stamp
	GISEMENT_FUZZ_SECONDS=$(FUZZ_SECONDS) $(BIN)/pytest --hypothesis-profile=fuzz tests/fuzz $(ARGS)

kill: .venv/dev.stamp
	GISEMENT_TEST_KILLS=$(KILLS) $(BIN)/pytest tests/test_kill.py -k "killed_at_any_instants or goes_with_a_kill"

sbom: .venv/dev.stamp
	mkdir -p build
	$(BIN)/cyclonedx-py requirements requirements-run.lock --pyproject pyproject.toml --output-reproducible --of JSON -o build/sbom.json

audit: .venv/dev.stamp
	$(BIN)/pip-audit --strict --requirement requirements-run.lock --disable-pip --no-deps

bench: .venv/dev.stamp
	for file in benchmarks/*.py; do echo "== $$file"; $(BIN)/python "$$file" || exit 1; done

lock: .venv/made.stamp
	$(FROM_MACHINE); $(COMPILE) --all-extras -o requirements.lock
	$(FROM_MACHINE); $(COMPILE) --extra install -c requirements.lock -o requirements-run.lock
	$(FROM_MACHINE); $(subst pyproject.toml,tests/models/crosscheck/requirements.in,$(COMPILE)) -o tests/models/crosscheck/requirements.lock

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv: .venv/dev.stamp

.venv/made.stamp:
	for python in "$(PYTHON)" python3.13 python3.12 python3.11 python3.14 ''; do \
		if "$$python" -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then break; fi; \
	done; \
	if [ -z "$$python" ]; then \
		echo "No Python 3.11 or later with its venv module: install one (Debian: apt-get install python3-venv)," \
			"or say which with 'make PYTHON=/path/to/python3'." >&2; exit 2; \
	fi; \
	echo "Making .venv with $$("$$python" --version)"; \
	"$$python" -m venv --clear .venv
	$(call PICK,1) requirements-run.lock > .venv/uv.lock
	$(BIN)/pip install -q --require-hashes -r .venv/uv.lock || echo "uv cannot be installed here: pip will do"
	touch $@

# To run: a small set, without Spark (0.5 GB) or the tools of development. Steps are compiled now, as bytecode is: the
# first build would take 10 s more.
.venv/run.stamp: .venv/made.stamp requirements-run.lock pyproject.toml
	$(call INSTALL,requirements-run.lock,install -r)
	-$(BIN)/python -c "from gisement.cli.session import pipeline_steps as steps; from gisement.engine.plan import plan; plan(None, steps)"

# A real provider of identities, for the tests of sign-in: a Node program, every hash checked, nothing of it run on install.
.venv/oidc.stamp: .venv/made.stamp tests/oidc/package.json tests/oidc/package-lock.json tests/oidc/.npmrc
	rm -rf .venv/oidc
	mkdir .venv/oidc
	cp tests/oidc/package.json tests/oidc/package-lock.json tests/oidc/.npmrc .venv/oidc
	if command -v npm >/dev/null; then cd .venv/oidc && npm ci --silent --no-audit --no-fund; \
	else echo "No npm here: the tests of sign-in will be skipped"; fi
	if [ -d .venv/oidc/node_modules ]; then touch $@; fi

# To work on it: exactly the lock file, nothing else (all that it takes to run is in it).
.venv/dev.stamp: .venv/made.stamp requirements.lock pyproject.toml
	$(call INSTALL,requirements.lock,sync)
