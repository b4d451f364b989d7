//! Sealed files: SM4 in counter mode and HMAC-SM3 over each chunk (encrypt then MAC).
//!
//! A file is a head of [`HEAD`] bytes and chunks of [`CHUNK`] bytes of ciphertext with their tag:
//!
//! ```text
//! head   "TBS1" ‖ key id (32, filled with 0) ‖ nonce (16) ‖ chunk size (4) ‖ length (8) ‖ tag (16)
//! chunk  ciphertext (chunk size, the last one what is left) ‖ tag (16)
//! ```
//!
//! The head's tag covers the head and the file's place, so a file can't take another's place. A
//! chunk's tag covers the head's tag, its number and its ciphertext: a chunk can't be changed, moved
//! to another position or to another file. The length stands under the head's tag, so nothing can be
//! cut off or added. Each chunk opens alone: a part of a large file is read without the rest.
//!
//! The keys are derived from the field key of that id with labels of their own. The head has the
//! same size whatever the key, so sealing anew changes no size.

use hmac::Mac;

use super::constant_time_eq;
use super::field::{FieldCipher, FieldError, FieldKey, NONCE, TAG};
use crate::clock::Randomness;

/// Bytes before the first chunk.
pub const HEAD: usize = MAGIC.len() + KEY_ID + NONCE + 4 + 8 + TAG;
/// Bytes of content in a chunk.
pub const CHUNK: usize = 64 * 1024;

const MAGIC: &[u8; 4] = b"TBS1";
const KEY_ID: usize = 32;

/// Id of the key a file is sealed with; `None` when it is not sealed.
#[must_use]
pub fn sealed_file_key(bytes: &[u8]) -> Option<&str> {
    let id = bytes.strip_prefix(MAGIC)?.get(..KEY_ID)?;
    let end = id.iter().position(|byte| *byte == 0).unwrap_or(KEY_ID);
    std::str::from_utf8(id.get(..end)?).ok().filter(|id| !id.is_empty())
}

/// A file being opened chunk by chunk.
pub struct FileOpening<'a> {
    key: &'a FieldKey,
    nonce: [u8; NONCE],
    head_tag: [u8; TAG],
    chunk: usize,
    length: u64,
}

impl<'a> FileOpening<'a> {
    /// Reads and proves the head.
    ///
    /// # Errors
    /// [`FieldError`]: no sealed file, its key unknown, or altered.
    pub fn new(cipher: &'a FieldCipher, head: &[u8], place: &[u8]) -> Result<Self, FieldError> {
        let id = sealed_file_key(head).ok_or(FieldError::Format)?;
        let key = cipher.key(id)?;
        let head = head.first_chunk::<HEAD>().ok_or(FieldError::Format)?;
        let (said, tag) = head.split_last_chunk::<TAG>().ok_or(FieldError::Format)?;
        if !constant_time_eq(&head_tag(key, said, place), tag) {
            return Err(FieldError::Tampered);
        }
        let numbers = said.get(MAGIC.len() + KEY_ID..).ok_or(FieldError::Format)?;
        let (nonce, numbers) = numbers.split_first_chunk::<NONCE>().ok_or(FieldError::Format)?;
        let (chunk, length) = numbers.split_first_chunk::<4>().ok_or(FieldError::Format)?;
        let length = u64::from_be_bytes(length.try_into().map_err(|_| FieldError::Format)?);
        let chunk = u32::from_be_bytes(*chunk) as usize;
        if chunk == 0 || !chunk.is_multiple_of(16) {
            return Err(FieldError::Format);
        }
        Ok(Self { key, nonce: *nonce, head_tag: *tag, chunk, length })
    }

    /// Bytes of the content.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Bytes of the whole sealed file.
    #[must_use]
    pub fn sealed_length(&self) -> u64 {
        HEAD as u64 + self.length + self.chunks() * TAG as u64
    }

    /// How many chunks there are; an empty file has none.
    #[must_use]
    pub fn chunks(&self) -> u64 {
        self.length.div_ceil(self.chunk as u64)
    }

    /// Where a chunk lies in the sealed file: first byte and size with its tag.
    #[must_use]
    pub fn place_of(&self, no: u64) -> (u64, usize) {
        let from = HEAD as u64 + no * (self.chunk + TAG) as u64;
        let left = self.length.saturating_sub(no * self.chunk as u64);
        (from, usize::try_from(left.min(self.chunk as u64)).unwrap_or(0) + TAG)
    }

