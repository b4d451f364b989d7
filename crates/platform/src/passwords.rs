//! Staff passwords: argon2id, off the async threads, a few at a time (each takes 19 MB).

use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{CustomizedPasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;

use crate::web::problem::{FieldProblem, Problem, Result};

/// Hashes at the same time.
static SLOTS: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(4));

/// Hashes a password with a salt.
///
/// # Errors
/// Internal problem.
pub async fn hash(password: String, salt: [u8; 16]) -> Result<String> {
    blocking(move || {
        Argon2::default()
            .hash_password_customized(password.as_bytes(), &salt, None, None, argon2::Params::default())
            .map(|hash| hash.to_string())
            .map_err(Problem::internal)
    })
    .await
}

/// Whether the password fits the hash.
///
/// # Errors
/// Internal problem when the hash is malformed.
pub async fn verify(password: String, hash: String) -> Result<bool> {
    blocking(move || {
        let parsed = PasswordHash::new(&hash).map_err(Problem::internal)?;
        Ok(Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
    })
    .await
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let _slot = SLOTS.acquire().await.map_err(Problem::internal)?;
    tokio::task::spawn_blocking(work).await.map_err(Problem::internal)?
}

/// Rules for a new password: at least ten characters of three of four kinds.
///
/// # Errors
/// 422 that says what is missing.
pub fn check_strength(password: &str) -> Result<()> {
    let kinds = [
        password.chars().any(|c| c.is_ascii_lowercase()),
        password.chars().any(|c| c.is_ascii_uppercase()),
        password.chars().any(|c| c.is_ascii_digit()),
        password.chars().any(|c| !c.is_ascii_alphanumeric()),
    ];
    if password.chars().count() < 10 || kinds.iter().filter(|held| **held).count() < 3 {
        return Err(Problem::invalid(vec![FieldProblem::new(
            "/password",
            "weak_password",
            "密码要 10 位以上，大写、小写、数字、符号至少三种",
        )]));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_fits_its_own_hash_only() {
        let hash = hash("Correct-Horse-1".into(), [7; 16]).await.unwrap();
        assert!(verify("Correct-Horse-1".into(), hash.clone()).await.unwrap());
        assert!(!verify("Correct-Horse-2".into(), hash).await.unwrap());
    }

    #[test]
    fn a_weak_password_is_refused_with_the_way_out() {
        assert!(check_strength("abcdefghij").unwrap_err().title().contains("10 位以上"));
        assert!(check_strength("Abcdefghi-1").is_ok());
    }
}
