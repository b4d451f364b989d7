#!/usr/bin/env bash
# Every test of the gate: Rust on both databases, web, the journeys in a browser. Starts its own PostgreSQL and stops it.
set -uo pipefail
cd "$(dirname "$0")/.."

scripts/install.sh build web test || exit 1

# A folder of this run only: two runs on one machine do not meet. Every test makes databases and drops them;
# in memory, where there is plenty, that costs a third less time than on a disk.
room="$(df --output=avail -k /dev/shm 2>/dev/null | tail -1)"
spare="$(awk '/MemAvailable/ { print $2 }' /proc/meminfo 2>/dev/null)"
# Some tests start what they unpacked.
runs() { findmnt -no OPTIONS -T "$1" 2>/dev/null | grep -qvw noexec; }
if [ -z "${TMPDIR:-}" ] && [ "${room:-0}" -ge 6000000 ] && [ "${spare:-0}" -ge 12000000 ] && runs /dev/shm; then
    export TMPDIR=/dev/shm
fi
folder="$(mktemp -d "${TMPDIR:-/tmp}/tongban-test-XXXXXX")"
chmod 755 "$folder"
leave() {
    [ -z "${TONGBAN_TEST_PG_DIR:-}" ] || scripts/test-postgres.sh stop
    rm -rf "$folder"
}
trap leave EXIT
trap 'exit 130' INT TERM
export TMPDIR="$folder/tmp"
mkdir -m 1777 "$TMPDIR"

if [ -n "${TONGBAN_TEST_PG:-}" ]; then
    unset TONGBAN_TEST_PG_DIR
else
    export TONGBAN_TEST_PG_DIR="$folder/pg"
    TONGBAN_TEST_PG="$(scripts/test-postgres.sh start)" || exit 1
    export TONGBAN_TEST_PG
fi

failed=()
step() {
    local name="$1" begun="$SECONDS"
    shift
    echo "== $name"
    "$@" </dev/null || failed+=("$name")
    echo "took: $name $((SECONDS - begun)) s"
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
