# The two commands: `make run` and `make test`. Everything they write goes under .venv/ and var/.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
BIN := .venv/bin
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
UV = $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes
PAGES = $(shell find templates -name '*.html')
export HOST PORT

.PHONY: run dev quick test test-full test-sqlite test-postgres test-whole lint format bench lock clean

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "NIT-SYS needs Python 3.11 or newer")'
	$(PYTHON) -m venv --clear .venv

# uv installs the same files in seconds; where it cannot be had, or says no, pip does it, or says why not.
define install
@$(PIP) -r requirements-install.txt 2>/dev/null || echo "uv cannot be had: pip takes half a minute longer"
@{ test -x $(BIN)/uv && $(UV) $(1) 2>/dev/null; } || $(PIP) --no-compile $(1)
endef

.venv/installed: requirements.txt requirements-install.txt | $(BIN)/pip
	$(call install,-r requirements.txt)
	@cp requirements.txt $@

# Both at once, since all of them are read again each time.
.venv/installed-dev: requirements.txt requirements-dev.txt requirements-install.txt | $(BIN)/pip
	$(call install,-r requirements.txt -r requirements-dev.txt)
	@cp requirements.txt .venv/installed
	@cp requirements-dev.txt $@

run: .venv/installed
	@exec $(BIN)/python manage.py serve --stop-with-parent

dev: .venv/installed
	@exec $(BIN)/python manage.py serve --reload --stop-with-parent

# A suite of many processes reads each module many times: in its compiled form, also where the shell forbids to write one.
quick test test-full test-sqlite test-postgres test-whole: export PYTHONDONTWRITEBYTECODE :=

# Each core runs its share of a part. All parts are run whatever one of them says, and the last line is pytest's; above it
# stand the seconds of each part and the slowest tests (tests/parts.py).
test: .venv/installed-dev
	@rm -rf var/test-times; status=0; for part in sqlite postgres whole; do \
	$(MAKE) --no-print-directory test-$$part || status=1; done; exit $$status

test-sqlite: .venv/installed-dev
	env -u DATABASE_URL TEST_DB=sqlite $(BIN)/python -m pytest -q -n auto --dist worksteal --part sqlite

test-postgres: .venv/installed-dev
	env -u DATABASE_URL TEST_DB=postgres $(BIN)/python -m pytest -q -n auto --dist worksteal --part postgres --ignore tests/browser --ignore tests/concurrency

# For every hour of work: what needs no server, no program and no second database.
quick: lint
	env -u DATABASE_URL TEST_DB=sqlite $(BIN)/python -m pytest -q -n auto --dist worksteal --part quick

# Real servers: two lanes, then what needs the machine alone, then browsers. `|| status=1`: each is run whatever one says.
test-whole: .venv/installed-dev
	@status=0; run="env -u DATABASE_URL TEST_DB=postgres $(BIN)/python -m pytest -q"; \
	$$run -n 2 --dist loadfile --no-loadscope-reorder --part lanes -m "not whole_machine" tests/concurrency || status=1; \
	$$run --part alone -m whole_machine tests/concurrency || status=1; \
	$$run -n 2 --dist loadfile --no-loadscope-reorder --part browser tests/browser || status=1; exit $$status

# The full measure of what `make test` repeats fewer times: before a release, and after a change of what these tests guard.
FULL := RUSH_RUNS=20 RESTARTS=10 ROLLS=20 KILLS=10 KILL_SUBMISSIONS=2000 PLACES_STEPS=2000 CLOSING_SHEETS=400 MAILS=1000
FULL_TESTS := oversell database_restart rolling kill places_machine closing_second outbox
test-full: .venv/installed-dev
	env -u DATABASE_URL TEST_DB=postgres $(FULL) $(BIN)/python -m pytest -q -s --part full $(FULL_TESTS:%=tests/concurrency/test_%.py)

lint: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@$(BIN)/djade --target-version 5.2 --check $(PAGES)
	$(BIN)/mypy
	$(BIN)/lint-imports --cache-dir var/import-linter

format: .venv/installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	@$(BIN)/djade --target-version 5.2 $(PAGES)

bench: .venv/installed-dev
	$(BIN)/python -m tests.bench

lock:
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url requirements-install.in -o requirements-install.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url requirements.in -o requirements.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url requirements-drafting.in -o requirements-drafting.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url requirements-backup.in -o requirements-backup.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url requirements-dev.in -o requirements-dev.txt

clean:
	rm -rf .venv var
