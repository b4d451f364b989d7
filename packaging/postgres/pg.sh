#!/usr/bin/env bash
# Primary, standby, promotion and point-in-time restore of PostgreSQL (15 or later), with its own programs only.
# Run it as the user that owns the server's files (postgres), on the machine it is about.
#
#   pg.sh primary  DIR PORT [ARCHIVE]       a new server; with ARCHIVE its log is archived there
#   pg.sh standby  DIR PORT HOST:PORT [NAME] a copy of the server at HOST:PORT that follows it
#   pg.sh sync     DIR NAME|off             the primary acknowledges only what the standby NAME has too
#   pg.sh promote  DIR                      the standby becomes the primary; stop the old one before (fence)
#   pg.sh rejoin   DIR HOST:PORT [NAME]     the old primary comes back as standby of the new one
#   pg.sh base     ARCHIVE HOST:PORT        a base for point-in-time restores; every night
#   pg.sh restore  ARCHIVE DIR PORT TIME    a server as it was at TIME (2026-11-26 10:31:00+08)
#   pg.sh start|stop|crash|status DIR
#   pg.sh tidy     ARCHIVE DAYS             removes bases older than so many days and the log before them
#
# Settings: PG_BIN (folder of the programs), PG_HOST (address to listen on, default 127.0.0.1),
# PG_NETWORKS (networks that may connect and replicate, with the password in the file PG_PASSWORD_FILE and ~/.pgpass),
# PG_TRUST (the same without password, for tests),
# PG_OPTIONS (more -c options for start), PG_WAIT (seconds a start may take, default 60).
set -euo pipefail

[ "$(id -u)" != 0 ] || { echo "run this as the user postgres, not as root" >&2; exit 2; }

bin="${PG_BIN:-}"
if [ -z "$bin" ]; then
    for candidate in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV) "$(dirname "$(command -v pg_ctl 2>/dev/null || echo /nowhere/pg_ctl)")"; do
        if [ -x "$candidate/pg_ctl" ] && [ -x "$candidate/pg_basebackup" ]; then bin="$candidate"; break; fi
    done
fi
[ -n "$bin" ] || { echo "no pg_ctl and pg_basebackup found: install PostgreSQL, or set PG_BIN" >&2; exit 2; }
host="${PG_HOST:-127.0.0.1}"
user=postgres

say() { echo "$*" >&2; }
absolute() { mkdir -p "$1" && (cd "$1" && pwd); }

start() {
    # shellcheck disable=SC2086
    "$bin/pg_ctl" -D "$1" -w -t "${PG_WAIT:-60}" -l "$1.log" -o "${PG_OPTIONS:-}" start >/dev/null || { tail -5 "$1.log" >&2; exit 1; }
}

# What both roles need: either may be the other tomorrow.
settings() {
    local dir="$1" port="$2" archive="${3:-}"
    cat >>"$dir/postgresql.conf" <<CONF
port = $port
listen_addresses = '$host'
unix_socket_directories = ''
wal_level = replica
max_wal_senders = 10
max_replication_slots = 10
max_slot_wal_keep_size = '16GB'
hot_standby = on
hot_standby_feedback = on
wal_log_hints = on
max_connections = 200
tcp_user_timeout = 10000
CONF
    if [ -n "$archive" ]; then
        # A new primary archives again what the old one had archived: the same content is well, another is an error.
        cat >>"$dir/postgresql.conf" <<CONF
archive_mode = on
archive_timeout = 60
archive_command = 'if test -f "$archive/log/%f"; then cmp -s "%p" "$archive/log/%f"; else cp "%p" "$archive/log/.%f.\$\$" && sync "$archive/log/.%f.\$\$" && mv "$archive/log/.%f.\$\$" "$archive/log/%f"; fi'
CONF
    fi
}

