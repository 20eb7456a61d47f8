# What people type. `make help` lists the targets; nothing here needs root, conda or a terminal.
# Variables: PYTHON (an interpreter >= 3.11), CORES, TORCH_INDEX (where to take torch from, see README.md), STUDY.

PYTHON ?= python3
CORES ?= $(shell nproc 2>/dev/null || echo 2)
TORCH_INDEX ?=

BIN := .venv/bin
READY := .venv/.ready
PIP := $(BIN)/python -m pip --no-input --disable-pip-version-check
LINT_CONFIG := config/demo.yaml
# pip draws its progress bars in a terminal only; in a log its list of downloads would bury the rest.
QUIET := $(shell [ -t 2 ] || echo --quiet)

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test test-slurm test-conda test-module test-parallel pins pins-check torture strategies truth truth-training bench verify lint schema lock clean distclean set-up

# Snakemake and matplotlib write below ~/.cache. Where that cannot be (a service account, a read-only home) they write
# into .venv instead; a cache folder that the user named is left alone.
ifndef XDG_CACHE_HOME
ifneq ($(shell { [ -d "$$HOME/.cache" ] || mkdir "$$HOME/.cache"; } 2>/dev/null && [ -w "$$HOME/.cache" ] && echo yes),yes)
export XDG_CACHE_HOME := $(CURDIR)/.venv/cache
endif
endif

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

demo: $(READY) ## run the simulated study and print where its report is
	@$(BIN)/snakemake --configfile config/demo.yaml --cores $(CORES) --quiet host reason
	@echo "The demo's report: $(CURDIR)/results/demo/report.html"

# The files with the longest tests first, so that no process is left with one of them at the end. The processes fill the
# cores: threads within them would take turns with each other.
test: $(READY) ## run every test (those on real data need SEQGRAFT_MIRROR and are skipped without it)
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest $(addprefix tests/,workflow real truth unit) \
	  -n $(CORES) --dist loadfile --no-loadscope-reorder

torture: $(READY) ## kill a study and a pretraining at random moments, again and again, and compare the bytes
	SEQGRAFT_TORTURE=1 SEQGRAFT_KILLS=100 $(BIN)/python -m pytest tests/workflow/test_kills.py \
	  tests/unit/test_learn_checkpoint.py -rA

# The scripts beside the test install and start a one-node SLURM; FORM=short leaves out what takes longest.
FORM ?= full
test-slurm: $(READY) ## run studies on a real SLURM (root on Debian; installs it, takes minutes, skipped elsewhere)
	SEQGRAFT_SLURM=$(FORM) $(BIN)/python -m pytest tests/real/test_slurm.py -rA --durations=0

