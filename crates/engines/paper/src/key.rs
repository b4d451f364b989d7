//! Keys of seals: who can sign, and how a signature is checked.
//!
//! [`Signer`] is what [`crate::sign`] needs of a key, so that a key may also live in a
//! cryptographic device or behind a certificate authority's interface; [`Sm2Key`] is the
//! software key. Standard: GB/T 32918 (SM2), GB/T 32905 (SM3), default user id of GM/T 0009.

use sm2::dsa::signature::{Signer as _, Verifier as _};
use sm2::dsa::{Signature, SigningKey, VerifyingKey};
use sm3::{Digest as _, Sm3};

use crate::der;

/// The user id that enters every SM2 signature of this product (GM/T 0009 §10).
pub const USER_ID: &str = "1234567812345678";

/// Something that signs with SM2 over SM3.
pub trait Signer {
    /// The public key as an uncompressed point: `04 ‖ x ‖ y`, 65 bytes.
    fn public_key(&self) -> [u8; 65];

    /// Signs the message with [`USER_ID`]; the answer is DER `SEQUENCE { r, s }`.
    ///
    /// # Errors
    /// Plain words when the device or service can't sign.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, String>;
}

/// An SM2 private key held in memory. Its nonce is derived (RFC 6979), so that equal input
/// gives an equal signature and no randomness is needed.
#[derive(Clone)]
pub struct Sm2Key {
    inner: SigningKey,
}

impl Sm2Key {
    /// A key from its 32 secret bytes, big-endian.
    ///
    /// # Errors
    /// When the number is zero or not below the order of the curve.
    pub fn from_bytes(secret: &[u8; 32]) -> Result<Self, String> {
        SigningKey::from_slice(USER_ID, secret)
            .map(|inner| Self { inner })
            .map_err(|_| "密钥不是有效的 SM2 私钥".to_owned())
    }
}

impl std::fmt::Debug for Sm2Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sm2Key(..)")
    }
}

impl Signer for Sm2Key {
    fn public_key(&self) -> [u8; 65] {
        let mut point = [0; 65];
        let bytes = self.inner.verifying_key().to_sec1_bytes();
        if bytes.len() == point.len() {
            point.copy_from_slice(&bytes);
        }
        point
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, String> {
        let signature = self
            .inner
            .try_sign(message)
            .map_err(|_| "SM2 签名失败".to_owned())?;
        Ok(der::sequence(&[
            der::unsigned(&signature.r_bytes()),
            der::unsigned(&signature.s_bytes()),
        ]))
    }
}

/// Whether the DER signature over the message was made by the key of this point.
pub(crate) fn verifies(public_key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let Ok(key) = VerifyingKey::from_sec1_bytes(USER_ID, public_key) else {
        return false;
    };
    let Some(sequence) = der::Reader::new(signature).take(der::SEQUENCE) else {
        return false;
    };
    let mut parts = sequence.inside();
    let (Some(r), Some(s)) = (parts.take(der::INTEGER), parts.take(der::INTEGER)) else {
        return false;
    };
    let mut fixed = [0u8; 64];
    for (number, place) in [(r.number(), 32usize), (s.number(), 64)] {
        let Some(slot) = place
            .checked_sub(number.len())
            .filter(|start| *start >= place - 32)
            .and_then(|start| fixed.get_mut(start..place))
        else {
            return false;
        };
        slot.copy_from_slice(number);
    }
    Signature::from_slice(&fixed).is_ok_and(|signature| key.verify(message, &signature).is_ok())
}

/// SM3 over the parts one after the other (GB/T 32905).
pub(crate) fn sm3(parts: &[&[u8]]) -> [u8; 32] {
    let mut digest = Sm3::new();
    for part in parts {
        digest.update(part);
    }
    digest.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signature_verifies_and_a_changed_message_does_not() {
        let key = Sm2Key::from_bytes(&[7; 32]).unwrap();
        let signature = key.sign("准予行政许可".as_bytes()).unwrap();
        assert!(verifies(
            &key.public_key(),
            "准予行政许可".as_bytes(),
            &signature
        ));
        assert!(!verifies(
            &key.public_key(),
            "不予行政许可".as_bytes(),
            &signature
        ));
        assert!(!verifies(
            &key.public_key(),
            "准予行政许可".as_bytes(),
            &signature[1..]
        ));
        assert!(Sm2Key::from_bytes(&[0; 32]).is_err());
        assert!(Sm2Key::from_bytes(&[0xff; 32]).is_err());
    }

    #[test]
    fn digest_agrees_with_the_standard_example() {
        let hex: String = sm3(&[b"a", b"bc"])
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(
            hex,
            "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
        );
    }
}
