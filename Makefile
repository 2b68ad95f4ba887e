# The two commands of Teahouse. Both install what is missing, say what they do, and skip what is there.
#
#   make run     builds the release and serves it on http://127.0.0.1:8080
#   make test    checks everything: format, lints, documentation, tests, budgets, people in a browser
#
# The parts of `make test`, in its order, can also be run by themselves:
#
#   make setup      installs the tools (make setup-build: only those that `make run` needs)
#   make check      formatting, clippy on both targets, rustdoc, licences and known holes of the dependencies
#   make unit       unit and integration tests
#   make build      the release, with compressed assets
#   make budget     bytes on the wire and caching, against the release
#   make end2end    Playwright, against the release
#
# Not part of `make test`, since they take the whole machine for minutes:
#
#   make crash      kills the release and fails its disk under load: no acknowledged message is lost (some two minutes)
#   make crowds     crowds and bad luck against the release: a reconnect storm, slow readers, a stop under load, a restart,
#                   one address against all
#   make proxies    nginx, Caddy, HAProxy and Apache with the blocks of docs/operating.md (installs them by apt-get)
#
# Not part of it either, since figures want a quiet machine:
#
#   make bench        Teahouse beside its peers under load (BENCH="fanout-1000 idle" for some scenarios only)
#   make bench-quick  the room of a thousand only, in about two minutes
#   make bench-micro  single steps of a message, timed by themselves (BENCH=decode for some only)
#   make bench-search the search over a million messages, and what its index costs (SEARCH_MESSAGES=50000 for fewer)
#   make bench-page   what a message costs the page, and what a tab holds after 200,000 (BENCH_MESSAGES=5000 for fewer)

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run test setup setup-build check unit build budget end2end crash crowds proxies bench bench-quick bench-micro bench-search bench-page

CARGO_HOME ?= $(HOME)/.cargo
CARGO_TARGET_DIR ?= target
export CARGO_TARGET_DIR
export PATH := $(CURDIR)/scripts/tools/node_modules/.bin:$(CARGO_HOME)/bin:$(PATH)

help:
	@awk '/^#/ { sub(/^# ?/, ""); print; next } { exit }' Makefile

# Makes these parts, one after the other, and says how long each took.
define parts
@started=$$SECONDS; \
for part in $(1); do \
	printf '\n=== make %s\n' "$$part"; \
	part_started=$$SECONDS; \
	$(MAKE) --no-print-directory "$$part"; \
	printf '=== make %s: %d s\n' "$$part" $$((SECONDS - part_started)); \
done; \
printf '\n=== make $@: $(2) in %d s\n' $$((SECONDS - started))
endef

run:
	$(call parts,setup-build build,ready)
	$(CARGO_TARGET_DIR)/release/teahouse serve

test:
	$(call parts,setup check unit build budget end2end,everything passed)

setup-build:
	@scripts/setup build

setup:
	@scripts/setup build test

check:
	cargo fmt --check
	cargo clippy --locked --all-targets --features faults -- -D warnings
	# Targets that `cargo test` leaves out are none of all to cargo.
	cargo clippy --locked --test crowds --features faults -- -D warnings
	cargo clippy --locked --package teahouse-page --target wasm32-unknown-unknown -- -D warnings
	cargo clippy --locked --package teahouse-page --target wasm32-unknown-unknown --features split -- -D warnings
	RUSTDOCFLAGS='-D warnings' cargo doc --locked --no-deps
	cd end2end && npm run --silent check
	@scripts/dependencies

unit:
	@scripts/unit

build:
	cargo leptos build --release --split --lib-features split --cargo-locked
	@scripts/pack

budget:
	@scripts/budget

end2end:
	cd end2end && npm test

crash:
	@scripts/crash

crowds:
	LEPTOS_OUTPUT_NAME=teahouse cargo test --locked --release --test crowds

proxies:
	@scripts/proxies

bench:
	@scripts/setup bench
	@scripts/bench full $(BENCH)

bench-quick:
	@scripts/setup bench
	@scripts/bench quick $(BENCH)

bench-micro:
	cargo bench --locked --bench micro -- $(BENCH)

bench-search:
	cargo bench --locked --bench search

bench-page:
	@scripts/setup test
	cd end2end && npm run --silent bench