# A stand-in for conda and a channel made from the package index, in which each rule's environment is put together.
CONDA_TOOLS := .venv/conda-tools
STANDIN ?= $(or $(TMPDIR),/var/tmp)/seqgraft-conda
ENVS := $(filter-out envs/train-cuda.yaml,$(wildcard envs/*.yaml))

test-conda: $(READY) $(CONDA_TOOLS)/.ready ## run a study with an environment per rule, from a stand-in channel (minutes)
	[ -e $(STANDIN)/channels/substitutions.tsv ] || $(CONDA_TOOLS)/bin/python envs/standin/channel.py $(STANDIN)/channels $(ENVS)
	$(CONDA_TOOLS)/bin/python envs/standin/conda.py install $(STANDIN)
	SEQGRAFT_CONDA=$(STANDIN) $(BIN)/python -m pytest tests/real/test_conda.py -rA

pins: $(CONDA_TOOLS)/.ready ## solve envs/*.yaml and write their pins; needs conda-forge and bioconda
	$(CONDA_TOOLS)/bin/python envs/pins.py write envs/*.yaml

pins-check: $(READY) ## look, without a network, whether pins belong to their environments
	@$(BIN)/python envs/pins.py check envs/*.yaml

$(CONDA_TOOLS)/.ready: $(READY) envs/standin/requirements.txt
	@$(PYTHON) -m venv --clear $(CONDA_TOOLS)
	@$(CONDA_TOOLS)/bin/python -m pip --no-input --disable-pip-version-check install $(QUIET) -r envs/standin/requirements.txt
	@touch $@

test-module: $(READY) ## run the workflow as a module of another one, fetched from a local repository
	SEQGRAFT_MODULE=1 $(BIN)/python -m pytest tests/workflow/test_module.py -rA

test-parallel: $(READY) ## train one network in two processes that torchrun starts
	SEQGRAFT_PARALLEL=1 OMP_NUM_THREADS=1 $(BIN)/python -m pytest tests/unit/test_learn_parallel.py -rA

strategies: $(READY) ## fit every strategy where the source was planted to help and where it misleads
	SEQGRAFT_STRATEGIES=1 OMP_NUM_THREADS=1 $(BIN)/python -m pytest tests/unit/test_strategies_planted.py

verify: $(READY) ## say whether a study's files are those of its run: make verify STUDY=demo [AGAINST=other/results/demo]
	@[ -n "$(STUDY)" ] || { echo "name a study, as in make verify STUDY=demo" >&2; exit 2; }
	@$(BIN)/python -m seqgraft.verify "results/$(STUDY)" $(if $(AGAINST),--against "$(AGAINST)")

bench: $(READY) ## time encoding and training against their peers, and evaluation and report on 10,000 fits; writes bench/*.tsv
	$(BIN)/python bench/encoding.py
	$(BIN)/python bench/evaluation.py
	$(BIN)/python bench/training.py

# Exits with an error when something asked of the statistics is not met. docs/truth.md quotes the table.
truth: $(READY) ## simulate studies whose truth is known and count how often the statistics find it (about ten minutes on one core)
	@CORES=$(CORES) $(BIN)/python -m seqgraft.truth bench/truth.tsv

truth-training: $(READY) ## the same with training, 100 small simulated studies of each kind (an hour on two cores)
	OMP_NUM_THREADS=1 $(BIN)/python -W ignore bench/truth_training.py --cores $(CORES)

lint: $(READY) ## style, types, Snakemake's own lint, and generated files that drifted from their source
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/snakemake --lint --configfile $(LINT_CONFIG)
	@$(BIN)/python envs/pins.py check envs/*.yaml
	@$(BIN)/python -m pytest -q tests/unit/test_furniture.py tests/unit/test_software.py tests/unit/test_manifest.py
	@fresh=$$(mktemp -d); trap 'rm -rf "$$fresh"' EXIT; \
	mkdir -p "$$fresh/config" "$$fresh/workflow/schemas"; cp config/README.md "$$fresh/config/"; \
	root="$$PWD"; (cd "$$fresh" && "$$root/$(BIN)/python" -m seqgraft.config.document); \
	for file in config/README.md workflow/schemas/config.schema.json; do \
	  diff -u "$$file" "$$fresh/$$file" || { echo "$$file is out of date: run make schema" >&2; exit 1; }; \
	done

schema: $(READY) ## write anew what is generated: JSON schema, table of keys, list of library files
	$(BIN)/python -m seqgraft.config.document
	$(BIN)/python -m seqgraft.manifest

lock: ## solve requirements.in in an environment of its own and write requirements.lock
	@$(call check_python)
	@fresh=$$(mktemp -d); trap 'rm -rf "$$fresh"' EXIT; \
	$(PYTHON) -m venv "$$fresh"; \
	"$$fresh/bin/python" -m pip install --no-input --disable-pip-version-check -r requirements.in; \
	{ sed -n '/^#/!q;p' requirements.lock; \
	  "$$fresh/bin/python" -m pip freeze --all --exclude pip | sed 's/^\(torch==[^+]*\)+.*/\1/' \
	  | grep -v -E '^(nvidia-|cuda-|triton==)' | LC_ALL=C sort -f; } > "$$fresh/lock"; \
	cp "$$fresh/lock" requirements.lock
	@echo "requirements.lock is written: now make test, and name what moved in CHANGELOG.md"

clean: ## remove caches and the demo's results; the results of other studies stay
	rm -rf results/demo .pytest_cache .mypy_cache .ruff_cache .hypothesis scripts/*.egg-info
	find scripts tests workflow -type d -name __pycache__ -prune -exec rm -rf {} +

distclean: clean ## remove the environment, too
	rm -rf .venv

set-up: $(READY) ## make the environment and nothing else

# The stamp names the folder: an environment does not survive being moved, so a moved project is set up anew.
ifneq ($(shell cat $(READY) 2>/dev/null),$(CURDIR))
.PHONY: $(READY)
endif

define check_python
command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON): install Python >= 3.11 or name one, \
as in make demo PYTHON=/path/to/python3.12" >&2; exit 1; }; \
$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "seqgraft needs Python >= 3.11 and \
$(PYTHON) is $$($(PYTHON) --version 2>&1): name another, as in make demo PYTHON=/path/to/python3.12" >&2; exit 1; }; \
$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) cannot make environments: install its \
venv module (Debian and Ubuntu: apt-get install python3-venv)" >&2; exit 1; }
endef

$(READY): requirements.lock pyproject.toml
	@$(call check_python)
	@echo "Setting up .venv from requirements.lock (once; torch is most of it)"
	@rm -rf $(READY)
	@$(PYTHON) -m venv --clear .venv
	@if [ -n "$(TORCH_INDEX)" ]; then \
	  $(PIP) install $(QUIET) --no-deps --index-url "$(TORCH_INDEX)" "$$(grep '^torch==' requirements.lock)"; fi
	@$(PIP) install $(QUIET) -r requirements.lock
	@$(PIP) install $(QUIET) --no-deps --no-build-isolation --editable .
	@echo "$(CURDIR)" > $@
