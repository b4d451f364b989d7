#!/usr/bin/env bash
# The demo city on SQLite: builds what is missing, loads the city once, starts the outside world's
# simulators and the server. Ctrl-C stops both.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install.sh build web
# Pages are built again when a source is newer than what was built.
for app in portal desk; do
    built="web/apps/$app/dist/index.html"
    if [ ! -f "$built" ] || [ -n "$(find web/apps/$app web/packages -newer "$built" -type f \
        -not -path '*/node_modules/*' -not -path '*/dist/*' -print -quit)" ]; then
        npm run build --prefix web --silent -w "@tongban/$app"
        touch "$built"
    fi
done
cargo build -p app
tongban="${CARGO_TARGET_DIR:-target}/debug/tongban"

listen="${TONGBAN_LISTEN:-127.0.0.1:8080}"
outside="${TONGBAN_SIM_LISTEN:-127.0.0.1:8090}"
password="${TONGBAN_DEMO_PASSWORD:-Tongban-2026}"
export TONGBAN_LISTEN="$listen" TONGBAN_PUBLIC_URL="${TONGBAN_PUBLIC_URL:-http://$listen}"
export TONGBAN_IDENTITY_URL="${TONGBAN_IDENTITY_URL:-http://$outside/identity}"
export TONGBAN_SMS_URL="${TONGBAN_SMS_URL:-http://$outside/sms}" TONGBAN_COURIER_URL="${TONGBAN_COURIER_URL:-http://$outside/courier}"
export TONGBAN_PAYMENT_URL="${TONGBAN_PAYMENT_URL:-http://$outside/payment}"
export TONGBAN_REGISTRY_URL="${TONGBAN_REGISTRY_URL:-http://$outside/registry}"
export TONGBAN_CODE_URL="${TONGBAN_CODE_URL:-http://$outside/codes}" TONGBAN_MOBILE_URL="${TONGBAN_MOBILE_URL:-http://$outside/mobile}"
export TONGBAN_MATERIALS_URL="${TONGBAN_MATERIALS_URL:-http://$outside/materials}"
export TONGBAN_DEVICE_GATEWAY_URL="${TONGBAN_DEVICE_GATEWAY_URL:-http://$outside/reader}"
# In the demo a password is enough; in production administrators need the code of an authenticator app.
export TONGBAN_REQUIRE_SECOND_FACTOR="${TONGBAN_REQUIRE_SECOND_FACTOR:-0}"
"$tongban" demo --if-empty --cases "${TONGBAN_DEMO_CASES:-500}" --password "$password"
# Only now: the past cases of the demo are no news for the upper platform.
export TONGBAN_UPPER_URL="${TONGBAN_UPPER_URL:-http://$outside/upper}"

pids=()
stop() {
    trap - EXIT INT TERM
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait 2>/dev/null || true
}
trap stop EXIT
trap 'stop; exit 0' INT TERM

"$tongban" sim --listen "$outside" &
pids+=($!)
"$tongban" serve &
pids+=($!)

for _ in $(seq 300); do
    if (exec 3<>"/dev/tcp/${listen%:*}/${listen##*:}") 2>/dev/null; then break; fi
    for pid in "${pids[@]}"; do kill -0 "$pid" 2>/dev/null || { echo "the server did not start, see above" >&2; exit 1; }; done
    sleep 0.1
done
cat <<TEXT

  Portal   http://$listen          sign in as 示例区海燕小厨餐饮店（王海燕） on the simulated provincial page
  Desk     http://$listen/desk/    clerk · reviewer · inspector · approver · delivery · supervisor · editor · sysadmin
                                   password of all: $password

  Ctrl-C stops the server and the simulators.

TEXT
wait -n "${pids[@]}"
