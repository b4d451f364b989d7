#!/usr/bin/env bash
# Every test of the gate: Rust on both databases, web, the journeys in a browser. Starts its own PostgreSQL and stops it.
set -uo pipefail
cd "$(dirname "$0")/.."

scripts/install.sh build web test || exit 1

if [ -z "${TONGBAN_TEST_PG:-}" ]; then
    # A folder of this run only: two runs on one machine do not meet.
    TONGBAN_TEST_PG_DIR="$(mktemp -d "${TMPDIR:-/tmp}/tongban-test-XXXXXX")/pg"
    export TONGBAN_TEST_PG_DIR
    chmod 755 "$(dirname "$TONGBAN_TEST_PG_DIR")"
    trap 'scripts/test-postgres.sh stop; rm -rf "$(dirname "$TONGBAN_TEST_PG_DIR")"' EXIT
    trap 'exit 130' INT TERM
    TONGBAN_TEST_PG="$(scripts/test-postgres.sh start)" || exit 1
    export TONGBAN_TEST_PG
fi

failed=()
step() {
    local name="$1"
    shift
    echo "== $name"
    "$@" </dev/null || failed+=("$name")
}

rust_tests() {
    if cargo nextest --version >/dev/null 2>&1; then
        local profile=default
        [ -z "${CI:-}" ] || profile=ci
        cargo nextest run --workspace --profile "$profile"
    else
        cargo test --workspace --no-fail-fast
    fi
}

step pages npm run build --prefix web
# The story of a killed server and the browser journeys drive the binary itself; a test run alone does not build it.
step server cargo build -p app
step rust rust_tests
step web npm test --prefix web
step browser npm run e2e --prefix web

if [ "${#failed[@]}" -gt 0 ]; then
    echo "test: failed: ${failed[*]}"
    exit 1
fi
echo "test: all passed"
