//! Sealed database fields.
//!
//! Construction: SM4 in counter mode, then HMAC-SM3 over everything (encrypt
//! then MAC). SM4-GCM would need one more dependency and fails badly when a
//! nonce repeats; this costs 16 bytes of nonce and 16 of tag a field.
//!
//! Text form: `s1.<key id>.<base64url(nonce 16 ‖ ciphertext ‖ tag 16)>`. The tag
//! covers the header, the associated data with its length, nonce and ciphertext,
//! so a value can't be moved to another row, column or key. Encryption and MAC
//! keys are derived from one 32-byte key by HMAC-SM3 with different labels.

use std::collections::BTreeMap;

use hmac::{Hmac, Mac};
use sm3::Sm3;
use sm4::Sm4;
use sm4::cipher::{BlockCipherEncrypt, KeyInit};

use super::{constant_time_eq, hmac_sm3, mac_of};
use crate::clock::Randomness;
use crate::encoding;

const VERSION: &str = "s1";
/// Bytes a counter begins with.
pub(super) const NONCE: usize = 16;
/// Bytes of a tag.
pub(super) const TAG: usize = 16;

/// Why a field can't be sealed or opened. None of the texts holds content.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    /// Key ids are 1 to 32 letters, digits, `-` or `_`.
    #[error("密钥编号只能用字母、数字、- 和 _，最多 32 位：{0}")]
    KeyId(String),
    /// The active key is not among the keys, or a key id comes twice.
    #[error("没有编号为 {0} 的密钥，或它出现了两次")]
    Key(String),
    /// Not a sealed field.
    #[error("不是加密字段，或格式损坏")]
    Format,
    /// The tag does not fit: changed, moved to another place, or another key.
    #[error("加密字段校验不通过，内容可能被改动或放错了位置")]
    Tampered,
    /// The plaintext is not text.
    #[error("加密字段解开后不是文字")]
    NotText,
}

/// One key of a [`FieldCipher`].
#[derive(Clone)]
pub struct FieldKey {
    id: String,
    cipher: Sm4,
    mac: Hmac<Sm3>,
    file_cipher: Sm4,
    file_mac: Hmac<Sm3>,
}

impl FieldKey {
    /// A key with its id, from 32 random bytes.
    ///
    /// # Errors
    /// [`FieldError::KeyId`].
    pub fn new(id: &str, key: &[u8; 32]) -> Result<Self, FieldError> {
        let fits =
            (1..=32).contains(&id.len()) && id.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_'));
        if !fits {
            return Err(FieldError::KeyId(id.to_owned()));
        }
        let sm4 = |label: &[u8]| {
            let mut cipher_key = [0_u8; 16];
            cipher_key.copy_from_slice(&hmac_sm3(key, label)[..16]);
            Sm4::new(&cipher_key.into())
        };
        Ok(Self {
            id: id.to_owned(),
            cipher: sm4(b"tongban field encryption"),
            mac: mac_of(&hmac_sm3(key, b"tongban field authentication")),
            file_cipher: sm4(b"tongban file encryption"),
            file_mac: mac_of(&hmac_sm3(key, b"tongban file authentication")),
        })
    }

    /// Id.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// The MAC of files, before its first byte.
    pub(super) fn file_mac(&self) -> Hmac<Sm3> {
        self.file_mac.clone()
    }

    /// The stream of files from a block on.
    pub(super) fn file_stream(&self, nonce: &[u8; NONCE], from_block: u64, bytes: &mut [u8]) {
        apply_stream(&self.file_cipher, u128::from_be_bytes(*nonce).wrapping_add(u128::from(from_block)), bytes);
    }

    fn apply_stream(&self, nonce: &[u8; NONCE], bytes: &mut [u8]) {
        apply_stream(&self.cipher, u128::from_be_bytes(*nonce), bytes);
    }

    fn tag(&self, associated: &[u8], body: &[u8]) -> [u8; TAG] {
        let mut mac = self.mac.clone();
        for part in [VERSION.as_bytes(), self.id.as_bytes(), associated] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.update(body);
        let full: [u8; 32] = mac.finalize().into_bytes().into();
        let mut tag = [0_u8; TAG];
        tag.copy_from_slice(&full[..TAG]);
        tag
    }
}

