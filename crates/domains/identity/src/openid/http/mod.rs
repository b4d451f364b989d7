//! HTTP of the provider: `browser` and `token` speak the standard, `consent` and `admin` our pages.

pub(crate) mod admin;
pub(crate) mod browser;
pub(crate) mod consent;
pub(crate) mod token;
