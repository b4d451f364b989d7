// An independent OpenID client (the package `openid-client`) for the provider's tests.
//
//   node openid-client.mjs ISSUER CLIENT SECRET REDIRECT SCOPES
//
// Prints the address a browser is to open, reads the address the browser came back with, and prints
// what it learned as one line of JSON. Whatever the library refuses ends it with status 1.
import { createInterface } from 'node:readline'
import * as openid from 'openid-client'

const [issuer, id, secret, redirect, scope] = process.argv.slice(2)
const config = await openid.discovery(new URL(issuer), id, secret, undefined, {
  // The test server has no TLS; signatures are then checked with the published keys, not trusted.
  execute: [openid.allowInsecureRequests, openid.enableNonRepudiationChecks],
})
const verifier = openid.randomPKCECodeVerifier()
const state = openid.randomState()
const nonce = openid.randomNonce()
const address = openid.buildAuthorizationUrl(config, {
  redirect_uri: redirect,
  scope,
  state,
  nonce,
  code_challenge: await openid.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
})
console.log(address.href)
for await (const line of createInterface({ input: process.stdin })) {
  const tokens = await openid.authorizationCodeGrant(config, new URL(line.trim()), {
    pkceCodeVerifier: verifier,
    expectedState: state,
    expectedNonce: nonce,
    idTokenExpected: true,
  })
  const claims = tokens.claims()
  const user = await openid.fetchUserInfo(config, tokens.access_token, claims.sub)
  const bye = openid.buildEndSessionUrl(config, { id_token_hint: tokens.id_token })
  console.log(JSON.stringify({ claims, user, scope: tokens.scope, access_token: tokens.access_token, bye: bye.href }))
  process.exit(0)
}
