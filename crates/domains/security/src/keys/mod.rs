//! Keys: made, activated, retired, revoked, destroyed, each step by the right one of two people; and
//! the change of field encryption while the product runs.
//!
//! The keys themselves are with the [`platform::crypto::CryptoProvider`]; this domain keeps their life.
//! Start at [`life`]; re-sealing is in [`reseal`].

pub(crate) mod life;
pub(crate) mod reseal;
pub(crate) mod store;

pub use life::KeyState;
pub use reseal::RESEAL_JOB;
