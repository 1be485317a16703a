# Every target sets up what it needs: Python >= 3.11 and make are enough.
#   make PYTHON=python3.13 lab    picks another Python

.PHONY: help lab test book bench notebooks lint lock clean

ifeq ($(OS),Windows_NT)
PYTHON ?= python
BIN    := .venv/Scripts
else
PYTHON ?= python3
BIN    := .venv/bin
endif
PY    := $(BIN)/python
READY := .venv/ready
FIRST := notebooks/00_start_here.ipynb

export PYTHONUTF8 := 1

help:
	@echo "make lab        open the course in JupyterLab"
	@echo "make test       lint, check types, run every test and every notebook"
	@echo "make book       build the website and the EPUB, in book/_build"
	@echo "make bench      measure the engine beside PyTorch and JAX, and write the tables"
	@echo "make notebooks  run the notebooks again and store their outputs"
	@echo "make lint       format and lint"
	@echo "make lock       compile requirements.lock from pyproject.toml"
	@echo "make clean      remove the environment and the caches"

# Where there is no screen, or none that this process may use, JupyterLab prints its address.
ifeq ($(OS)$(DISPLAY)$(WAYLAND_DISPLAY)$(filter Darwin,$(shell uname)),)
LAB_FLAGS += --no-browser
endif
ifeq ($(shell id -u),0)
LAB_FLAGS += --allow-root
endif

lab: $(READY)
	$(PY) -m jupyterlab --LabApp.default_url=/lab/tree/$(FIRST) $(LAB_FLAGS)

test: export CI := 1
test: $(READY)
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy minigrad
	$(BIN)/lint-imports --no-logo
	$(PY) -m pytest -n auto --dist worksteal

book: $(READY)
	$(PY) book/build.py

bench: $(READY)
	$(PY) -m pip install --quiet --no-build-isolation torch==2.13.0 -e ".[peers]"
	$(PY) -m benchmarks $(BENCH_FLAGS)

notebooks: $(READY)
	$(PY) book/execute.py
	$(PY) book/cover.py

lint: $(READY)
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

lock: .venv/pyvenv.cfg
	$(PY) -m pip install --quiet "uv>=0.8"
	$(PY) -m uv pip compile pyproject.toml --quiet --upgrade --universal --python-version 3.11 \
	    --extra lab --extra test --extra book --extra cluster --extra tensorboard --group build \
	    --generate-hashes --no-emit-index-url --custom-compile-command "make lock" \
	    --output-file requirements.lock

clean:
	rm -rf .venv book/_build .hypothesis .mypy_cache .pytest_cache .ruff_cache

$(READY): requirements.lock pyproject.toml .venv/pyvenv.cfg
	$(PY) -m pip install --require-hashes -r requirements.lock
	$(PY) -m pip install --no-deps --no-build-isolation -e .
	@$(PY) -c "import matplotlib.font_manager"  # its first import is slow, and says so in the output
	@touch $@

.venv/pyvenv.cfg:
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || { \
	    echo "minigrad needs Python 3.11 or newer, and '$(PYTHON)' is not." \
	         "Name another one: make PYTHON=python3.13 lab" >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
	    echo "'$(PYTHON) -m venv' failed." \
	         "On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
