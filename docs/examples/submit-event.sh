#!/bin/sh
# Submits one standard event, signed as the gateway wants it: BASE, APP_ID, SECRET and CASE say where,
# who and which case; NOW may set the time (seconds since 1970). Needs curl and openssl.
set -eu
now=${NOW:-$(date +%s)}
nonce=$(openssl rand -hex 16)
signature=$(printf '%s%s%s%s' "$now" "$SECRET" "$nonce" "$now" | openssl dgst -sha256 -r | cut -c1-64 | tr 'a-f' 'A-F')
at=$(date -u -d "@$now" +%Y-%m-%dT%H:%M:%SZ)
curl --silent --show-error --fail-with-body --noproxy '*' "$BASE/api/v1/exchange/events" \
  -H "x-tif-paasid: $APP_ID" -H "x-tif-timestamp: $now" -H "x-tif-nonce: $nonce" -H "x-tif-signature: $signature" \
  -H 'content-type: application/json' \
  -d "{\"event\":\"accept\",\"case_number\":\"$CASE\",\"version\":1,\"at\":\"$at\",\"operator\":\"林晓\",\"data\":{\"note\":\"材料齐全\"}}"
