//! Logs of everything in one search (DATASEC-007): application, access, audit, devices, connected systems.
//!
//! Lines of devices and the application lie in `platform::logs`, accesses and acts in the audit log,
//! calls of systems in the ledger. [`search`] shows all of them in one form, newest first: their ids
//! are time-ordered, so three lists merge into one. [`collect`] takes what devices and systems send.

pub(crate) mod collect;
pub(crate) mod search;
