//! Citizen and enterprise codes 粤省事码、粤商码: a text from a scanner becomes a person or an
//! enterprise with the person who shows it (IDENT-014).
//!
//! The code platform issues codes, says whose one is, and refuses one that is over, used or altered.
//! We ask it once, and remember what was answered: the same text never identifies anybody twice,
//! whatever the platform says.

pub(crate) mod http;
mod platform_of_codes;
mod service;

pub use platform_of_codes::{CodeHolder, CodePlatform, CodeRefusal, HttpCodePlatform};
