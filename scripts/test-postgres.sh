#!/usr/bin/env bash
# A PostgreSQL server for the tests, thrown away afterwards.
#
#   scripts/test-postgres.sh start   prints the address for TONGBAN_TEST_PG (starts one unless it runs)
#   scripts/test-postgres.sh stop    stops it and removes its files
#
# PG_BIN names the folder of initdb and pg_ctl when they are not found; TONGBAN_TEST_PG_DIR the
# folder of the server (a second folder is a second server). Durability is off: never keep data in it.
# TONGBAN_TEST_PG_DURABLE=1 leaves it on, for measuring.
set -euo pipefail

folder="${TONGBAN_TEST_PG_DIR:-${TMPDIR:-/tmp}/tongban-test-postgres-$(id -u)}"

find_bin() {
    for candidate in "${PG_BIN:-}" /usr/local/bin $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV) \
        "$(dirname "$(command -v initdb 2>/dev/null || echo /nowhere/initdb)")"; do
        if [ -n "$candidate" ] && [ -x "$candidate/initdb" ] && [ -x "$candidate/pg_ctl" ]; then
            echo "$candidate"
            return
        fi
    done
    echo "no initdb and pg_ctl found: install PostgreSQL 15 or later, or set PG_BIN" >&2
    exit 1
}

# The server refuses to run as root; then an unprivileged user runs it.
unprivileged() {
    if [ "$(id -u)" = 0 ]; then
        local user=nobody
        id postgres >/dev/null 2>&1 && user=postgres
        (cd / && setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups env HOME="$folder" "$@")
    else
        "$@"
    fi
}

# What makes the server fast and forgetful.
careless() {
    if [ -z "${TONGBAN_TEST_PG_DURABLE:-}" ]; then
        echo "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    fi
}

free_port() {
    local port
    for _ in $(seq 100); do
        port=$((20000 + RANDOM % 20000))
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            echo "$port"
            return
        fi
    done
    echo "no free port found" >&2
    exit 1
}

address() {
    echo "postgres://postgres@127.0.0.1:$(cat "$folder/port")/postgres"
}

start() {
    local bin port
    bin="$(find_bin)"
    if [ -f "$folder/port" ] && unprivileged "$bin/pg_ctl" -D "$folder/data" status >/dev/null 2>&1; then
        address
        return
    fi
    rm -rf "$folder"
    mkdir -m 700 -p "$folder"
    if [ "$(id -u)" = 0 ]; then
        if id postgres >/dev/null 2>&1; then chown postgres "$folder"; else chown nobody "$folder"; fi
    fi
    unprivileged "$bin/initdb" -D "$folder/data" -U postgres --auth=trust --encoding=UTF8 --locale=C --no-sync \
        >"$folder.log" 2>&1 || { cat "$folder.log" >&2; exit 1; }
    for _ in 1 2 3; do
        port="$(free_port)"
        if unprivileged "$bin/pg_ctl" -D "$folder/data" -w -t 60 -l "$folder/server.log" -o "-p $port \
            -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=400 $(careless)" start >>"$folder.log" 2>&1; then
            echo "$port" >"$folder/port"
            address
            return
        fi
    done
    cat "$folder/server.log" >&2
    exit 1
}

stop() {
    local bin
    bin="$(find_bin)"
    if [ -d "$folder/data" ]; then
        unprivileged "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true
    fi
    rm -rf "$folder" "$folder.log"
}

case "${1:-}" in
    start) start ;;
    stop) stop ;;
    *) echo "usage: $0 start|stop" >&2; exit 2 ;;
esac
