//! The key that signs the daily roots of the event log. A certified key service can take its place.

use std::path::Path;

use base::clock::Randomness;
use base::crypto::Sm2Key;
use platform::crypto::CryptoProvider;
use platform::{Problem, Result};

/// Place the sealed key is bound to.
const PLACE: &str = "key:audit";

/// Reads the key, or makes it at the first start. The file holds it sealed under the provider's
/// master key; one of an older version, in clear, is sealed when it is first read (IDENT-033).
///
/// # Errors
/// When the file can't be read or written, or the provider does not open it.
pub fn load_or_create(path: &Path, provider: &dyn CryptoProvider, randomness: &dyn Randomness) -> Result<Sm2Key> {
    if !path.exists() {
        let key = Sm2Key::generate(randomness);
        let sealed = provider.wrap(&key.to_pem().map_err(Problem::internal)?, PLACE, randomness);
        if platform::secrets::place_private(path, sealed.as_bytes())? {
            return Ok(key);
        }
    }
    let text = std::fs::read_to_string(path).map_err(Problem::internal)?;
    if !text.starts_with("-----BEGIN") {
        return Sm2Key::from_pem(&provider.unwrap(text.trim(), PLACE)?).map_err(Problem::internal);
    }
    let key = Sm2Key::from_pem(&text).map_err(Problem::internal)?;
    let sealed = provider.wrap(&key.to_pem().map_err(Problem::internal)?, PLACE, randomness);
    platform::secrets::replace_private(path, sealed.as_bytes())?;
    Ok(key)
}
