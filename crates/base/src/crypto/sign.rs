//! SM2 signatures with SM3 (GB/T 32918.2), the standard signer id, DER form, as
//! OpenSSL reads and writes them.

use sm2::dsa::signature::{Signer, Verifier};
use sm2::dsa::{Signature, SigningKey, VerifyingKey};
use sm2::elliptic_curve::sec1::ToSec1Point;
use sm2::pkcs8::{DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey, LineEnding};
use sm2::{PublicKey, SecretKey};

use crate::clock::Randomness;

/// The signer id everybody uses unless agreed otherwise (GM/T 0009).
pub const SIGNER_ID: &str = "1234567812345678";

/// What can go wrong with keys and signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// Not an SM2 key in the form expected.
    #[error("密钥读不出来，需要 SM2 密钥的 PEM 文件")]
    Key,
    /// The signature does not fit the content and the key.
    #[error("签名与内容不符")]
    Mismatch,
    /// The signature is not readable.
    #[error("签名格式不对")]
    Format,
    /// Signing failed.
    #[error("签名没有成功")]
    Sign,
}

/// A key pair that signs.
#[derive(Clone)]
pub struct Sm2Key {
    secret: SecretKey,
    signing: SigningKey,
}

/// Never shows key material.
impl std::fmt::Debug for Sm2Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sm2Key").finish_non_exhaustive()
    }
}

impl Sm2Key {
    /// A new key.
    #[must_use]
    pub fn generate(randomness: &dyn Randomness) -> Self {
        // A value outside 1..n-1 comes about once in 2^32 draws: draw again.
        loop {
            let mut bytes = [0_u8; 32];
            randomness.fill(&mut bytes);
            if let Ok(key) = Self::from_bytes(&bytes) {
                return key;
            }
        }
    }

    /// A key from its 32-byte scalar, big endian.
    ///
    /// # Errors
    /// [`SignError::Key`] when out of range.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, SignError> {
        SecretKey::from_slice(bytes).map_err(|_| SignError::Key).and_then(Self::from_secret)
    }

    /// Reads a PKCS#8 PEM (`openssl genpkey -algorithm SM2`).
    ///
    /// # Errors
    /// [`SignError::Key`].
    pub fn from_pem(pem: &str) -> Result<Self, SignError> {
        SecretKey::from_pkcs8_pem(pem).map_err(|_| SignError::Key).and_then(Self::from_secret)
    }

    fn from_secret(secret: SecretKey) -> Result<Self, SignError> {
        let signing = SigningKey::new(SIGNER_ID, &secret).map_err(|_| SignError::Key)?;
        Ok(Self { secret, signing })
    }

    /// The key as PKCS#8 PEM. Treat it as the secret it is.
    ///
    /// # Errors
    /// [`SignError::Key`].
    pub fn to_pem(&self) -> Result<String, SignError> {
        self.secret.to_pkcs8_pem(LineEnding::LF).map(|pem| pem.to_string()).map_err(|_| SignError::Key)
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> Sm2PublicKey {
        Sm2PublicKey(self.signing.verifying_key().clone())
    }

    /// Signs the message (digest with Z_A and the standard id). DER form. The
    /// nonce is derived from key and message (RFC 6979), so no randomness is
    /// needed and none can fail.
    ///
    /// # Errors
    /// [`SignError::Sign`], practically never.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let signature = self.signing.try_sign(message).map_err(|_| SignError::Sign)?;
        Ok(signature.to_der().as_bytes().to_vec())
    }
}

/// A key that verifies.
#[derive(Clone, Debug)]
pub struct Sm2PublicKey(VerifyingKey);

impl Sm2PublicKey {
    /// Reads a SubjectPublicKeyInfo PEM.
    ///
    /// # Errors
    /// [`SignError::Key`].
    pub fn from_pem(pem: &str) -> Result<Self, SignError> {
        PublicKey::from_public_key_pem(pem).map_err(|_| SignError::Key).and_then(Self::from_public)
    }

    /// Reads a curve point (SEC 1), as certificates carry it.
    ///
    /// # Errors
    /// [`SignError::Key`].
    pub fn from_sec1(bytes: &[u8]) -> Result<Self, SignError> {
        PublicKey::from_sec1_bytes(bytes).map_err(|_| SignError::Key).and_then(Self::from_public)
    }

    fn from_public(key: PublicKey) -> Result<Self, SignError> {
        VerifyingKey::new(SIGNER_ID, key).map(Self).map_err(|_| SignError::Key)
    }

    /// The key as SubjectPublicKeyInfo PEM.
    ///
    /// # Errors
    /// [`SignError::Key`].
    pub fn to_pem(&self) -> Result<String, SignError> {
        PublicKey::from(&self.0).to_public_key_pem(LineEnding::LF).map_err(|_| SignError::Key)
    }

    /// The curve point, uncompressed: 65 bytes beginning with 4.
    #[must_use]
    pub fn to_sec1(&self) -> Vec<u8> {
        self.0.to_sec1_point(false).as_bytes().to_vec()
    }

    /// Verifies a DER signature over the message.
    ///
    /// # Errors
    /// [`SignError::Format`] or [`SignError::Mismatch`].
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), SignError> {
        let signature = Signature::from_der(signature).map_err(|_| SignError::Format)?;
        self.0.verify(message, &signature).map_err(|_| SignError::Mismatch)
    }
}
