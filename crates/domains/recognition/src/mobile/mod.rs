//! Staff on the government mobile platform 粤政易 (IDENT-016).
//!
//! A staff account is linked to one user of the platform, by its owner, with password and second
//! factor, or by an administrator ([`made`], told on both sides). From then on the platform's one-time ticket signs the owner in on the phone. The link is
//! asked for at each entry, and again by [`gate`] at each request from a phone that pre-reviews,
//! accepts or approves: without a link that counts the act is refused, however the session was begun.

pub(crate) mod gate;
pub(crate) mod http;
pub(crate) mod made;
mod platform_of_staff;
pub(crate) mod service;
pub(crate) mod store;

pub use gate::GATED;
pub use made::TOLD_JOB;
pub use platform_of_staff::{HttpMobilePlatform, MobilePlatform, MobileUser};
