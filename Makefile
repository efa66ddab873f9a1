# One virtual environment, .venv, pinned by constraints.txt; every target sets it up first.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: setup bubblewrap demo test lint slow mutants notebooks student-package benchmark

setup: $(VENV)/.ready
	@[ "$$(uname)" != Linux ] || command -v bwrap >/dev/null || $(MAKE) --no-print-directory bubblewrap

$(VENV)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[dev]"
	@touch $@

# The outer wall of the sandbox. Without it, grading goes on at the next isolation level.
bubblewrap:
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "installing bubblewrap"; \
	  { apt-get install -y -qq bubblewrap || { apt-get update -qq && apt-get install -y -qq bubblewrap; }; } >/dev/null \
	  || echo "bubblewrap could not be installed; grading goes on at the next isolation level"; \
	else \
	  echo "bubblewrap is missing (Debian, Ubuntu: sudo apt-get install bubblewrap; Fedora: sudo dnf install bubblewrap);"; \
	  echo "grading goes on at the next isolation level"; \
	fi

demo: setup
	@$(BIN)/autograder build
	@$(BIN)/autograder demo

test: setup lint
	$(BIN)/python -m pytest -n auto --dist loadfile

lint: setup
	$(BIN)/ruff format --check --quiet
	$(BIN)/ruff check --quiet
	$(BIN)/mypy
	$(BIN)/autograder build --check

slow: setup
	$(BIN)/python -m pytest -m slow -n auto --dist loadfile

# Which small changes to the solutions the hidden checks let pass. One chapter: make mutants CHAPTER=blocks
mutants: setup
	@$(BIN)/python -m tests.mutation $(CHAPTER)

notebooks: setup
	$(BIN)/autograder build

student-package: setup
	$(BIN)/pip wheel --quiet --no-build-isolation --no-deps --wheel-dir dist ./student

benchmark: setup
	$(BIN)/python benchmarks/grading.py
	$(BIN)/python benchmarks/isolation.py
	$(BIN)/python benchmarks/placement.py
