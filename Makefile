# Two commands matter: `make demo` and `make test`. Everything lives in .venv; nothing else is touched.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
# OpenMP's spinning threads make two trainings on two cores many times slower.
export OMP_WAIT_POLICY := passive

.PHONY: demo test test-only lint format bench browser nginx clean

demo: $(VENV)/.demo  ## service, dashboard and two trainings on http://127.0.0.1:8642
	$(BIN)/nashboard demo $(ARGS)

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Nashboard needs Python 3.11 or newer, this is " + sys.version)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(INSTALL) -e '.[server,trainer]'
	touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(INSTALL) -e '.[server,trainer,dev]'
	touch $@ $(VENV)/.demo

# Other tools to compare with, in a venv of their own that sees ours (for torch). Without them the table has no such column.
.venv-peers/.ready: $(VENV)/.dev
	$(PYTHON) -m venv .venv-peers
	$(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))' > `.venv-peers/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))'`/nashboard.pth
	.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check --ignore-installed tensorboard trackio || echo 'no peers: the table will be without them'
	touch $@

browser: $(VENV)/.dev  ## a Chromium for the browser tests
	$(BIN)/python -m tests.chromium

nginx: $(VENV)/.dev  ## an nginx for the tests of reverse proxies
	$(BIN)/python -m tests.nginx

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

test: lint browser nginx test-only  ## formatter, linter, strict types, all tests

test-only: $(VENV)/.dev
	$(BIN)/pytest -n 2 --dist loadgroup $(ARGS)

bench: .venv-peers/.ready  ## measures everything; writes docs/benchmarks.md
	$(BIN)/python -m bench $(ARGS)

clean:
	rm -rf $(VENV) .venv-peers build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage* htmlcov test-artifacts
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
