//! RS256 (RSASSA-PKCS1-v1_5 with SHA-256, RFC 7518 3.3) and the compact form of a signed token.
//!
//! National algorithms sign our own papers and logs; identity tokens are for other bodies' standard
//! OpenID clients, and RS256 is the one algorithm all of them must know (OpenID Discovery 3).

use std::convert::Infallible;

use rsa::pkcs1v15::{Signature, SigningKey, VerifyingKey};
use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey, LineEnding};
use rsa::rand_core::{TryCryptoRng, TryRng};
use rsa::signature::{SignatureEncoding, Signer, Verifier};
use rsa::traits::PublicKeyParts;
use rsa::{PrivateKey, PublicKey};
use serde_json::Value;
use sha2::Sha256;

use crate::clock::Randomness;
use crate::encoding::{from_base64url, to_base64url};

/// Bits of a new key.
const BITS: usize = 2048;

/// What is wrong with a key.
#[derive(Debug, thiserror::Error)]
#[error("RSA key: {0}")]
pub struct RsaKeyError(String);

/// A key that signs identity tokens.
pub struct RsaKey(PrivateKey);

struct Source<'a>(&'a dyn Randomness);

impl TryRng for Source<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, buffer: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(buffer);
        Ok(())
    }
}

impl TryCryptoRng for Source<'_> {}

impl RsaKey {
    /// Makes a key. Takes up to a second: not on an async thread.
    ///
    /// # Errors
    /// When the numbers found make no key.
    pub fn generate(randomness: &dyn Randomness) -> Result<Self, RsaKeyError> {
        PrivateKey::new(&mut Source(randomness), BITS).map(Self).map_err(|error| RsaKeyError(error.to_string()))
    }

    /// As PKCS#8 PEM; seal it before it is stored.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn to_pem(&self) -> Result<String, RsaKeyError> {
        let text = self.0.to_pkcs8_pem(LineEnding::LF).map_err(|error| RsaKeyError(error.to_string()))?;
        Ok(text.to_string())
    }

    /// Reads PKCS#8 PEM.
    ///
    /// # Errors
    /// When it is no key.
    pub fn from_pem(text: &str) -> Result<Self, RsaKeyError> {
        PrivateKey::from_pkcs8_pem(text).map(Self).map_err(|error| RsaKeyError(error.to_string()))
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> RsaPublic {
        let key = self.0.to_public_key();
        RsaPublic { n: to_base64url(&key.n_bytes()), e: to_base64url(&key.e_bytes()) }
    }

    /// A signed token (JWS compact form) over claims, with the key's id in its head.
    #[must_use]
    pub fn token(&self, kid: &str, claims: &Value) -> String {
        let head = serde_json::json!({ "alg": "RS256", "typ": "JWT", "kid": kid });
        let body =
            format!("{}.{}", to_base64url(head.to_string().as_bytes()), to_base64url(claims.to_string().as_bytes()));
        let signature: Signature = SigningKey::<Sha256>::new(self.0.clone()).sign(body.as_bytes());
        format!("{body}.{}", to_base64url(&signature.to_bytes()))
    }
}

/// Modulus and exponent in base64url, as a JSON Web Key has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RsaPublic {
    /// Modulus.
    pub n: String,
    /// Exponent.
    pub e: String,
}

/// Key id in the head of a token; `None` when it is no RS256 token.
#[must_use]
pub fn token_kid(token: &str) -> Option<String> {
    let head: Value = serde_json::from_slice(&from_base64url(token.split('.').next()?)?).ok()?;
    (head.get("alg")?.as_str()? == "RS256").then(|| head.get("kid")?.as_str().map(str::to_owned)).flatten()
}

/// Claims of a token when the key signed it. Says nothing of time, issuer and audience.
#[must_use]
pub fn verified_claims(token: &str, key: &RsaPublic) -> Option<Value> {
    let (body, signature) = token.rsplit_once('.')?;
    let (n, e) = (from_base64url(&key.n)?, from_base64url(&key.e)?);
    let number = |bytes: &[u8]| rsa::BoxedUint::from_be_slice_vartime(bytes);
    let public = PublicKey::new(number(&n), number(&e)).ok()?;
    let signature = Signature::try_from(from_base64url(signature)?.as_slice()).ok()?;
    VerifyingKey::<Sha256>::new(public).verify(body.as_bytes(), &signature).ok()?;
    serde_json::from_slice(&from_base64url(body.split_once('.')?.1)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Seeded(std::sync::Mutex<u64>);
    impl Randomness for Seeded {
        fn fill(&self, buffer: &mut [u8]) {
            let mut state = self.0.lock().unwrap();
            for byte in buffer {
                *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                *byte = (*state >> 56) as u8;
            }
        }
    }

    #[test]
    fn a_token_is_verified_by_its_key_only_and_not_after_a_change() {
        let dice = Seeded(std::sync::Mutex::new(1));
        let (key, other) = (RsaKey::generate(&dice).unwrap(), RsaKey::generate(&dice).unwrap());
        let key = RsaKey::from_pem(&key.to_pem().unwrap()).unwrap();
        let token = key.token("k1", &serde_json::json!({ "sub": "a" }));
        assert_eq!(token_kid(&token).as_deref(), Some("k1"));
        assert_eq!(verified_claims(&token, &key.public()).unwrap()["sub"], "a");
        assert!(verified_claims(&token, &other.public()).is_none());
        let (head, rest) = token.split_once('.').unwrap();
        let (_, signature) = rest.split_once('.').unwrap();
        let forged = format!("{head}.{}.{signature}", to_base64url(br#"{"sub":"b"}"#));
        assert!(verified_claims(&forged, &key.public()).is_none());
        let unsigned = format!("{}.{}.", to_base64url(br#"{"alg":"none"}"#), to_base64url(b"{}"));
        assert!(token_kid(&unsigned).is_none() && verified_claims(&unsigned, &key.public()).is_none());
    }
}