    /// Opens one chunk in place: its tag is proven, then taken off.
    ///
    /// # Errors
    /// [`FieldError::Tampered`].
    pub fn open(&self, no: u64, sealed: &mut Vec<u8>) -> Result<(), FieldError> {
        let (ciphertext, tag) = sealed.split_last_chunk::<TAG>().ok_or(FieldError::Tampered)?;
        let fits = no < self.chunks() && sealed.len() == self.place_of(no).1;
        if !fits || !constant_time_eq(&chunk_tag(self.key, &self.head_tag, no, ciphertext), tag) {
            return Err(FieldError::Tampered);
        }
        sealed.truncate(sealed.len() - TAG);
        self.key.file_stream(&self.nonce, no * (self.chunk / 16) as u64, sealed);
        Ok(())
    }
}

impl FieldCipher {
    /// Seals a file's content with the active key, bound to its place.
    #[must_use]
    pub fn seal_file(&self, content: &[u8], place: &[u8], randomness: &dyn Randomness) -> Vec<u8> {
        let key = self.active();
        let mut nonce = [0_u8; NONCE];
        randomness.fill(&mut nonce);
        let mut sealed = Vec::with_capacity(HEAD + content.len() + (content.len() / CHUNK + 1) * TAG);
        sealed.extend_from_slice(MAGIC);
        sealed.extend_from_slice(key.id().as_bytes());
        sealed.resize(MAGIC.len() + KEY_ID, 0);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&(CHUNK as u32).to_be_bytes());
        sealed.extend_from_slice(&(content.len() as u64).to_be_bytes());
        let tag = head_tag(key, &sealed, place);
        sealed.extend_from_slice(&tag);
        for (no, part) in (0_u64..).zip(content.chunks(CHUNK)) {
            let from = sealed.len();
            sealed.extend_from_slice(part);
            let Some(ciphertext) = sealed.get_mut(from..) else { break };
            key.file_stream(&nonce, no * (CHUNK / 16) as u64, ciphertext);
            let chunk = chunk_tag(key, &tag, no, ciphertext);
            sealed.extend_from_slice(&chunk);
        }
        sealed
    }

    /// Opens a whole sealed file.
    ///
    /// # Errors
    /// [`FieldError`]; nothing of the content is given unless every tag fits.
    pub fn open_file(&self, sealed: &[u8], place: &[u8]) -> Result<Vec<u8>, FieldError> {
        let opening = FileOpening::new(self, sealed, place)?;
        if opening.sealed_length() != sealed.len() as u64 {
            return Err(FieldError::Tampered);
        }
        let mut content = Vec::with_capacity(usize::try_from(opening.length()).map_err(|_| FieldError::Format)?);
        for no in 0..opening.chunks() {
            let (from, size) = opening.place_of(no);
            let from = usize::try_from(from).map_err(|_| FieldError::Format)?;
            let mut part = sealed.get(from..from + size).ok_or(FieldError::Tampered)?.to_vec();
            opening.open(no, &mut part)?;
            content.extend_from_slice(&part);
        }
        Ok(content)
    }
}

