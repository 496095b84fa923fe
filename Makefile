# make            what there is to make
.DEFAULT_GOAL := help
.PHONY: help run test bench bench-store bench-scale fuzz peers goldens fmt clippy ci tools deny

CARGO ?= cargo

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

run: ## process the pages that ship with the project and show what comes out
	@scripts/run-pages

test: ## every test, broker tests included; first finds or installs what they need
	@scripts/run-tests

bench: ## each step in MB/s and pages/s; the worker over RabbitMQ beside a bare pass-through
	$(CARGO) bench --locked --bench steps --bench memory --bench pages
	$(CARGO) test --locked --release --test it -- --ignored --nocapture worker_beside_a_bare_pass_through

fuzz: ## an hour each of fuzzing parse, extract and read (needs cargo-fuzz)
	@scripts/fuzz

bench-store: ## articles/s of identify and what an article takes, with COPYDESK_REMEMBERED of them (1000000)
	COPYDESK_REMEMBERED=$${COPYDESK_REMEMBERED:-1000000} $(CARGO) test --locked --release --test it -- --ignored --nocapture --test-threads 1 identity::figures

bench-scale: ## 1, 2 and 4 replicas on one broker and one Redis: pages/s, script calls and bytes a page
	$(CARGO) test --locked --release --test it -- --ignored --nocapture scale::table

peers: ## other extractors on the same gold pages (downloads them)
	scripts/peers

goldens: ## rewrite the golden events of the shipped pages; then look at the difference
	COPYDESK_REWRITE_GOLDENS=1 $(CARGO) test --locked --test it golden
	@git --no-pager diff --stat -- tests/golden

fmt: ## format
	$(CARGO) fmt

clippy: ## lint, warnings refused
	$(CARGO) clippy --locked --all-targets -- -D warnings

deny: ## licences, sources, bans and advisories of the dependencies
	@scripts/deny

ci: ## what CI runs
	.ci/run

tools: ## find or install what the tests need beside Rust
	@scripts/tools/install
