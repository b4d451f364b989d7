#!/usr/bin/env bash
# Makes what is handed out from a built binary: a Debian package and one file for machines without internet.
#
#   packaging/build.sh [--binary FILE] [--out DIR] [--fast]
#
# FILE is target/release/tongban unless said, DIR is target/package. --fast does not compress (for tests).
# Nothing is fetched. The same binary, pages and packs are in both, and in a container image made from the package.
set -euo pipefail
cd "$(dirname "$0")/.."

binary="${CARGO_TARGET_DIR:-target}/release/tongban" out="${CARGO_TARGET_DIR:-target}/package" fast=""
while [ $# -gt 0 ]; do
    case "$1" in
        --binary) binary="$2"; shift 2 ;;
        --out) out="$2"; shift 2 ;;
        --fast) fast=1; shift ;;
        *) sed -n '2,7p' "$0" >&2; exit 2 ;;
    esac
done
[ -x "$binary" ] || { echo "no $binary: npm run build --prefix web && cargo build --release -p app" >&2; exit 1; }

version="$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)"
machine="$(uname -m)"
case "$machine" in
    x86_64) architecture=amd64 ;;
    aarch64) architecture=arm64 ;;
    loongarch64) architecture=loong64 ;;
    *) architecture="$machine" ;;
esac
# The same sources give the same packages.
export SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 1767225600)}"

mkdir -p "$out"
out="$(cd "$out" && pwd)"
making="$(mktemp -d)"
trap 'rm -rf "$making"' EXIT
umask 022
# Without symbols, which are most of a debug build; a release has none.
strip --strip-all -o "$making/tongban" "$binary" 2>/dev/null || cp "$binary" "$making/tongban"
binary="$making/tongban"

# What lies where, below a root.
tree() {
    local root="$1"
    mkdir -p "$root/usr/bin"
    chmod 755 "$binary"
    cp -l "$binary" "$root/usr/bin/tongban" 2>/dev/null || cp "$binary" "$root/usr/bin/tongban"
    mkdir -p "$root/usr/share/tongban" "$root/usr/lib/systemd/system" "$root/etc/tongban"
    cp -R packs "$root/usr/share/tongban/packs"
    install -Dm755 packaging/postgres/pg.sh "$root/usr/share/tongban/postgres/pg.sh"
    install -m644 packaging/systemd/*.service packaging/systemd/*.timer "$root/usr/lib/systemd/system/"
    install -Dm755 packaging/systemd/tongban-as-service "$root/usr/sbin/tongban-as-service"
    install -m644 packaging/debian/tongban.toml packaging/debian/tongban.env "$root/etc/tongban/"
    mkdir -p "$root/usr/share/doc/tongban"
    cp -R docs/operations docs/api.md docs/openapi.json CHANGELOG.md LICENSE "$root/usr/share/doc/tongban/"
    # What others wrote in it, for people and for programs; made from the lock files by `cargo xtask supply`.
    install -m644 packaging/NOTICE.md packaging/sbom.cdx.json "$root/usr/share/doc/tongban/"
    find "$root" -type d -exec chmod 755 {} +
    find "$root" -newermt "@$SOURCE_DATE_EPOCH" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
}

deb="$making/deb"
tree "$deb"
mkdir -p "$deb/DEBIAN"
size="$(du -sk --exclude=DEBIAN "$deb" | cut -f1)"
# The oldest C library it runs with, by the symbols it names: an older system refuses the package, not the start.
glibc="$(objdump -T "$binary" 2>/dev/null | grep -o 'GLIBC_2\.[0-9]*' | sort -uV | tail -n1 | cut -d_ -f2 || true)"
sed -e "s/@VERSION@/$version/; s/@ARCHITECTURE@/$architecture/; s/@SIZE@/$size/; s/@GLIBC@/${glibc:+ (>= $glibc)}/" packaging/debian/control >"$deb/DEBIAN/control"
install -m755 packaging/debian/postinst packaging/debian/prerm packaging/debian/postrm "$deb/DEBIAN/"
install -m644 packaging/debian/conffiles "$deb/DEBIAN/conffiles"
touch -d "@$SOURCE_DATE_EPOCH" "$deb/DEBIAN"/* "$deb/DEBIAN"
if command -v dpkg-deb >/dev/null 2>&1; then
    compression=(-Zxz)
    [ -z "$fast" ] || compression=(-Znone)
    dpkg-deb --root-owner-group "${compression[@]}" --build "$deb" "$out/tongban_${version}_$architecture.deb" >/dev/null
    echo "$out/tongban_${version}_$architecture.deb"
else
    echo "no dpkg-deb on this machine: only the file for machines without internet is made" >&2
fi

# One file: a script that carries the tree behind itself.
bundle="$out/tongban-$version-$machine.run"
tree "$making/tree"
cp packaging/debian/postinst "$making/tree/.postinst"
pack=(gzip -9n)
[ -z "$fast" ] || pack=(cat)
tar -C "$making/tree" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" -cf - . | "${pack[@]}" >"$making/payload"
sum="$(sha256sum "$making/payload" | cut -d' ' -f1)"
sed -e "s/@VERSION@/$version/; s/@MACHINE@/$machine/; s/@SUM@/$sum/" packaging/bundle/install.sh >"$bundle"
cat "$making/payload" >>"$bundle"
chmod 755 "$bundle"
echo "$bundle"
