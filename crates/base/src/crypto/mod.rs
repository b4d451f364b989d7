//! Thin wrappers over the RustCrypto implementations of the national algorithms.
//!
//! - [`sha256`], [`hmac_sha256`]: the one foreign digest, because gateways and stores of other bodies sign with it;
//! - [`sm3`], [`Sm3Hasher`], [`hmac_sm3`]: GB/T 32905 digest and its HMAC;
//! - [`FieldCipher`], [`blind_index`]: sealing single database fields with SM4
//!   (GB/T 32907) and finding them again without opening them;
//! - [`FieldCipher::seal_file`], [`FileOpening`]: the same for files, chunk by chunk;
//! - [`Sm2Key`], [`Sm2PublicKey`]: GB/T 32918 signatures over SM3;
//! - [`otp`], [`rs256`]: what authenticator apps and OpenID clients of other bodies prescribe.
//!
//! These are correct but not a certified module; a deployment under 密评 plugs a
//! certified device in above this crate. Keys come from the caller: nothing here
//! reads or stores one.

mod field;
mod file;
pub mod otp;
pub mod rs256;
mod sign;

use hmac::{Hmac, KeyInit, Mac};
use sm2::elliptic_curve::subtle::ConstantTimeEq;
use sm3::{Digest, Sm3};

pub use field::{FieldCipher, FieldError, FieldKey, blind_index};
pub use file::{CHUNK as FILE_CHUNK, FileOpening, sealed_file_key};
pub use sign::{SIGNER_ID, SignError, Sm2Key, Sm2PublicKey};

/// The SM3 digest of the bytes.
#[must_use]
pub fn sm3(bytes: &[u8]) -> [u8; 32] {
    Sm3::digest(bytes).into()
}

/// The SHA-256 digest of the bytes. Only for what other bodies prescribe; our own digests are SM3.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    <sha2::Sha256 as sha2::Digest>::digest(bytes).into()
}

/// SM3 over a stream of pieces, such as an uploaded file.
#[derive(Clone, Default)]
pub struct Sm3Hasher(Sm3);

impl Sm3Hasher {
    /// Begins.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next piece.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all pieces.
    #[must_use]
    pub fn finish(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}

/// HMAC-SM3. Keys of any length are allowed; use at least 32 random bytes.
#[must_use]
pub fn hmac_sm3(key: &[u8], bytes: &[u8]) -> [u8; 32] {
    let mut mac = mac_of(key);
    mac.update(bytes);
    mac.finalize().into_bytes().into()
}

/// HMAC-SHA-256. Only for what other bodies prescribe; our own is [`hmac_sm3`].
#[must_use]
pub fn hmac_sha256(key: &[u8], bytes: &[u8]) -> [u8; 32] {
    // As in `mac_of`: spelled out so that no error case remains.
    let mut block = [0_u8; 64];
    if key.len() > block.len() {
        block[..32].copy_from_slice(&sha256(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let mut mac = Hmac::<sha2::Sha256>::new(&block.into());
    mac.update(bytes);
    mac.finalize().into_bytes().into()
}

/// Compares secrets without telling by the time taken where they differ.
#[must_use]
pub fn constant_time_eq(left: &[u8], right: &[u8]) -> bool {
    left.ct_eq(right).into()
}

/// HMAC keys longer than a block are hashed first (RFC 2104), as
/// `new_from_slice` would; spelled out so that no error case remains.
fn mac_of(key: &[u8]) -> Hmac<Sm3> {
    let mut block = [0_u8; 64];
    if key.len() > block.len() {
        block[..32].copy_from_slice(&sm3(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    Hmac::<Sm3>::new(&block.into())
}

#[cfg(test)]
mod tests;
