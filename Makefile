# SPDX-License-Identifier: AGPL-3.0-or-later
# make demo   the product with a whole year in it, on http://localhost:8000/
# make test   everything
# make help   the rest

PYTHON ?= $(firstword $(foreach p,python3.11 python3.12 python3.13 python3,$(shell command -v $(p) 2>/dev/null)))
PORT ?= 8000
PIANO ?=
NOME ?= Comune del piano
IPA ?= c_piano

BIN := .venv/bin
PRONTO := .venv/.pronto

.PHONY: help install demo test tempesta lint bench lock debian clean

help:
	@echo "make install   un .venv con tutto ciò che serve (gli altri lo chiamano da sé)"
	@echo "make demo      il prodotto con un anno intero dentro; PORT=8000, PIANO=FILE di un piano vero,"
	@echo "               con NOME=\"Comune di ...\" e IPA=c_xxxx"
	@echo "make test      tutte le prove"
	@echo "make lint      stile, tipi, architettura, migrazioni, impostazioni di produzione"
	@echo "make tempesta  diecimila notizie mentre ogni parte cade, database compreso"
	@echo "make bench     le velocità, come rapporti"
	@echo "make lock      rifà i file delle dipendenze bloccate"

install: $(PRONTO)

$(PRONTO): requirements-dev.lock
	@test -n "$(PYTHON)" || { echo "Serve Python 3.11 o successivo." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Serve Python 3.11 o successivo: $(PYTHON) è più vecchio. Indicarlo con PYTHON=..." >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

demo: install
	@$(BIN)/python manage.py demo --porta "$(PORT)" --piano "$(PIANO)" --nome "$(NOME)" --ipa "$(IPA)"

# The browser tests drive Debian's chromium, those of many processes its redis-server; as root they
# are installed, else they must be there.
debian:
	@{ command -v chromium && command -v redis-server; } >/dev/null 2>&1 || { \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
			echo "Installo chromium e redis-server per le prove ..."; \
			apt-get update -qq && apt-get install -y -qq --no-install-recommends \
				chromium redis-server >/dev/null; \
		fi; } || true

test: install debian
	CYCLE_DB_FAST=1 $(BIN)/python -m pytest -n 2 --dist worksteal

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	CYCLE_DB_FAST=1 $(BIN)/python manage.py makemigrations --check --dry-run
	DJANGO_ALLOWED_HOSTS=esempio.it CYCLE_SOURCE_URL=https://esempio.it/sorgente \
		DATABASE_URL=postgresql://app@localhost/ciclo DATABASE_OWNER_URL=postgresql://owner@localhost/ciclo \
		$(BIN)/python manage.py check --deploy --fail-level WARNING

# Every part killed at random, the database's processes too, while ten thousand news go on.
tempesta: install debian
	TEMPESTA=10000 CYCLE_DB_FAST=0 $(BIN)/python -m pytest -q -s tests/notifications/test_processi.py \
		-k storm

bench: install
	$(BIN)/python -m tests.bench

# Hashes of every dependency and no address of any index: pip takes them from wherever it is
# configured to.
lock:
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
		--no-header --no-emit-index-url --no-annotate -q -o requirements.lock
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-header --no-emit-index-url --no-annotate -q -o requirements-dev.lock

clean:
	rm -rf .venv .data .mypy_cache .ruff_cache .pytest_cache .import_linter_cache staticfiles