primary() {
    local dir="$1" port="$2" archive="${3:-}"
    if [ -n "$archive" ]; then archive="$(absolute "$archive")"; mkdir -p "$archive/log"; fi
    local auth=scram-sha-256
    [ -z "${PG_TRUST:-}" ] || auth=trust
    if [ "$auth" = trust ]; then
        "$bin/initdb" -D "$dir" -U $user --auth=trust --encoding=UTF8 --locale=C --no-sync >"$dir.log" 2>&1 || { cat "$dir.log" >&2; exit 1; }
    else
        [ -n "${PG_PASSWORD_FILE:-}" ] || { say "PG_PASSWORD_FILE: a file with the password of $user"; exit 2; }
        "$bin/initdb" -D "$dir" -U $user --auth=scram-sha-256 --pwfile="$PG_PASSWORD_FILE" --encoding=UTF8 --locale=C --data-checksums >"$dir.log" 2>&1 || { cat "$dir.log" >&2; exit 1; }
    fi
    settings "$dir" "$port" "$archive"
    for network in ${PG_TRUST:-${PG_NETWORKS:-}}; do
        echo "host all all $network $auth" >>"$dir/pg_hba.conf"
        echo "host replication all $network $auth" >>"$dir/pg_hba.conf"
    done
    start "$dir"
}

# A copy that follows: -R writes where to, -C makes the slot that keeps what it has not yet got.
standby() {
    local dir="$1" port="$2" from="$3" name="${4:-standby}"
    "$bin/pg_basebackup" -D "$dir" -h "${from%:*}" -p "${from##*:}" -U $user -w -X stream -c fast -R -C -S "$name" 2>"$dir.log" ||
        { cat "$dir.log" >&2; exit 1; }
    cat >>"$dir/postgresql.conf" <<CONF
port = $port
listen_addresses = '$host'
CONF
    echo "synchronous_standby_names = ''" >>"$dir/postgresql.auto.conf"
    named "$dir" "$name"
    start "$dir"
}

# The name under which the primary knows it.
named() {
    sed -i "s/primary_conninfo = '/primary_conninfo = 'application_name=$2 /" "$1/postgresql.auto.conf"
}

ask() { # DIR SQL
    local port
    port="$(sed -n 4p "$1/postmaster.pid")"
    "$bin/psql" -h "$host" -p "$port" -U $user -w -d postgres -v ON_ERROR_STOP=1 -Atqc "$2"
}

rejoin() {
    local dir="$1" from="$2" name="${3:-standby}" port
    # The settings become those of the new primary; the port stays its own.
    port="$(sed -n 's/^port = //p' "$dir/postgresql.conf" | tail -1)"
    "$bin/pg_ctl" -D "$dir" -m fast stop >/dev/null 2>&1 || true
    # Just promoted, the new primary still calls itself by the old timeline in its control file until a checkpoint is
    # done; pg_rewind would then find nothing to do and the old primary could not follow.
    "$bin/psql" -h "${from%:*}" -p "${from##*:}" -U $user -w -d postgres -Atqc CHECKPOINT
    "$bin/pg_rewind" -D "$dir" --source-server="host=${from%:*} port=${from##*:} user=$user dbname=postgres" --write-recovery-conf >"$dir.log" 2>&1 ||
        { cat "$dir.log" >&2; say "pg_rewind could not; take a new copy: pg.sh standby"; exit 1; }
    "$bin/psql" -h "${from%:*}" -p "${from##*:}" -U $user -w -d postgres -Atqc \
        "SELECT pg_create_physical_replication_slot('$name') WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = '$name')" >/dev/null
    printf "port = %s\nlisten_addresses = '%s'\n" "$port" "$host" >>"$dir/postgresql.conf"
    # It waits for nobody should it be promoted again.
    printf "primary_slot_name = '%s'\nsynchronous_standby_names = ''\n" "$name" >>"$dir/postgresql.auto.conf"
    named "$dir" "$name"
    if (start "$dir"); then return; fi
    # A record that was cut off at the end of a part of the log can keep a rewound server from ever becoming consistent.
    say "the rewound server does not come up; a new copy is taken, its files so far stay in $dir.left"
    "$bin/pg_ctl" -D "$dir" -w -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$dir.left"
    mv "$dir" "$dir.left"
    "$bin/psql" -h "${from%:*}" -p "${from##*:}" -U $user -w -d postgres -Atqc "SELECT pg_drop_replication_slot('$name')" >/dev/null
    standby "$dir" "$port" "$from" "$name"
}

