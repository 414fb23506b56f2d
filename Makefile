# The front door. Presets (CMakePresets.json) say how to build; this gives them names.
.DEFAULT_GOAL := help
SHELL := /bin/bash
JOBS ?= $(shell nproc)
CTEST := ctest --output-on-failure --parallel $(JOBS) --no-tests=error

.PHONY: help deps lint-deps bench-deps build demo run test lint fmt tidy check asan tsan bench soak release clean

help:  ## This list.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

deps:
	@deploy/install-deps

lint-deps:
	@deploy/install-deps --lint

build: deps  ## Build everything into build/.
	@cmake --preset dev >build.log 2>&1 || { cat build.log; rm -f build.log; exit 1; }; rm -f build.log
	@cmake --build --preset dev --parallel $(JOBS)

demo: deps  ## Install, build, start the suite, import the sample, match, and show people the result.
	@cmake --preset dev >build.log 2>&1 || { cat build.log; rm -f build.log; exit 1; }; rm -f build.log
	@cmake --build --preset dev --parallel $(JOBS) --target brygga brygga-suite
	@deploy/demo

run: deps  ## Start the suite in the foreground, its data in .run/suite; Ctrl-C stops it.
	@cmake --preset dev >build.log 2>&1 || { cat build.log; rm -f build.log; exit 1; }; rm -f build.log
	@cmake --build --preset dev --parallel $(JOBS) --target brygga brygga-suite
	@deploy/run

test: build  ## Every test, PostgreSQL and Redis started by the tests themselves.
	@$(CTEST) --test-dir build

lint: lint-deps  ## Format, layers and buf.
	@deploy/lint

fmt: lint-deps  ## Format every C++ file.
	@git ls-files '*.h' '*.cc' | xargs clang-format-14 -i

tidy: lint-deps build  ## clang-tidy over our sources.
	@cmake --build --preset dev --parallel $(JOBS) --target bench_echo
	@deploy/tidy

asan: lint-deps  ## The tests under AddressSanitizer and UndefinedBehaviorSanitizer.
	@cmake --preset asan >/dev/null && cmake --build --preset asan --parallel $(JOBS) && $(CTEST) --test-dir build/asan

tsan: lint-deps  ## The tests that do not link gRPC under ThreadSanitizer.
	@cmake --preset tsan >/dev/null && cmake --build --preset tsan --parallel $(JOBS) --target brygga_tests && $(CTEST) --test-dir build/tsan

check: lint tidy test asan tsan  ## What we run before handing in.

release: deps  ## Build the optimised programs into build/release.
	@cmake --preset release >/dev/null && cmake --build --preset release --parallel $(JOBS)

bench-deps:
	@deploy/install-deps --bench

bench: bench-deps  ## Our figures beside their references, interleaved in one run.
	@cmake --preset release >/dev/null && cmake --build --preset release --parallel $(JOBS) --target brygga-bench brygga-bench-engine brygga-bench-feed brygga-bench-redis
	@build/release/brygga-bench
	@build/release/brygga-bench-engine
	@build/release/brygga-bench-feed
	@build/release/brygga-bench-redis

soak: build  ## The long forms of the tests that have one.
	@BRYGGA_FEED_COMMITS=100000 BRYGGA_CONSUMER_KILLS=200 $(CTEST) --test-dir build -R '^feed_(storm|kill)_test$$'
	@BRYGGA_SOLVE_SECONDS=600 BRYGGA_SOLVE_SEED=$$RANDOM $(CTEST) --test-dir build --verbose -R '^solve_(peers|files)_test$$'
	@BRYGGA_REDIS_ANSWERS=1000000 BRYGGA_REDIS_WRITES=1000000 BRYGGA_REDIS_KILLS=200 build/tests/matching_redis_test
	@BRYGGA_RUSHES=5000 build/tests/matching_store_sql_test --gtest_filter='*MatchedTwice*' --gtest_repeat=20
	@build/tests/sql_lease_stop_test --gtest_repeat=1000 --gtest_brief=1
	@BRYGGA_ERASURE_KILLS=200 $(CTEST) --test-dir build --timeout 20000 -R '^erasure_kill$$'

clean:  ## Remove what was built and what the demo left.
	@rm -rf build .run
