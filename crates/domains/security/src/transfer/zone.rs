//! The folders of the exchange zone: `out` is carried away, `in` is what was brought, `bad` what was
//! not taken. Files appear whole: written beside and renamed.

use std::path::{Path, PathBuf};

use base::clock::Randomness;
use base::crypto::{FieldCipher, FieldKey, Sm2Key, Sm2PublicKey};
use platform::crypto::CryptoProvider;
use platform::{Problem, Result};

use super::Side;
use super::packet::ZoneKeys;

/// Place the zone's key is bound to in its file.
const PLACE: &str = "key:zone";
/// Largest file that is read at all.
const LARGEST: u64 = 64 << 20;

/// The zone of one installation.
pub struct Zone {
    /// Which side this is.
    pub side: Side,
    /// Keys.
    pub keys: ZoneKeys,
    folder: PathBuf,
}

/// A file that was brought.
#[derive(Debug, Clone)]
pub struct Brought {
    /// Name.
    pub name: String,
    /// Content; empty for one too large to be ours.
    pub bytes: Vec<u8>,
}

impl Zone {
    /// A zone in a folder with given keys.
    ///
    /// # Errors
    /// When the folders can't be made.
    pub fn new(folder: &Path, side: Side, keys: ZoneKeys) -> Result<Self> {
        for part in ["out", "in", "bad"] {
            std::fs::create_dir_all(folder.join(part)).map_err(|error| named(folder, error))?;
        }
        Ok(Self { side, keys, folder: folder.to_owned() })
    }

    /// The same with keys from files. The shared key is 64 hex digits; it is sealed under the master
    /// key when first read (IDENT-033). The other side's public key is what its operator printed.
    ///
    /// # Errors
    /// Names the file that is missing or wrong.
    pub fn open(
        folder: &Path,
        side: Side,
        key_file: &Path,
        peer_file: &Path,
        own: std::sync::Arc<Sm2Key>,
        provider: &dyn CryptoProvider,
        randomness: &dyn Randomness,
    ) -> Result<Self> {
        let text = std::fs::read_to_string(key_file).map_err(|error| named(key_file, error))?;
        let secret = match bytes_of(text.trim()) {
            Some(secret) => {
                let sealed = provider.wrap(text.trim(), PLACE, randomness);
                platform::secrets::replace_private(key_file, sealed.as_bytes())?;
                secret
            }
            None => {
                let opened = provider.unwrap(text.trim(), PLACE)?;
                bytes_of(&opened).ok_or_else(|| named(key_file, "not 64 hex digits"))?
            }
        };
        let peer = std::fs::read_to_string(peer_file).map_err(|error| named(peer_file, error))?;
        let peer = Sm2PublicKey::from_pem(&peer).map_err(|error| named(peer_file, error))?;
        let key = FieldKey::new("zone", &secret).map_err(Problem::internal)?;
        let cipher = FieldCipher::new("zone", vec![key]).map_err(Problem::internal)?;
        Self::new(folder, side, ZoneKeys { cipher, own, peer })
    }

    /// Puts a file out to be carried.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn put(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.folder.join("out").join(name);
        let beside = path.with_extension("writing");
        std::fs::write(&beside, bytes).map_err(|error| named(&beside, error))?;
        std::fs::rename(&beside, &path).map_err(|error| named(&path, error))
    }

    /// Files that were brought, by name, at most `most`.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn brought(&self, most: usize) -> Result<Vec<Brought>> {
        let folder = self.folder.join("in");
        let entries = std::fs::read_dir(&folder).map_err(|error| named(&folder, error))?;
        let mut names: Vec<String> = entries
            .flatten()
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter(|name| name.ends_with(".packet") || name.ends_with(".ack"))
            .collect();
        names.sort();
        let mut files = Vec::new();
        for name in names.into_iter().take(most) {
            let path = folder.join(&name);
            // Another node may have taken it.
            let Ok(about) = std::fs::metadata(&path) else { continue };
            let bytes = if about.len() > LARGEST { Vec::new() } else { std::fs::read(&path).unwrap_or_default() };
            files.push(Brought { name, bytes });
        }
        Ok(files)
    }

    /// Removes a file that was dealt with.
    pub fn done(&self, name: &str) {
        // Another node may have been faster.
        let _ = std::fs::remove_file(self.folder.join("in").join(name));
    }

    /// Puts a file that was not taken aside, for people to look at.
    pub fn set_aside(&self, name: &str) {
        let _ = std::fs::rename(self.folder.join("in").join(name), self.folder.join("bad").join(name));
    }
}

fn bytes_of(text: &str) -> Option<[u8; 32]> {
    base::encoding::from_hex(text)?.try_into().ok()
}

fn named(path: &Path, error: impl std::fmt::Display) -> Problem {
    Problem::internal(format!("{}: {error}", path.display()))
}