/// Counter mode, eight blocks at a time: the cipher then works on them side by side.
fn apply_stream(cipher: &Sm4, mut counter: u128, bytes: &mut [u8]) {
    const SIDE_BY_SIDE: usize = 8;
    for part in bytes.chunks_mut(16 * SIDE_BY_SIDE) {
        let mut pads: [sm4::cipher::Block<Sm4>; SIDE_BY_SIDE] = std::array::from_fn(|at| {
            let block: [u8; 16] = counter.wrapping_add(at as u128).to_be_bytes();
            block.into()
        });
        cipher.encrypt_blocks(&mut pads);
        for (block, pad) in part.chunks_mut(16).zip(&pads) {
            match <&mut [u8; 16]>::try_from(&mut *block) {
                Ok(whole) => *whole = (u128::from_ne_bytes(*whole) ^ u128::from_ne_bytes((*pad).into())).to_ne_bytes(),
                Err(_) => block.iter_mut().zip(pad.iter()).for_each(|(byte, pad)| *byte ^= pad),
            }
        }
        counter = counter.wrapping_add(SIDE_BY_SIDE as u128);
    }
}

/// Never shows key material.
impl std::fmt::Debug for FieldKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FieldKey").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Seals with the active key and opens with any key it knows, so keys can be
/// changed without stopping.
#[derive(Clone, Debug)]
pub struct FieldCipher {
    active: FieldKey,
    keys: BTreeMap<String, FieldKey>,
}

impl FieldCipher {
    /// Joins the keys.
    ///
    /// # Errors
    /// [`FieldError::Key`] when the active key is missing or an id comes twice.
    pub fn new(active_key_id: &str, keys: Vec<FieldKey>) -> Result<Self, FieldError> {
        let mut known = BTreeMap::new();
        for key in keys {
            let id = key.id.clone();
            if known.insert(id.clone(), key).is_some() {
                return Err(FieldError::Key(id));
            }
        }
        let active = known.get(active_key_id).cloned().ok_or_else(|| FieldError::Key(active_key_id.to_owned()))?;
        Ok(Self { active, keys: known })
    }

    /// The key that seals.
    pub(super) fn active(&self) -> &FieldKey {
        &self.active
    }

    /// A key by id.
    pub(super) fn key(&self, id: &str) -> Result<&FieldKey, FieldError> {
        self.keys.get(id).ok_or_else(|| FieldError::Key(id.to_owned()))
    }

    /// Seals a text. `associated_data` names its place, such as
    /// `accounts.phone:<row id>`; opening needs the same.
    #[must_use]
    pub fn seal(&self, plaintext: &str, associated_data: &[u8], randomness: &dyn Randomness) -> String {
        let key = &self.active;
        let mut nonce = [0_u8; NONCE];
        randomness.fill(&mut nonce);
        let mut body = Vec::with_capacity(NONCE + plaintext.len() + TAG);
        body.extend_from_slice(&nonce);
        body.extend_from_slice(plaintext.as_bytes());
        key.apply_stream(&nonce, &mut body[NONCE..]);
        let tag = key.tag(associated_data, &body);
        body.extend_from_slice(&tag);
        format!("{VERSION}.{}.{}", key.id, encoding::to_base64url(&body))
    }

    /// Opens a sealed text.
    ///
    /// # Errors
    /// [`FieldError`]; nothing of the content is revealed unless the tag fits.
    pub fn open(&self, sealed: &str, associated_data: &[u8]) -> Result<String, FieldError> {
        let (id, body) = parts(sealed)?;
        let key = self.key(id)?;
        let body = encoding::from_base64url(body).ok_or(FieldError::Format)?;
        let (rest, tag) = body.split_last_chunk::<TAG>().ok_or(FieldError::Format)?;
        let (nonce, ciphertext) = rest.split_first_chunk::<NONCE>().ok_or(FieldError::Format)?;
        if !constant_time_eq(&key.tag(associated_data, rest), tag) {
            return Err(FieldError::Tampered);
        }
        let mut plaintext = ciphertext.to_vec();
        key.apply_stream(nonce, &mut plaintext);
        String::from_utf8(plaintext).map_err(|_| FieldError::NotText)
    }

    /// Whether the value was sealed with another key than the active one, so a
    /// re-encryption job should open and seal it again.
    ///
    /// # Errors
    /// [`FieldError::Format`].
    pub fn is_stale(&self, sealed: &str) -> Result<bool, FieldError> {
        Ok(parts(sealed)?.0 != self.active.id)
    }
}

fn parts(sealed: &str) -> Result<(&str, &str), FieldError> {
    sealed
        .strip_prefix(VERSION)
        .and_then(|rest| rest.strip_prefix('.'))
        .and_then(|rest| rest.split_once('.'))
        .ok_or(FieldError::Format)
}

/// The blind index of a sealed field: HMAC-SM3 of its normalised value, so
/// equal values can be found without opening any. A plain digest of an 18-digit
/// number could be reversed by trying all of them; this needs the secret key,
/// which must not be the encryption key. Normalise first: trimmed, upper case,
/// no spaces (the types in [`crate::codes`] do so).
#[must_use]
pub fn blind_index(key: &[u8; 32], normalised: &str) -> String {
    encoding::to_base64url(&hmac_sm3(key, normalised.as_bytes()))
}
