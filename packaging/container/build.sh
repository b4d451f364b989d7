#!/usr/bin/env bash
# Makes the container image without a registry: a base from a Debian mirror, or one of your own, and the package in it.
#
#   packaging/container/build.sh [--package FILE] [--out FILE] [--mirror URL] [--security URL] [--suite NAME]
#   packaging/container/build.sh [--package FILE] [--out FILE] --base TAR
#
# FILE of the package is the one in target/package unless said; the image is written beside it as an archive that
# `podman load`, `docker load`, `ctr images import` and `skopeo copy docker-archive:` read. Run as root with buildah, and
# mmdebstrap unless a base is given. The mirror may be one of your own network or file:///…, so no internet is needed;
# TAR is the root of a file system, for a domestic system its own. The same package and base give the same layers.
set -euo pipefail
cd "$(dirname "$0")/../.."

folder="${CARGO_TARGET_DIR:-target}/package"
package="" out="" base="" suite=bookworm
mirror=http://deb.debian.org/debian security=http://deb.debian.org/debian-security
while [ $# -gt 0 ]; do
    case "$1" in
        --package) package="$2"; shift 2 ;;
        --out) out="$2"; shift 2 ;;
        --base) base="$2"; shift 2 ;;
        --suite) suite="$2"; shift 2 ;;
        # A mirror of one's own has its updates in one place; say --security too where it has them apart.
        --mirror) mirror="$2" security=""; shift 2 ;;
        --security) security="$2"; shift 2 ;;
        *) sed -n '2,10p' "$0" >&2; exit 2 ;;
    esac
done
# shellcheck disable=SC2012
[ -n "$package" ] || package="$(ls -t "$folder"/tongban_*.deb 2>/dev/null | head -n1)"
[ -f "$package" ] || { echo "no package: make package" >&2; exit 1; }
version="$(dpkg-deb -f "$package" Version)"
architecture="$(dpkg-deb -f "$package" Architecture)"
[ -n "$out" ] || out="$(dirname "$package")/tongban-$version-$architecture.image.tar"
export SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 1767225600)}"

making="$(mktemp -d)"
# Layers are made in a store of their own: nothing stays on this machine but the archive.
images() { buildah --root "$making/store" --runroot "$making/run" --storage-driver vfs "$@"; }
trap 'images rm --all >/dev/null 2>&1 || true; rm -rf "$making"' EXIT

if [ -z "$base" ]; then
    base="$making/base.tar"
    sources=("deb $mirror $suite main")
    [ -z "$security" ] || sources+=("deb $mirror $suite-updates main" "deb $security $suite-security main")
    # pg_dump for the backups of PostgreSQL; no manuals, and nothing of the machine the image is made on.
    # shellcheck disable=SC2016
    mmdebstrap --variant=minbase --include=ca-certificates,postgresql-client \
        --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
        --customize-hook='rm -f "$1/etc/hostname" "$1/etc/resolv.conf"' \
        "$suite" "$base" "${sources[@]}" >&2
fi

from="$(images from scratch)"
images add -q "$from" "$base" / >/dev/null
images commit -q --timestamp "$SOURCE_DATE_EPOCH" "$from" tongban-base >/dev/null

mkdir "$making/context"
cp "$package" "$making/context/tongban.deb"
# In the form of Docker: the other one has no health check.
images build -q --isolation chroot --format docker --pull-never --timestamp "$SOURCE_DATE_EPOCH" \
    --build-arg BASE=localhost/tongban-base --build-arg PACKAGE=tongban.deb --build-arg VERSION="$version" \
    -f packaging/container/Containerfile -t "tongban:$version" "$making/context" >/dev/null
rm -f "$out"
images push -q "tongban:$version" "docker-archive:$out:tongban:$version"
echo "$out"
