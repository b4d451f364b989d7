//! Tongban as an OpenID provider (IDENT-005, IDENT-011): connected systems sign citizens, enterprises
//! or staff in through us with any standard client.
//!
//! Authorisation code with PKCE (S256), discovery, JSON web keys, userinfo, end of session. The
//! clients are the connected systems of the registry (`systems`); what is kept here besides is
//! which of the two user systems a client is for, never both (IDENT-004), and how it shows in the
//! portal. User data are limited to the scopes asked for, granted and agreed to.
//!
//! Start at `service/authorize.rs` (the browser's way) and `service/token.rs` (the client's).

pub(crate) mod http;
pub(crate) mod model;
mod service;
pub(crate) mod store;
