# Each target sets up what it needs. On a fresh machine: `make report`, `make test`.
SHELL := /bin/bash
PYTHON ?= python3
BIN := $(if $(filter offchannel,$(CONDA_DEFAULT_ENV)),$(CONDA_PREFIX)/bin,.venv/bin)
READY := $(if $(filter offchannel,$(CONDA_DEFAULT_ENV)),,.venv/ready)

.PHONY: report test check lab sample browser bench lock clean

report: $(READY)  ## everything from nothing to reports/sample/index.html
	$(BIN)/offchannel run data/sample --jobs 2 --edition publication

test: $(READY) browser  ## all tests, the browser's included
	$(BIN)/python -m pytest -n 2 --dist loadgroup

check: $(READY)  ## style, types, layers
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

lab: $(READY)  ## JupyterLab on the notebooks
	$(BIN)/jupyter lab --config=scripts/jupyter_lab_config.py notebooks/00_start_here.ipynb

sample: $(READY)  ## write the invented matter again
	$(BIN)/offchannel sample data/sample --messages 8000 --seed 1 --judged

browser:  ## Chromium for the browser tests, where this machine lets us install it
	@scripts/browser

bench: $(READY)  ## speed and memory beside peers
	$(BIN)/python -m benchmarks whatsapp_text --install
	$(BIN)/python -m benchmarks mail --install
	$(BIN)/python -m benchmarks bounded
	$(BIN)/python -m benchmarks bounded --form xml

lock:  ## resolve again after a change of pyproject.toml (needs uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate pyproject.toml --extra dev --extra fast --extra lab --extra scale --extra pst --extra msg -o requirements.lock

clean:
	rm -rf .venv build reports/sample/work reports/sample/tables *.egg-info

.venv/ready: requirements.lock pyproject.toml scripts/setup
	@PYTHON="$(PYTHON)" scripts/setup
