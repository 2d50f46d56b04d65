# Two commands do everything: `make run` (site and demo library) and `make test`.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
export KINORA_HOME ?= $(CURDIR)/var
export OMP_WAIT_POLICY := passive
OPENCV := $(shell sed -n 's/^opencv-python-headless==//p' constraints.txt)

.PHONY: run test test-postgres check setup pages messages bench clean

run: setup pages ## Serve site and worker, with a demo library the first time
	@$(BIN)/kinora serve --demo

test: setup pages check ## All checks and tests
	@$(BIN)/python -m pytest -q --numprocesses auto --maxprocesses 4 --dist loadfile

test-postgres: setup $(VENV)/.dev ## The rows, the queue and the API once more, on PostgreSQL (installed where absent and allowed)
	@url=$$(.ci/postgres start) && trap '.ci/postgres stop' EXIT && \
	KINORA_DATABASE_URL="$$url" $(BIN)/python -m pytest -q tests/unit/library tests/integration/library tests/integration/api

check: $(VENV)/.dev
	@$(BIN)/ruff check src tests benchmarks
	@$(BIN)/mypy
	@$(BIN)/lint-imports

setup: $(VENV)/.run
test check: $(VENV)/.dev

# The window-system build of OpenCV asks for libGL; the headless one, same version, does not.
$(VENV)/.run: pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing (the first time takes a few minutes) …"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt -e '.[web]'
	@$(BIN)/python -m pip uninstall -qq --yes opencv-python opencv-python-headless
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps opencv-python-headless==$(OPENCV)
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt -e '.[web,dev]'
	@$(BIN)/python -m pip uninstall -qq --yes opencv-python opencv-python-headless
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps opencv-python-headless==$(OPENCV)
	@touch $@

pages: setup
	@$(BIN)/python web/build.py

messages: $(VENV)/.dev ## The catalogues of translations brought in step with the sources, and compiled
	@$(BIN)/python web/messages.py

bench: $(VENV)/.dev ## What the benchmarks compare with
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt -e '.[web,dev,bench]'
	@$(BIN)/python -m pip uninstall -qq --yes opencv-python opencv-python-headless
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps opencv-python-headless==$(OPENCV)

clean: ## Remove what was installed and built, never the library
	rm -rf $(VENV) web/node_modules src/kinora/site/static/build
