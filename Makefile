# Every target sets up what it needs: Python >= 3.11 and make are enough.
#   make PYTHON=python3.13 lab    picks another Python

.PHONY: help lab afresh test claims classroom book bench notebooks lint lock clean

ifeq ($(OS),Windows_NT)
PYTHON ?= python
BIN    := .venv/Scripts
else
PYTHON ?= python3
BIN    := .venv/bin
endif
PY    := $(BIN)/python
LAB    := .venv/lab
READY  := .venv/ready
FIRST  := my_lessons/00_start_here.ipynb
LEARNER := minigrad/course/learner.py

# How far `make claims` moves the seeds of the lessons, a run for each.
SHIFTS ?= 1

export PYTHONUTF8 := 1

help:
	@echo "make lab        open the course in JupyterLab, in a copy that is yours: my_lessons/"
	@echo "make afresh     hand a lesson out again, yours set aside: make afresh LESSON=06"
	@echo "make test       lint, check types, run every test and every notebook"
	@echo "make claims     run every lesson with other seeds, on plainer arithmetic: SHIFTS='1 2 3'"
	@echo "make classroom  grade a term in small with nbgrader: released, handed in, graded, given back"
	@echo "make book       build the website and the EPUB, in book/_build"
	@echo "make bench      measure the engine beside PyTorch and JAX, and write the tables"
	@echo "make notebooks  run the notebooks again and store their outputs"
	@echo "make lint       format and lint"
	@echo "make lock       pin every version, for the lab and for everything"
	@echo "make clean      remove the environment and the caches"

# Where there is no screen, or none that this process may use, JupyterLab prints its address.
ifeq ($(OS)$(DISPLAY)$(WAYLAND_DISPLAY)$(filter Darwin,$(shell uname)),)
LAB_FLAGS += --no-browser
endif
ifeq ($(shell id -u),0)
LAB_FLAGS += --allow-root
endif

lab: $(LAB)
	@$(PY) $(LEARNER)
	$(PY) -m jupyterlab --LabApp.default_url=/lab/tree/$(FIRST) $(LAB_FLAGS)

afresh: .venv/pyvenv.cfg
	@$(PY) $(LEARNER) --afresh "$(LESSON)"

test: export CI := 1
test: $(READY)
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy minigrad
	$(BIN)/lint-imports --no-logo
	$(PY) -m pytest -n auto --dist worksteal -p randomly --randomly-seed=0

claims: $(READY)
	$(PY) -m pytest tests/claims.py -n 2 --dist worksteal --shifts "$(SHIFTS)" $(CLAIMS_FLAGS)

classroom: $(READY)
	$(PY) -m pip freeze --exclude-editable > .venv/pins
	$(PY) -m pip install --quiet --no-build-isolation --constraint .venv/pins -e ".[classroom]"
	PATH="$(CURDIR)/$(BIN):$$PATH" $(PY) -m pytest tests/classroom/term.py $(CLASSROOM_FLAGS)

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

LOCK = $(PY) -m uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
    --group build --generate-hashes --no-emit-index-url --custom-compile-command "make lock"

lock: .venv/pyvenv.cfg
	$(PY) -m pip install --quiet "uv>=0.8"
	$(LOCK) --upgrade --extra lab --extra test --extra book --extra cluster --extra tensorboard \
	    --output-file requirements.lock
	$(LOCK) --constraint requirements.lock --extra lab --output-file requirements-lab.lock

clean:
	rm -rf .venv book/_build .hypothesis .mypy_cache .pytest_cache .ruff_cache

# What a learner waits for: the lessons' packages alone. JupyterLab asks nobody about its news.
$(LAB): requirements-lab.lock pyproject.toml book/lab.json .venv/pyvenv.cfg
	$(PY) -m pip install --require-hashes -r requirements-lab.lock
	$(PY) -m pip install --no-deps --no-build-isolation -e .
	@mkdir -p .venv/share/jupyter/lab/settings
	@cp book/lab.json .venv/share/jupyter/lab/settings/overrides.json
	@$(PY) -c "import matplotlib.font_manager"  # its first import is slow, and says so in the output
	@touch $@

$(READY): requirements.lock $(LAB)
	$(PY) -m pip install --require-hashes -r requirements.lock
	@touch $@

.venv/pyvenv.cfg:
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || { \
	    echo "minigrad needs Python 3.11 or newer, and '$(PYTHON)' is not." \
	         "Name another one: make PYTHON=python3.13 lab" >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
	    echo "'$(PYTHON) -m venv' failed." \
	         "On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
