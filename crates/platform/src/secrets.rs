//! The software key store: field keys and index key, sealed under a master key, in one file that its
//! owner alone can read.
//!
//! No key lies in clear beside the data (IDENT-033): `secrets.toml` holds only values sealed with
//! SM4 under the master key, which has a file of its own (`master_key_file`), to be kept on another
//! disk. A file of an older version with keys in clear is sealed when it is first read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use base::clock::Randomness;
use base::crypto::{FieldCipher, FieldKey};
use serde::{Deserialize, Serialize};

use crate::crypto::{CryptoProvider, Description, FieldKeys};
use crate::web::problem::{Problem, Result};

/// Id under which the master key seals.
const MASTER: &str = "master";

/// The file: every value sealed.
#[derive(Clone, Serialize, Deserialize)]
struct Stored {
    /// Id of the key that seals new values.
    active_field_key: String,
    /// Field keys by id; old ones stay so that old values open.
    field_keys: BTreeMap<String, String>,
    /// Blind index key.
    index_key: String,
}

/// The software provider.
pub struct SoftKeys {
    master: FieldCipher,
    /// None in tests: the keys then live as long as the process.
    path: Option<PathBuf>,
    apart: bool,
    stored: Mutex<Stored>,
}

impl SoftKeys {
    /// Keys that are kept nowhere.
    ///
    /// # Errors
    /// Never in practice; the ids are ours.
    pub fn in_memory(randomness: &dyn Randomness) -> Result<Self> {
        let master = master_cipher(&fresh(randomness))?;
        let stored = Stored::generate(&master, randomness);
        Ok(Self { master, path: None, apart: false, stored: Mutex::new(stored) })
    }

    /// Reads the key file, or makes it and its master key at the first start.
    ///
    /// # Errors
    /// When a file can't be read or written, is not ours, or is sealed under another master key.
    pub fn load_or_create(path: &Path, master_path: &Path, randomness: &dyn Randomness) -> Result<Self> {
        let kept = || -> Result<[u8; 32]> {
            let text = std::fs::read_to_string(master_path).map_err(|error| named(master_path, error))?;
            unhex(text.trim()).map_err(|_| named(master_path, "not 64 hex digits"))
        };
        let key = if master_path.exists() {
            kept()?
        } else {
            let key = fresh(randomness);
            if place_private(master_path, base::encoding::to_hex(&key).as_bytes())? { key } else { kept()? }
        };
        let master = master_cipher(&key)?;
        let apart = path.parent() != master_path.parent();
        let keys = |stored| Self { master: master.clone(), path: Some(path.into()), apart, stored: Mutex::new(stored) };
        if !path.exists() {
            let stored = Stored::generate(&master, randomness);
            let text = toml::to_string(&stored).map_err(Problem::internal)?;
            // Nothing may be sealed with keys that another node's took the place of: it would never open again.
            if place_private(path, text.as_bytes())? {
                return Ok(keys(stored));
            }
        }
        let mut stored = read(path)?;
        if stored.seal_clear_keys(&master, randomness)? {
            let sealed = keys(stored.clone());
            sealed.keep(&stored)?;
            return Ok(sealed);
        }
        let read = keys(stored);
        // A wrong master key is told now, not when the first citizen comes.
        read.field_keys()?;
        Ok(read)
    }

    fn keep(&self, stored: &Stored) -> Result<()> {
        let Some(path) = &self.path else { return Ok(()) };
        let text = toml::to_string(stored).map_err(Problem::internal)?;
        replace_private(path, text.as_bytes())
    }

    fn change<T>(&self, change: impl FnOnce(&mut Stored) -> Result<T>) -> Result<T> {
        let mut stored = self.stored.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = self.path.as_deref().map_or_else(|| Ok(stored.clone()), read)?;
        let value = change(&mut next)?;
        self.keep(&next)?;
        *stored = next;
        Ok(value)
    }

    fn open(&self, sealed: &str, place: &str) -> Result<[u8; 32]> {
        unhex(&self.unwrap(sealed, place)?)
    }
}

impl CryptoProvider for SoftKeys {
    fn describe(&self) -> Description {
        Description {
            name: "软件密码模块".to_owned(),
            certified: false,
            algorithms: vec!["SM2", "SM3", "SM4"],
            master_key_apart: self.apart,
        }
    }

    fn field_keys(&self) -> Result<FieldKeys> {
        let mut stored = self.stored.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(path) = &self.path {
            *stored = read(path)?;
        }
        let keys = stored
            .field_keys
            .iter()
            .map(|(id, sealed)| Ok((id.clone(), self.open(sealed, &place(id))?)))
            .collect::<Result<Vec<_>>>()?;
        Ok(FieldKeys { active: stored.active_field_key.clone(), keys })
    }

    fn index_key(&self) -> Result<[u8; 32]> {
        let sealed = self.stored.lock().unwrap_or_else(PoisonError::into_inner).index_key.clone();
        self.open(&sealed, INDEX)
    }

