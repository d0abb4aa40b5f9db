# From a clone to anything: each target sets up what it needs.
PYTHON ?= python3
UV_VERSION = 0.13.9
BIN = .venv/bin
export TIKTOKEN_CACHE_DIR ?= $(wildcard ../shared/ranks)

.PHONY: install demo test check bench evals lock clean

install: .venv/installed

.venv/installed: requirements.lock pyproject.toml hatch_build.py src/keyhole/sandbox/quickjs/guest.c src/keyhole/sandbox/quickjs/heap.h src/keyhole/sandbox/quickjs/chacha.h
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	@echo "building the sandbox guest (about a minute, once) ..." >&2
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	touch $@

demo: install
	@$(BIN)/keyhole demo

test: install
	$(BIN)/python -m pytest -n 2 --dist loadfile

check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports

bench: install
	$(BIN)/python bench/run.py

evals: install
	$(BIN)/python evals/run.py setup
	$(BIN)/python evals/run.py prove

lock:
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --group dev --python-version 3.11 -o requirements.lock pyproject.toml --custom-compile-command "make lock"

clean:
	rm -rf .venv build dist src/keyhole/sandbox/quickjs/guest.wasm src/keyhole/sandbox/quickjs/guest.json
