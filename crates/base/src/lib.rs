//! Floor 0: the words every other room uses. Pure: no I/O, no runtime, no clock
//! and no randomness of its own; both come in as parameters ([`clock`]).
//!
//! Where to start:
//! - [`calendar`] and [`deadline`]: working days and the deadline ledger, the
//!   heart of a case's clock;
//! - [`codes`], [`region`], [`money`]: the identifiers of citizens, bodies,
//!   items, cases and licences;
//! - [`mask`]: how personal data is shown to those who may not see it whole;
//! - [`crypto`]: SM2, SM3, SM4 and the sealing of single database fields;
//! - [`id`], [`zone`], [`encoding`]: small tools.

pub mod calendar;
pub mod clock;
pub mod codes;
pub mod crypto;
pub mod deadline;
pub mod encoding;
pub mod id;
pub mod mask;
pub mod money;
pub mod region;
pub mod zone;
