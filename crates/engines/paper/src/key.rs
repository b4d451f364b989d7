//! Who can sign, and how a signature is checked.
//!
//! [`Signer`] is what [`crate::sign()`] needs of a key, so that a key may also live in a
//! cryptographic device or behind a certificate authority's interface; [`Sm2Key`] of `base` is
//! the software key. Standard: GB/T 32918 (SM2), GB/T 32905 (SM3), user id of GM/T 0009.

use base::crypto::{Sm2Key, Sm2PublicKey, Sm3Hasher};

/// Something that signs with SM2 over SM3 and the standard signer id.
pub trait Signer {
    /// The public key as an uncompressed point: `04 ‖ x ‖ y`, 65 bytes.
    fn public_key(&self) -> [u8; 65];

    /// Signs the message; the answer is DER `SEQUENCE { r, s }`.
    ///
    /// # Errors
    /// Plain words when the device or service can't sign.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, String>;
}

impl Signer for Sm2Key {
    fn public_key(&self) -> [u8; 65] {
        let mut point = [0; 65];
        let bytes = self.public().to_sec1();
        if bytes.len() == point.len() {
            point.copy_from_slice(&bytes);
        }
        point
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, String> {
        Sm2Key::sign(self, message).map_err(|error| error.to_string())
    }
}

/// Whether the DER signature over the message was made by the key of this point.
pub(crate) fn verifies(public_key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    Sm2PublicKey::from_sec1(public_key).is_ok_and(|key| key.verify(message, signature).is_ok())
}

/// SM3 over the parts one after the other.
pub(crate) fn sm3(parts: &[&[u8]]) -> [u8; 32] {
    let mut digest = Sm3Hasher::new();
    for part in parts {
        digest.update(part);
    }
    digest.finish()
}
