//! Cryptography of the installation behind one trait.
//!
//! A [`CryptoProvider`] keeps the keys: the software one ([`crate::secrets`]) in a sealed file, a
//! certified device in itself. [`Crypto`] works with the keys the provider hands out: it seals with
//! the active one and opens with any that was not destroyed, so that keys are changed while running
//! (DATASEC-005, DATASEC-006).

use std::sync::{Arc, PoisonError, RwLock};

use base::clock::Randomness;
use base::crypto::{FieldCipher, FieldError, FieldKey};

use crate::web::problem::{Problem, Result};

/// What a provider is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// Name for people.
    pub name: String,
    /// Whether it is a certified module (商用密码产品认证).
    pub certified: bool,
    /// Algorithms.
    pub algorithms: Vec<&'static str>,
    /// Whether the key that seals all others lies apart from the data.
    pub master_key_apart: bool,
}

/// The field keys as handed out.
#[derive(Clone)]
pub struct FieldKeys {
    /// Id of the key that seals.
    pub active: String,
    /// Keys by id.
    pub keys: Vec<(String, [u8; 32])>,
}

/// Keeps keys: makes, hands out, activates, destroys. Who may do which is decided above it.
pub trait CryptoProvider: Send + Sync {
    /// What it is.
    fn describe(&self) -> Description;
    /// All field keys that are not destroyed.
    ///
    /// # Errors
    /// When the store can't be read or was altered.
    fn field_keys(&self) -> Result<FieldKeys>;
    /// Key of the blind index.
    ///
    /// # Errors
    /// When the store can't be read or was altered.
    fn index_key(&self) -> Result<[u8; 32]>;
    /// Makes a field key that opens but does not seal yet.
    ///
    /// # Errors
    /// 409 when there is one of that id.
    fn make_field_key(&self, id: &str, randomness: &dyn Randomness) -> Result<()>;
    /// Seals with this key from now on.
    ///
    /// # Errors
    /// 404 when there is none.
    fn activate_field_key(&self, id: &str) -> Result<()>;
    /// Destroys a key; what it sealed can never be opened again.
    ///
    /// # Errors
    /// 409 for the active one, 404 when there is none.
    fn destroy_field_key(&self, id: &str) -> Result<()>;
    /// Seals a key that is kept outside the provider, such as a signing key's file.
    fn wrap(&self, secret: &str, place: &str, randomness: &dyn Randomness) -> String;
    /// Opens such a key.
    ///
    /// # Errors
    /// When it was altered or belongs elsewhere.
    fn unwrap(&self, sealed: &str, place: &str) -> Result<String>;
}

/// A column that holds sealed values; each domain lists its own, `app` joins the lists.
///
/// Rotation re-seals them, the protection report counts them, static masking opens them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealedColumn {
    /// Table.
    pub table: &'static str,
    /// Column.
    pub column: &'static str,
    /// Primary key column: a UUID when it is called `id` or `…_id`, else a number.
    pub key: &'static str,
    /// Place a value is bound to: a text with one column in braces, `case:{id}:form`.
    pub place: &'static str,
    /// Chinese name of the content.
    pub label: &'static str,
}

impl SealedColumn {
    /// The column named in the place, with what stands before and after it.
    pub fn place_parts(&self) -> (&'static str, &'static str, &'static str) {
        let (before, rest) = self.place.split_once('{').unwrap_or((self.place, ""));
        let (column, after) = rest.split_once('}').unwrap_or((rest, ""));
        (before, column, after)
    }
}

/// The keys in use by this process.
pub struct Crypto {
    provider: Arc<dyn CryptoProvider>,
    cipher: RwLock<Arc<FieldCipher>>,
    index_key: [u8; 32],
}

impl Crypto {
    /// Takes the keys of a provider.
    ///
    /// # Errors
    /// When its store can't be read.
    pub fn new(provider: Arc<dyn CryptoProvider>) -> Result<Self> {
        let cipher = RwLock::new(Arc::new(cipher(&provider.field_keys()?)?));
        Ok(Self { index_key: provider.index_key()?, cipher, provider })
    }

    /// The provider.
    pub fn provider(&self) -> &dyn CryptoProvider {
        self.provider.as_ref()
    }

    /// Takes the keys again after a change, also one made by another node.
    ///
    /// # Errors
    /// When the store can't be read; the keys known stay in use.
    pub fn reload(&self) -> Result<()> {
        let fresh = Arc::new(cipher(&self.provider.field_keys()?)?);
        *self.cipher.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    /// Seals with the active key, bound to a place.
    pub fn seal(&self, plain: &str, place: &str, randomness: &dyn Randomness) -> String {
        self.cipher().seal(plain, place.as_bytes(), randomness)
    }

    /// Opens with whatever key sealed it.
    ///
    /// # Errors
    /// When it was altered, moved, or its key is gone.
    pub fn open(&self, sealed: &str, place: &str) -> Result<String, FieldError> {
        self.with_known_keys(|cipher| cipher.open(sealed, place.as_bytes()))
    }

    /// Seals a file's content with the active key, bound to its digest.
    pub fn seal_file(&self, content: &[u8], digest: &str, randomness: &dyn Randomness) -> Vec<u8> {
        self.cipher().seal_file(content, file_place(digest).as_bytes(), randomness)
    }

    /// Opens a sealed file.
    ///
    /// # Errors
    /// When it was altered, cut, exchanged, or its key is gone.
    pub fn open_file(&self, sealed: &[u8], digest: &str) -> Result<Vec<u8>, FieldError> {
        self.with_known_keys(|cipher| cipher.open_file(sealed, file_place(digest).as_bytes()))
    }

    /// Tries, and once more with the keys read again: another node may have begun to seal with a key
    /// made a moment ago.
    fn with_known_keys<T>(&self, open: impl Fn(&FieldCipher) -> Result<T, FieldError>) -> Result<T, FieldError> {
        match open(&self.cipher()) {
            Err(FieldError::Key(_)) => {
                if let Err(problem) = self.reload() {
                    tracing::warn!(cause = %problem, "keys could not be read again");
                }
                open(&self.cipher())
            }
            other => other,
        }
    }

    /// Whether a value is sealed with another key than the active one.
    pub fn is_stale(&self, sealed: &str) -> bool {
        self.cipher().is_stale(sealed).unwrap_or(false)
    }

    /// Equality index over a sealed value.
    pub fn blind_index(&self, value: &str) -> String {
        base::crypto::blind_index(&self.index_key, value)
    }

    fn cipher(&self) -> Arc<FieldCipher> {
        Arc::clone(&self.cipher.read().unwrap_or_else(PoisonError::into_inner))
    }
}

fn file_place(digest: &str) -> String {
    format!("file:{digest}")
}

fn cipher(keys: &FieldKeys) -> Result<FieldCipher> {
    let made = keys
        .keys
        .iter()
        .map(|(id, key)| FieldKey::new(id, key).map_err(Problem::internal))
        .collect::<Result<Vec<_>>>()?;
    FieldCipher::new(&keys.active, made).map_err(Problem::internal)
}
