//! Identification 身份核验: who stands at the counter, told by a code or a card (IDENT-014, IDENT-015).
//!
//! This is the one face for all that ask: intake and delivery today, booking, tickets and kiosks
//! later. `codes` and `cards` find out who it is and leave an [`Identification`]; a domain above asks
//! with [`Recognition::identified`] what was found, and uses it up with
//! [`Recognition::use_identification`] in its own command. What was typed by hand leaves none.
//!
//! [`Recognition::identified`]: crate::Recognition::identified
//! [`Recognition::use_identification`]: crate::Recognition::use_identification

pub(crate) mod http;
mod model;
pub(crate) mod service;
pub(crate) mod store;

pub use model::{IdentifiedEnterprise, IdentifiedPerson, Identity as Seen, Purpose, Standing, Way};
pub use service::{Found, IDENTIFICATION_OVER, Identification, IdentifiedRole, Represents};
