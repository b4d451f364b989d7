//! The portal of connected systems (IDENT-006): what one may open without another password, what
//! these systems announce, how often one used them.
//!
//! Opening a system is a link to its own start page: it asks us who the person is by the OpenID
//! provider, which knows already.

pub(crate) mod http;