    fn make_field_key(&self, id: &str, randomness: &dyn Randomness) -> Result<()> {
        let sealed = self.master.seal(&base::encoding::to_hex(&fresh(randomness)), place(id).as_bytes(), randomness);
        self.change(|stored| {
            if stored.field_keys.contains_key(id) {
                return Err(Problem::conflict("key_exists", format!("已经有编号 {id} 的密钥。")));
            }
            stored.field_keys.insert(id.to_owned(), sealed);
            Ok(())
        })
    }

    fn activate_field_key(&self, id: &str) -> Result<()> {
        self.change(|stored| {
            if !stored.field_keys.contains_key(id) {
                return Err(no_key(id));
            }
            id.clone_into(&mut stored.active_field_key);
            Ok(())
        })
    }

    fn destroy_field_key(&self, id: &str) -> Result<()> {
        self.change(|stored| {
            if stored.active_field_key == id {
                return Err(Problem::conflict("key_in_use", "这把密钥正在使用，不能销毁。请先启用另一把。"));
            }
            stored.field_keys.remove(id).map(|_| ()).ok_or_else(|| no_key(id))
        })
    }

    fn wrap(&self, secret: &str, place: &str, randomness: &dyn Randomness) -> String {
        self.master.seal(secret, place.as_bytes(), randomness)
    }

    fn unwrap(&self, sealed: &str, place: &str) -> Result<String> {
        self.master
            .open(sealed, place.as_bytes())
            .map_err(|error| Problem::internal(format!("{place} does not open under this master key: {error}")))
    }
}

const INDEX: &str = "key:index";

fn place(id: &str) -> String {
    format!("key:field:{id}")
}

fn no_key(id: &str) -> Problem {
    Problem::not_found(format!("没有编号 {id} 的密钥。"))
}

impl Stored {
    fn generate(master: &FieldCipher, randomness: &dyn Randomness) -> Self {
        let sealed =
            |place: &str| master.seal(&base::encoding::to_hex(&fresh(randomness)), place.as_bytes(), randomness);
        Self {
            active_field_key: "k1".into(),
            field_keys: [("k1".to_owned(), sealed(&place("k1")))].into(),
            index_key: sealed(INDEX),
        }
    }

    /// Seals what an older version wrote in clear; says whether there was anything.
    fn seal_clear_keys(&mut self, master: &FieldCipher, randomness: &dyn Randomness) -> Result<bool> {
        let mut found = false;
        let places = self.field_keys.iter_mut().map(|(id, value)| (place(id), value));
        for (place, value) in places.chain([(INDEX.to_owned(), &mut self.index_key)]) {
            if unhex(value).is_ok() {
                *value = master.seal(value, place.as_bytes(), randomness);
                found = true;
            }
        }
        Ok(found)
    }
}

fn master_cipher(key: &[u8; 32]) -> Result<FieldCipher> {
    let key = FieldKey::new(MASTER, key).map_err(Problem::internal)?;
    FieldCipher::new(MASTER, vec![key]).map_err(Problem::internal)
}

fn fresh(randomness: &dyn Randomness) -> [u8; 32] {
    let mut key = [0_u8; 32];
    randomness.fill(&mut key);
    key
}

fn read(path: &Path) -> Result<Stored> {
    let text = std::fs::read_to_string(path).map_err(|error| named(path, error))?;
    toml::from_str(&text).map_err(|error| named(path, error))
}

fn named(path: &Path, error: impl std::fmt::Display) -> Problem {
    Problem::internal(format!("{}: {error}", path.display()))
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

/// Places such a file where there is none, and tells whether it did. Of nodes that start at once on one empty folder one
/// places its file, whole; the others find it and read it.
///
/// # Errors
/// When the disk refuses.
pub fn place_private(path: &Path, bytes: &[u8]) -> Result<bool> {
    // A name of this content's own, so that nodes do not meet in the file beside either.
    let digest = base::encoding::to_hex(&base::crypto::sm3(bytes));
    let beside = path.with_extension(format!("{}.new", digest.get(..16).unwrap_or_default()));
    write_private(&beside, bytes)?;
    let placed = std::fs::hard_link(&beside, path);
    std::fs::remove_file(&beside).map_err(|error| named(&beside, error))?;
    match placed {
        Ok(()) => Ok(true),
        Err(_) if path.exists() => Ok(false),
        // A disk without links: written in its place, by one node alone.
        Err(_) => write_private(path, bytes).map(|()| true),
    }
}

/// Replaces such a file: after a power cut the old or the new one is there, never half of one.
///
/// # Errors
/// When the disk refuses.
pub fn replace_private(path: &Path, bytes: &[u8]) -> Result<()> {
    let beside = path.with_extension("new");
    if beside.exists() {
        std::fs::remove_file(&beside).map_err(Problem::internal)?;
    }
    write_private(&beside, bytes)?;
    std::fs::rename(&beside, path).map_err(Problem::internal)
}

fn unhex(text: &str) -> Result<[u8; 32]> {
    base::encoding::from_hex(text)
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| Problem::internal("a key is not 32 bytes of hex"))
}
