#!/usr/bin/env bash
# Installs what is missing, and nothing else. Takes the kinds wanted: build, web, test.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=()
# need <package> <command or file>...: wanted when none of them is there
need() {
    local package="$1" candidate
    shift
    for candidate in "$@"; do
        if command -v "$candidate" >/dev/null 2>&1 || compgen -G "$candidate" >/dev/null; then return; fi
    done
    packages+=("$package")
}

install_packages() {
    [ "${#packages[@]}" -gt 0 ] || return 0
    if ! command -v apt-get >/dev/null 2>&1; then
        echo "please install: ${packages[*]}" >&2
        exit 1
    fi
    local as_root=()
    [ "$(id -u)" = 0 ] || as_root=(sudo)
    echo "installing ${packages[*]}"
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" </dev/null >/dev/null
}

install_web() {
    # npm writes its own copy of the lock file last: newer than ours means complete and current.
    if [ web/package-lock.json -nt web/node_modules/.package-lock.json ]; then
        npm ci --prefix web --no-audit --no-fund --loglevel=error </dev/null
        touch web/node_modules/.package-lock.json
    fi
}

for kind in "$@"; do
    case "$kind" in
        build) need build-essential cc ;;
        test)
            need postgresql initdb '/usr/lib/postgresql/*/bin/initdb'
            need chromium chromium chromium-browser google-chrome
            need fonts-noto-cjk '/usr/share/fonts/opentype/noto/NotoSansCJK*'
            need zbar-tools zbarimg
            need poppler-utils pdftotext
            need openssl openssl
            ;;
        web) ;;
        *) echo "unknown kind $kind: build, web, test" >&2; exit 2 ;;
    esac
done
install_packages
for kind in "$@"; do
    if [ "$kind" = web ]; then install_web; fi
done
