# Each target calls cargo, npm, xtask or one script. `make` alone lists them.
.PHONY: help run test journeys check bench chaos package fmt

help:
	@echo "make run     the demo city at http://127.0.0.1:8080 (installs and builds what is missing)"
	@echo "make test    every test: Rust on SQLite and PostgreSQL, web, journeys in Chromium"
	@echo "make journeys  only the journeys: the main job in Chromium, axe on every page"
	@echo "make check   format, lints, floors, register, generated files, types"
	@echo "make bench   measures a release build against its goals and the kept run; figures and chart in target/bench"
	@echo "make chaos   breaks the product on purpose, at full length, and counts afterwards"
	@echo "make package a Debian package and one file for machines without internet, from a release build"
	@echo "make fmt     formats the Rust code"

run:
	@scripts/run.sh

test:
	@scripts/test.sh

journeys:
	scripts/install.sh build web test
	npm run build --prefix web
	cargo build -p app
	npm run e2e --prefix web

check:
	@scripts/check.sh

bench:
	cargo xtask bench --save target/bench/figures.json --chart target/bench/figures.svg $(if $(wildcard docs/operations/bench.json),--against docs/operations/bench.json)

chaos:
	@scripts/chaos.sh

package:
	scripts/install.sh build web
	npm run build --prefix web
	cargo build --release -p app
	packaging/build.sh

fmt:
	cargo fmt --all
