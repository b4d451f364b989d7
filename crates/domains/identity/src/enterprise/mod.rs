//! Enterprises activate their account with the registration authority's word and sign in with their
//! own password (IDENT-002).
//!
//! Who may activate: an enterprise the authority knows, with a valid licence. That it is really the
//! enterprise is shown by the text sent to the telephone registered there and by the legal
//! representative's number. The captcha is looked at before anything else, always.

pub(crate) mod http;
mod registry;
mod service;
pub(crate) mod store;

pub use registry::{EnterpriseRegistry, HttpEnterpriseRegistry, Licence, Registration};
