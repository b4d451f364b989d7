//! What the domain does, one file a verb.

mod edit_account;
pub mod import;
mod look_up;
mod mirror_account;
mod resolve_principal;
mod sign_in;
mod sign_on;
