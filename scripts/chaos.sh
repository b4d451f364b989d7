#!/usr/bin/env bash
# Breaks the product on purpose and counts afterwards. `scripts/chaos.sh --short cluster` runs one scenario, shortened.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install.sh build test
ulimit -n "$(ulimit -Hn)"
if [ -z "${TONGBAN_TEST_PG:-}" ]; then
    TONGBAN_TEST_PG_DIR="$(mktemp -d "${TMPDIR:-/tmp}/tongban-chaos-XXXXXX")/pg"
    export TONGBAN_TEST_PG_DIR
    chmod 755 "$(dirname "$TONGBAN_TEST_PG_DIR")"
    trap 'scripts/test-postgres.sh stop; rm -rf "$(dirname "$TONGBAN_TEST_PG_DIR")"' EXIT
    TONGBAN_TEST_PG="$(scripts/test-postgres.sh start)"
    export TONGBAN_TEST_PG
fi
cargo build --release -p app -p chaos
"${CARGO_TARGET_DIR:-target}/release/chaos" "$@"
