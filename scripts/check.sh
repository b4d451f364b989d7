#!/usr/bin/env bash
# Everything that is checked without running the product. Goes on after a finding and names them all.
set -uo pipefail
cd "$(dirname "$0")/.."

scripts/install.sh build web || exit 1
for component in clippy rustfmt; do
    cargo "${component/rustfmt/fmt}" --version >/dev/null 2>&1 || rustup component add "$component" || exit 1
done

failed=()
step() {
    local name="$1" begun="$SECONDS"
    shift
    echo "== $name"
    "$@" </dev/null || failed+=("$name")
    echo "took: $name $((SECONDS - begun)) s"
}

step format cargo fmt --all --check
step floors cargo xtask layers
step register cargo xtask trace
step supply cargo xtask supply --check
step lints cargo clippy --workspace --all-targets -- -D warnings
step generated cargo xtask gen --check
step types npm run check --prefix web

if [ "${#failed[@]}" -gt 0 ]; then
    echo "check: failed: ${failed[*]}"
    exit 1
fi
echo "check: all clean"
