#!/usr/bin/env bash
# Tongban @VERSION@ for @MACHINE@: everything in this file, nothing is fetched.
#
#   bash tongban-….run --check          proves that the file is whole
#   bash tongban-….run --install        installs or upgrades this machine (as root); settings and data stay as they are
#   bash tongban-….run --unpack DIR     only unpacks
set -euo pipefail

sum=@SUM@
payload() { tail -n "+$(($(grep -anm1 '^__PAYLOAD__$' "$0" | cut -d: -f1) + 1))" "$0"; }
check() { [ "$(payload | sha256sum | cut -d' ' -f1)" = "$sum" ] || { echo "this file is damaged; get it again" >&2; exit 1; }; }
unpack() {
    mkdir -p "$1"
    # Compressed or not: tar tells by itself only from a file, so we look.
    if [ "$(payload | head -c 2 | od -An -tx1 | tr -d ' ')" = 1f8b ]; then payload | gzip -dc | tar -xf - -C "$1"; else payload | tar -xf - -C "$1"; fi
}

case "${1:-}" in
    --check) check; echo "whole" ;;
    --unpack) [ -n "${2:-}" ] || { echo "--unpack DIR" >&2; exit 2; }; check; unpack "$2" ;;
    --install)
        [ "$(id -u)" = 0 ] || { echo "run this as root" >&2; exit 1; }
        [ "$(uname -m)" = "@MACHINE@" ] || { echo "this file is for @MACHINE@, this machine is $(uname -m)" >&2; exit 1; }
        check
        # What is installed is for everybody to read, however strict this shell is; see postinst for what is not.
        umask 022
        # Beside its place: nothing may be started from /tmp on some machines.
        making="$(mktemp -d /usr/share/tongban-new.XXXXXX)"
        trap 'rm -rf "$making"' EXIT
        place="$making/tree"
        unpack "$place"
        # The new program has to start here before the old one is touched: with this C library, with the authorities of
        # this system, on an empty database of its own.
        "$place/usr/bin/tongban" --version
        TMPDIR="$making" TONGBAN_PACKS_DIR="$place/usr/share/tongban/packs" "$place/usr/bin/tongban" openapi >/dev/null ||
            { echo "the new program does not start on this machine; nothing was changed" >&2; exit 1; }
        for settings in tongban.toml tongban.env; do
            if [ -e "/etc/tongban/$settings" ]; then mv "$place/etc/tongban/$settings" "$place/etc/tongban/$settings.new"; fi
        done
        rm -rf /usr/share/tongban/packs.old
        if [ -d /usr/share/tongban/packs ]; then mv /usr/share/tongban/packs /usr/share/tongban/packs.old; fi
        if [ -e /usr/bin/tongban ]; then cp -a /usr/bin/tongban /usr/bin/tongban.old; fi
        # A running program's file is replaced, never written into.
        install -m755 "$place/usr/bin/tongban" /usr/bin/tongban.new
        mv /usr/bin/tongban.new /usr/bin/tongban
        rm -f "$place/usr/bin/tongban"
        mv "$place/.postinst" "$making/postinst"
        cp -R "$place/." /
        sh "$making/postinst" configure
        ;;
    *) sed -n '2,6p' "$0" >&2; exit 2 ;;
esac
exit 0
__PAYLOAD__
