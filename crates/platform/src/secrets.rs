//! Keys of this installation: made at the first start, kept in one file readable by its owner only.
//!
//! A certified key service can take this file's place: everything above asks for a
//! [`base::crypto::FieldCipher`] and a signing key, not for the file.

use std::path::Path;

use base::clock::Randomness;
use base::crypto::{FieldCipher, FieldKey};
use serde::{Deserialize, Serialize};

use crate::web::problem::{Problem, Result};

/// The keys, hex.
#[derive(Serialize, Deserialize)]
pub struct Secrets {
    /// Id of the key that seals new values.
    active_field_key: String,
    /// Field keys by id; old ones stay so that old values open.
    field_keys: std::collections::BTreeMap<String, String>,
    /// Blind index key.
    index_key: String,
}

impl Secrets {
    /// Makes new keys.
    pub fn generate(randomness: &dyn Randomness) -> Self {
        let fresh = || {
            let mut key = [0_u8; 32];
            randomness.fill(&mut key);
            base::encoding::to_hex(&key)
        };
        Self { active_field_key: "k1".into(), field_keys: [("k1".to_owned(), fresh())].into(), index_key: fresh() }
    }

    /// Reads the file, or makes it at the first start.
    ///
    /// # Errors
    /// When the file can't be read or written, or is not ours.
    pub fn load_or_create(path: &Path, randomness: &dyn Randomness) -> Result<Self> {
        if path.exists() {
            let text = std::fs::read_to_string(path).map_err(Problem::internal)?;
            return toml::from_str(&text).map_err(|error| Problem::internal(format!("{}: {error}", path.display())));
        }
        let secrets = Self::generate(randomness);
        let text = toml::to_string(&secrets).map_err(Problem::internal)?;
        write_private(path, text.as_bytes())?;
        Ok(secrets)
    }

    /// Cipher over personal fields.
    ///
    /// # Errors
    /// When a key is malformed.
    pub fn cipher(&self) -> Result<FieldCipher> {
        let keys = self
            .field_keys
            .iter()
            .map(|(id, key)| FieldKey::new(id, &unhex(key)?).map_err(Problem::internal))
            .collect::<Result<Vec<_>>>()?;
        FieldCipher::new(&self.active_field_key, keys).map_err(Problem::internal)
    }

    /// Key of the blind index.
    ///
    /// # Errors
    /// When it is malformed.
    pub fn index_key(&self) -> Result<[u8; 32]> {
        unhex(&self.index_key)
    }
}

/// Writes a file that only its owner can read.
///
/// # Errors
/// When the disk refuses.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<()> {
    use std::io::Write;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(Problem::internal)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(Problem::internal)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(Problem::internal)
}

fn unhex(text: &str) -> Result<[u8; 32]> {
    base::encoding::from_hex(text)
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| Problem::internal("a key is not 32 bytes of hex"))
}
