//! The key that signs the daily roots of the event log. A certified key service can take its place.

use std::path::Path;

use base::clock::Randomness;
use base::crypto::Sm2Key;
use platform::{Problem, Result};

/// Reads the key, or makes it at the first start.
///
/// # Errors
/// When the file can't be read or written.
pub fn load_or_create(path: &Path, randomness: &dyn Randomness) -> Result<Sm2Key> {
    if path.exists() {
        let pem = std::fs::read_to_string(path).map_err(Problem::internal)?;
        return Sm2Key::from_pem(&pem).map_err(Problem::internal);
    }
    let key = Sm2Key::generate(randomness);
    platform::secrets::write_private(path, key.to_pem().map_err(Problem::internal)?.as_bytes())?;
    Ok(key)
}