fn head_tag(key: &FieldKey, head: &[u8], place: &[u8]) -> [u8; TAG] {
    let mut mac = key.file_mac();
    for part in [b"head".as_slice(), place, head] {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    short(mac.finalize().into_bytes().into())
}

fn chunk_tag(key: &FieldKey, head_tag: &[u8; TAG], no: u64, ciphertext: &[u8]) -> [u8; TAG] {
    let mut mac = key.file_mac();
    for part in [b"chunk".as_slice(), head_tag, &no.to_be_bytes()] {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.update(ciphertext);
    short(mac.finalize().into_bytes().into())
}

fn short(full: [u8; 32]) -> [u8; TAG] {
    let mut tag = [0_u8; TAG];
    tag.copy_from_slice(&full[..TAG]);
    tag
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    struct Counting(std::sync::atomic::AtomicU64);
    impl Randomness for Counting {
        fn fill(&self, buffer: &mut [u8]) {
            let from = self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            for (at, byte) in (0_u64..).zip(buffer) {
                *byte = (from.wrapping_mul(0x9E37_79B9).wrapping_add(at * 31) & 0xff) as u8;
            }
        }
    }

    fn cipher(active: &str) -> FieldCipher {
        let keys = ["k1", "k10"].into_iter().zip([[1_u8; 32], [2; 32]]);
        FieldCipher::new(active, keys.map(|(id, key)| FieldKey::new(id, &key).unwrap()).collect()).unwrap()
    }

    fn sealed(content: &[u8]) -> Vec<u8> {
        cipher("k1").seal_file(content, b"file:a", &Counting(1.into()))
    }

    fn content(length: usize) -> Vec<u8> {
        (0..length).map(|at| (at % 251) as u8).collect()
    }

    /// req: DATASEC-005
    #[test]
    fn a_file_opens_as_it_was_and_shows_nothing_of_itself_on_disk() {
        for length in [0, 1, 15, 16, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 7] {
            let plain = content(length);
            let sealed = sealed(&plain);
            assert_eq!(cipher("k10").open_file(&sealed, b"file:a").unwrap(), plain, "{length}");
            assert_eq!(sealed_file_key(&sealed), Some("k1"));
            if length > 32 {
                assert!(!sealed.windows(16).any(|part| part == &plain[..16]));
            }
        }
        let twice = [sealed(b"same"), cipher("k1").seal_file(b"same", b"file:a", &Counting(2.into()))];
        assert_ne!(twice[0], twice[1], "equal content does not look equal");
        assert_eq!(sealed_file_key(b"%PDF-1.7 a plain file that is long enough to hold a head"), None);
        let anew = cipher("k10").seal_file(&content(9), b"file:a", &Counting(3.into()));
        assert_eq!(anew.len(), sealed(&content(9)).len(), "another key, the same size");
    }

    /// req: DATASEC-005
    #[test]
    fn a_flipped_byte_a_swapped_chunk_a_cut_and_a_moved_file_are_refused() {
        let whole = sealed(&content(3 * CHUNK));
        let refused = |bytes: &[u8], place: &[u8]| cipher("k1").open_file(bytes, place).unwrap_err();
        for at in (0..HEAD).chain([HEAD, HEAD + CHUNK, HEAD + CHUNK + TAG, whole.len() - 1]) {
            let mut flipped = whole.clone();
            flipped[at] ^= 1;
            let error = refused(&flipped, b"file:a");
            let named = matches!(error, FieldError::Tampered | FieldError::Key(_) | FieldError::Format);
            assert!(named, "byte {at}: {error}");
        }
        let size = CHUNK + TAG;
        let mut swapped = whole.clone();
        let (first, rest) = swapped[HEAD..].split_at_mut(size);
        first.swap_with_slice(&mut rest[..size]);
        assert_eq!(refused(&swapped, b"file:a"), FieldError::Tampered);
        for cut in [whole.len() - 1, whole.len() - size, HEAD, HEAD - 1, 0] {
            refused(&whole[..cut], b"file:a");
        }
        let longer = [whole.as_slice(), &whole[HEAD..HEAD + size]].concat();
        assert_eq!(refused(&longer, b"file:a"), FieldError::Tampered);
        assert_eq!(refused(&whole, b"file:b"), FieldError::Tampered, "a file in another's place");
        let other = cipher("k1").seal_file(&content(3 * CHUNK), b"file:a", &Counting(9.into()));
        let mixed = [&whole[..HEAD + size], &other[HEAD + size..]].concat();
        assert_eq!(refused(&mixed, b"file:a"), FieldError::Tampered, "a chunk of another sealing");
    }

    proptest! {
        /// Any single change anywhere is noticed; any chunk opens alone.
        ///
        /// req: DATASEC-005
        #[test]
        fn nothing_changed_opens_and_a_part_opens_alone(length in 1_usize..200_000, at: prop::sample::Index, bit in 0_u8..8) {
            let plain = content(length);
            let mut sealed = sealed(&plain);
            let keys = cipher("k1");
            let opening = FileOpening::new(&keys, &sealed, b"file:a").unwrap();
            let no = at.index(usize::try_from(opening.chunks()).unwrap()) as u64;
            let (from, size) = opening.place_of(no);
            let mut part = sealed[usize::try_from(from).unwrap()..][..size].to_vec();
            opening.open(no, &mut part).unwrap();
            let begin = usize::try_from(no).unwrap() * CHUNK;
            prop_assert_eq!(&part[..], &plain[begin..(begin + CHUNK).min(length)]);
            let at = at.index(sealed.len());
            sealed[at] ^= 1 << bit;
            prop_assert!(keys.open_file(&sealed, b"file:a").is_err());
        }
    }
}