base() {
    local archive from="$2" stamp
    archive="$(absolute "$1")"
    stamp="$(date -u +%Y%m%dT%H%M%SZ)"
    "$bin/pg_basebackup" -D "$archive/.making" -h "${from%:*}" -p "${from##*:}" -U $user -w -X fetch -c fast >/dev/null
    mv "$archive/.making" "$archive/base-$stamp"
    # Which part of the log the last commits before this are in is archived at once, so that the base can be used.
    "$bin/psql" -h "${from%:*}" -p "${from##*:}" -U $user -w -d postgres -Atqc "SELECT pg_switch_wal()" >/dev/null
    echo "base-$stamp"
}

restore() {
    local archive dir="$2" port="$3" time="$4" wanted chosen=""
    archive="$(absolute "$1")"
    [ ! -e "$dir" ] || { say "$dir is there already; a restore goes into a new folder"; exit 1; }
    wanted="base-$(date -u -d "$time" +%Y%m%dT%H%M%SZ)"
    for one in "$archive"/base-*; do
        if [ -d "$one" ] && ! [[ "$(basename "$one")" > "$wanted" ]]; then chosen="$one"; fi
    done
    [ -n "$chosen" ] || { say "no base in $archive is older than $time"; exit 1; }
    cp -a "$chosen" "$dir"
    chmod 700 "$dir"
    rm -f "$dir/postmaster.pid" "$dir/standby.signal"
    cat >>"$dir/postgresql.conf" <<CONF
port = $port
listen_addresses = '$host'
archive_mode = off
restore_command = 'cp "$archive/log/%f" "%p"'
recovery_target_time = '$time'
recovery_target_action = 'promote'
CONF
    # What was set by command stands in a file of its own, which wins.
    echo "synchronous_standby_names = ''" >>"$dir/postgresql.auto.conf"
    touch "$dir/recovery.signal"
    start "$dir"
    for _ in $(seq 600); do
        if [ "$(ask "$dir" 'SELECT pg_is_in_recovery()' 2>/dev/null)" = f ]; then say "restored from $(basename "$chosen") to $time"; return; fi
        "$bin/pg_ctl" -D "$dir" status >/dev/null 2>&1 || { tail -5 "$dir.log" >&2; exit 1; }
        sleep 0.1
    done
    say "the log is not replayed after a minute; watch $dir.log"
    exit 1
}

tidy() {
    local archive days="$2" oldest="" one
    archive="$(absolute "$1")"
    local limit
    limit="base-$(date -u -d "$days days ago" +%Y%m%dT%H%M%SZ)"
    local all=("$archive"/base-*)
    # The newest base before the limit is still needed for the days after it.
    for one in "${all[@]}"; do
        if [ -d "$one" ] && ! [[ "$(basename "$one")" > "$limit" ]]; then
            [ -z "$oldest" ] || rm -rf "$oldest"
            oldest="$one"
        fi
    done
    [ -n "$oldest" ] || return 0
    "$bin/pg_archivecleanup" "$archive/log" "$(sed -n 's/^START WAL LOCATION: .*(file \(.*\))$/\1/p' "$oldest/backup_label")"
}

command="${1:-}"
shift || true
case "$command" in
    primary | standby | rejoin | base | restore | tidy) "$command" "$@" ;;
    sync)
        if [ "$2" = off ]; then value=""; else value="ANY 1 ($2)"; fi
        ask "$1" "ALTER SYSTEM SET synchronous_standby_names = '$value'" && ask "$1" "SELECT pg_reload_conf()" >/dev/null ;;
    promote) "$bin/pg_ctl" -D "$1" -w -t 60 promote >/dev/null ;;
    start) start "$1" ;;
    stop) "$bin/pg_ctl" -D "$1" -w -t 60 -m fast stop >/dev/null ;;
    crash) "$bin/pg_ctl" -D "$1" -w -t 60 -m immediate stop >/dev/null ;;
    status) "$bin/pg_ctl" -D "$1" status ;;
    *) sed -n '2,20p' "$0" >&2; exit 2 ;;
esac
