//! What the domain does, one file a verb.

mod arrive;
mod edit_account;
pub(crate) mod enter;
pub mod import;
mod look_up;
pub(crate) mod mirror_account;
mod resolve_principal;
mod sign_in;
mod sign_on;

/// A token as it is stored: its SM3, so that a copy of the database opens nothing.
pub(crate) fn token_hash(token: &str) -> String {
    base::encoding::to_hex(&base::crypto::sm3(token.as_bytes()))
}
